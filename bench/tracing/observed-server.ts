import { execFileSync } from "node:child_process";
import type { Client } from "graphql-ws";
import {
  type LangfuseBehaviour,
  type LangfuseSimulator,
  startLangfuseSimulator,
} from "../../src/simulators/langfuse-simulator";
import { simulate } from "../../src/simulators/script";
import { makeServerHome } from "../../test/support/server-process";
import { connect, streamOf } from "../../test/support/test-client";

/** What stands where Langfuse should be; `absent`: turns are not traced. */
export type LangfuseState = "absent" | LangfuseBehaviour;

/** A server process of its own, with a Postgres of its own, and its Langfuse in the benchmark's process. */
export interface ObservedServer {
  state: LangfuseState;
  langfuse: LangfuseSimulator | undefined;
  /** Milliseconds to the first text of one turn, which is followed to its end; null when the turn failed. */
  turn(): Promise<number | null>;
  /** Resident memory of the process in bytes. */
  memory(): number;
  /** Spans that the server says it has lost, as of its latest word on that: at most one a minute. */
  lostSpans(): number;
  /** Asks it to stop, and resolves with the milliseconds that it took. */
  stop(): Promise<number>;
}

const KEYS = { publicKey: "pk-lf-bench", secretKey: "sk-lf-bench" };

/** A prompt and an answer of some length, for there to be something to trace. */
const MESSAGE = `${"Background. ".repeat(100)}${simulate([[{ repeat: "word ", times: 100 }]])}`;
const CHAT_TURN = `subscription ($input: ChatTurnInput!) { chatTurn(input: $input) {
  __typename ... on TextDelta { delta } ... on TurnFinished { session { status } } } }`;

export async function startObservedServer(state: LangfuseState, anthropicUrl: string): Promise<ObservedServer> {
  const langfuse = state === "absent" ? undefined : await startLangfuseSimulator(KEYS);
  if (state !== "absent") langfuse?.behave(state);
  const home = makeServerHome();
  const server = home.start({
    ANTHROPIC_API_KEY: "sk-ant-bench-platform-key-0001",
    ANTHROPIC_BASE_URL: anthropicUrl,
    ...(langfuse === undefined
      ? {}
      : {
          LANGFUSE_PUBLIC_KEY: KEYS.publicKey,
          LANGFUSE_SECRET_KEY: KEYS.secretKey,
          LANGFUSE_BASE_URL: langfuse.url,
        }),
  });
  const { url, token } = await server.ready();
  const client = connect(url, token);
  return {
    state,
    langfuse,
    turn: () => runTurn(client),
    memory: () => Number(execFileSync("ps", ["-o", "rss=", "-p", String(server.pid)], { encoding: "utf8" })) * 1024,
    lostSpans() {
      const [latest] = [...server.stdout.matchAll(/"dropped":(\d+),"failed":(\d+)/g)].slice(-1);
      return Number(latest?.[1] ?? 0) + Number(latest?.[2] ?? 0);
    },
    async stop() {
      await client.dispose();
      const startedAt = performance.now();
      server.kill("SIGTERM");
      await server.ended;
      const milliseconds = performance.now() - startedAt;
      await home.close();
      await langfuse?.close();
      return milliseconds;
    },
  };
}

async function runTurn(client: Client): Promise<number | null> {
  const startedAt = performance.now();
  let firstTextAt: number | null = null;
  let completed = false;
  for await (const event of streamOf(client, CHAT_TURN, { input: { message: MESSAGE } })) {
    if (event.__typename === "TextDelta") firstTextAt ??= performance.now();
    completed = event.__typename === "TurnFinished" && event.session.status === "COMPLETED";
  }
  return completed && firstTextAt !== null ? firstTextAt - startedAt : null;
}
