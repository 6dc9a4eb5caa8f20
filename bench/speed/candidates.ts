import { spawn } from "node:child_process";
import { join } from "node:path";

import { Secret } from "../../src/secret";
import { issueToken } from "../../src/workspaces/issue-token";
import { makeServerHome } from "../../test/support/server-process";
import { graphqlSockets } from "./graphql-sockets";
import { type Open, serverSentEvents } from "./server-sent-events";
import { ended, type Surroundings, said } from "./surroundings";

/** A server that is measured, as a process of its own. */
export interface Candidate {
  pid: number;
  url: string;
  /** How a client talks to it. */
  open: Open;
  close(): Promise<void>;
}

export interface CandidateKind {
  name: string;
  /** The product writes the profile of its processor time to the directory `profiles` when it ends. */
  start(surroundings: Surroundings, profiles?: string): Promise<Candidate>;
}

/** Whoever asks with the same one follows the same turn. */
const KEY_IN_MESSAGE = /key=\S+/;
const PROJECT = join(__dirname, "../..");
const PEERS = join(__dirname, "peers");
const WITH_TYPES = ["-r", join(PROJECT, "test/support/swc-register.cjs")];

export const YARDSTICK: CandidateKind = {
  name: "bare SDK loop",
  start: ({ providerUrl }) =>
    startScript("candidates/sdk-loop.ts", providerUrl, (url) => toMessage(url, ({ delta }) => delta)),
};

export const PRODUCT: CandidateKind = { name: "waypath", start: startWaypath };

/** The product without one of its parts: what is missing in its cost is what that part costs. */
export const WITHOUT_PARTS: readonly CandidateKind[] = [
  ["Redis", ["REDIS_URL"]],
  ["metering", ["STRIPE_SECRET_KEY", "STRIPE_API_BASE"]],
  ["tracing", ["LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY", "LANGFUSE_BASE_URL"]],
].map(([part, names]) => ({
  name: `without ${part}`,
  start: (surroundings) => {
    const environment = { ...surroundings.environment };
    for (const name of names ?? []) delete environment[name];
    return startWaypath({ ...surroundings, environment });
  },
}));

export const OTHERS: readonly CandidateKind[] = [
  {
    name: "raw byte pipe",
    start: ({ providerUrl }) =>
      startScript("candidates/byte-pipe.ts", providerUrl, (url) => toMessage(url, ({ delta }) => Object(delta).text)),
  },
  {
    name: "reads and tells",
    start: ({ providerUrl }) => startScript("candidates/read-and-tell.ts", providerUrl, subscribe),
  },
  {
    name: "plain graphql-ws",
    start: ({ providerUrl }) => startScript("candidates/plain-graphql.ts", providerUrl, subscribe),
  },
  {
    name: "Portkey gateway",
    start: ({ providerUrl }) =>
      startProcess([join(PEERS, "portkey.mjs")], providerUrl, (url) =>
        serverSentEvents(url, {
          headers: {
            authorization: "Bearer sk-ant-speed",
            "x-portkey-provider": "anthropic",
            "x-portkey-custom-host": `${providerUrl}/v1`,
          },
          body: (content) => ({
            model: "claude-opus-5-0",
            max_tokens: 4_096,
            stream: true,
            messages: [{ role: "user", content }],
          }),
          textOf: ({ choices }) => (choices as [{ delta: { content?: string } }] | undefined)?.[0]?.delta.content,
        }),
      ),
  },
  {
    name: "Vercel AI SDK",
    start: ({ providerUrl }) =>
      startProcess([join(PEERS, "vercel-ai.mjs")], providerUrl, (url) =>
        toMessage(url, ({ type, delta }) => (type === "text-delta" ? delta : undefined)),
      ),
  },
];

/** The product with all that it can do: a database, Redis, metering and tracing. */
async function startWaypath(surroundings: Surroundings, profiles?: string): Promise<Candidate> {
  const nodeArguments = profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}`];
  const home = makeServerHome({ nodeArguments });
  const server = home.start(surroundings.environment);
  const [, url = ""] = await server.says(/"url":"([^"]+)".+"listening"/);
  const secret = new Secret(surroundings.environment.AUTH_JWT_SECRET ?? "");
  const token = await issueToken(
    { method: "HS256", secret, issuer: undefined, audience: undefined },
    { workspaceId: "speed", subject: "bench", role: "OWNER", stripeCustomerId: "cus_speed", expiresInSeconds: 36_000 },
  );
  return {
    pid: server.pid,
    url,
    open: graphqlSockets(url, {
      token,
      query: `subscription ($input: ChatTurnInput!) { chatTurn(input: $input) {
        __typename sequence ... on TextDelta { delta } ... on TurnFinished { session { status } } } }`,
      variables: (message) => ({ input: { message, idempotencyKey: KEY_IN_MESSAGE.exec(message)?.[0] ?? null } }),
    }),
    close: () => home.close(),
  };
}

function subscribe(url: string): Open {
  return graphqlSockets(url, {
    query: "subscription ($message: String!) { chatTurn(message: $message) { sequence delta } }",
    variables: (message) => ({ message }),
  });
}

function toMessage(url: string, textOf: (data: Record<string, unknown>) => unknown): Open {
  return serverSentEvents(url, { body: (message) => ({ message }), textOf });
}

function startScript(script: string, providerUrl: string, open: (url: string) => Open): Promise<Candidate> {
  return startProcess([...WITH_TYPES, join(__dirname, script)], providerUrl, open);
}

async function startProcess(args: string[], providerUrl: string, open: (url: string) => Open): Promise<Candidate> {
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_ENV: "production", PROVIDER_URL: providerUrl },
  });
  const [, url = ""] = await said(child, /listening at (\S+)/);
  return { pid: child.pid ?? 0, url, open: open(url), close: () => ended(child) };
}
