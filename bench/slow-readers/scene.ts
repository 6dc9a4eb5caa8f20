import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

import { simulate } from "../../src/simulators/script";
import { LIFTED_LIMITS } from "../../test/support/lifted-limits";
import { startRedisServer } from "../../test/support/redis-server";
import { makeServerHome } from "../../test/support/server-process";
import { CHAT_TURN, connect, post, streamOf } from "../../test/support/test-client";
import { startRestartablePostgres } from "../fire/restartable-postgres";
import { INSPECTED, inspect } from "../inspected-memory";

/** Processes of their own: the server that readers come to, and where there are two, another one that runs the turns. */
export interface Scene {
  /** Of the server that readers come to. */
  url: string;
  token: string;
  /** Resident memory of that server in bytes, with whatever garbage it has not collected yet. */
  resident(): Promise<number>;
  /** What it holds once its garbage is collected, in bytes: of its heap and outside of it. */
  held(): Promise<number>;
  /** Starts a turn of so many characters; resolves with its session. */
  startTurn(characters: number): Promise<string>;
  /** Resolves with the session's status once it has ended. */
  ended(sessionId: string): Promise<string>;
  /** Milliseconds to the first text of a small turn on that server, which is followed to its end. */
  firstToken(): Promise<number>;
  close(): Promise<void>;
}

const run = promisify(execFile);
const START = "mutation ($input: ChatTurnInput!) { startTurn(input: $input) { session { id } } }";
const READ = "query ($id: ID!) { agentSession(id: $id) { status } }";
/** What the simulated model says at once, and how often, in milliseconds: 5 MB in about twenty seconds. */
const PIECE = "0123456789".repeat(500);
const PACE_MS = 20;
/** How long it thinks first, in milliseconds: its readers have come by then. */
const THINKS_MS = 5_000;
const LOOK_EVERY_MS = 200;

export async function openScene(servers: 1 | 2, anthropicUrl: string): Promise<Scene> {
  const directory = mkdtempSync(join(tmpdir(), "waypath-slow-"));
  const postgres = await startRestartablePostgres(directory);
  const redis = servers === 2 ? await startRedisServer() : undefined;
  const home = makeServerHome();
  const start = () =>
    home.start({
      ...INSPECTED,
      DATABASE_URL: postgres.url,
      ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
      ANTHROPIC_API_KEY: "sk-ant-bench-platform-key-0001",
      ANTHROPIC_BASE_URL: anthropicUrl,
      LIMIT_SOCKETS_PER_USER: "10000",
      LIMIT_MESSAGES_PER_MINUTE: "1000000",
      ...LIFTED_LIMITS,
    });
  const visited = start();
  const { url, token } = await visited.ready();
  const runsTurns = servers === 2 ? (await start().ready()).url : url;
  const inspector = await inspect(visited);
  const client = connect(url, token);
  return {
    url,
    token,
    async held() {
      const { heap, external } = await inspector.memory();
      return heap + external;
    },
    resident: async () => Number((await run("ps", ["-o", "rss=", "-p", String(visited.pid)])).stdout) * 1024,
    async startTurn(characters) {
      const script = [[{ pauseMs: THINKS_MS }, { repeat: PIECE, times: characters / PIECE.length, paceMs: PACE_MS }]];
      const { data } = await post(runsTurns, token, START, { input: { message: simulate(script) } });
      return data.startTurn.session.id;
    },
    async ended(sessionId) {
      for (;;) {
        const { data } = await post(url, token, READ, { id: sessionId });
        const { status } = data.agentSession;
        if (status !== "PENDING" && status !== "RUNNING") return status;
        await wait(LOOK_EVERY_MS);
      }
    },
    async firstToken() {
      const startedAt = performance.now();
      let milliseconds = Number.NaN;
      for await (const event of streamOf(client, CHAT_TURN, { input: { message: "Hello" } })) {
        if (event.__typename === "TextDelta" && Number.isNaN(milliseconds))
          milliseconds = performance.now() - startedAt;
      }
      return milliseconds;
    },
    async close() {
      await client.dispose();
      inspector.close();
      await home.close();
      await redis?.kill();
      await postgres.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
