import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { simulate } from "../src/simulators/script";
import { crashServer } from "./support/crash-server";
import { createTestDatabase } from "./support/database";
import { makeServerHome } from "./support/server-process";
import { CHAT_TURN, collect, connect, post, streamOf } from "./support/test-client";
import { until } from "./support/until";

/** Used by one server after another, as one machine would be. */
const home = makeServerHome();
afterAll(() => home.close());

/** A dead server's lease, and the next look for such turns, take 20 seconds at most: time for all the other tests. */
const SETTLED_WITHIN_MS = 30_000;
let crashes: ReturnType<typeof crashServer>[] = [];
beforeAll(() => {
  crashes = [crashServer({ postgresToo: false }), crashServer({ postgresToo: true })];
  for (const crash of crashes) crash.catch(() => undefined); // told by the test that waits for it
});
afterAll(() => Promise.allSettled(crashes));

/** Each makes a database, which takes seconds on a busy machine. */
const SEVERAL_STARTS_MS = 60_000;
const ALL_SESSIONS = "{ workspace { name agentSessions { edges { node { id status text } } } } }";

interface DemoTurn {
  id: string;
  prompt: string;
  status: string;
  metering: string;
  delegations: { prompt: string }[];
}

async function demoTurns(url: string, token: string): Promise<DemoTurn[]> {
  const document = `{ workspace { agentSessions(filter: { topLevelOnly: true }) {
    nodes { id prompt status metering delegations { prompt } } } } }`;
  const { data } = await post(url, token, document);
  return data.workspace.agentSessions.nodes.filter(({ prompt }: DemoTurn) => prompt !== "Hello");
}

test(
  "with nothing configured it starts, says where everything is, streams a turn, and keeps it for the next start",
  async () => {
    const first = home.start();
    const { url, token } = await first.ready();
    for (const path of ["graphql", "graphiql", "healthz", "readyz"]) expect(first.stdout).toContain(`${url}/${path}`);
    expect(first.stdout).toContain("SIMULATED");
    expect(first.stdout).toContain("The bill goes to a stand-in for Stripe");
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/graphiql`)).headers.get("content-type")).toContain("text/html");

    const client = connect(url, token);
    const events = await collect(streamOf(client, CHAT_TURN, { input: { message: "Hello" } }));
    await client.dispose();
    expect(events[0]).toMatchObject({ __typename: "TurnStarted", buddy: "orchestrator" });
    const { session } = events.at(-1);
    expect(events.at(-1).__typename).toBe("TurnFinished");
    expect(session).toMatchObject({ status: "COMPLETED", route: { mode: "METERED", payer: "WAYPATH" } });
    expect(session.text.length).toBeGreaterThan(0);

    expect(first.stdout).toContain("stand-in for Langfuse");
    const { data: traced } = await post(
      url,
      token,
      "query($id: ID!) { node(id: $id) { ... on AgentSession { traceUrl } } }",
      {
        id: session.id,
      },
    );
    let page = await fetch(traced.node.traceUrl);
    // A turn's spans are sent within a second of its end.
    await until(async () => {
      page = await fetch(traced.node.traceUrl);
      return page.status !== 404;
    });
    expect(await page.json()).toMatchObject({
      observations: [{ type: "AGENT", input: "Hello", output: session.text }],
    });

    // So that no page is empty: real turns, which say what they are and are on the bill as any other.
    let demo = await demoTurns(url, token);
    await until(async () => {
      demo = await demoTurns(url, token);
      return demo.length >= 3 && demo.every(({ metering }) => metering === "DELIVERED");
    });
    for (const { prompt, status, delegations } of demo) {
      expect({ prompt, status }).toEqual({
        prompt: expect.stringMatching(/^Simulated example: /),
        status: "COMPLETED",
      });
      for (const child of delegations) expect(child.prompt).toMatch(/^Simulated example: /);
    }

    for (const file of ["auth-jwt-secret", "key-encryption-keys"]) {
      expect(statSync(join(home.dataDirectory, file)).mode & 0o777).toBe(0o600);
    }
    expect(readdirSync(home.dataDirectory).sort()).toEqual(["auth-jwt-secret", "key-encryption-keys", "postgres"]);

    expect(home.postgres()).toBeDefined();
    first.kill("SIGTERM");
    expect(await first.ended).toMatchObject({ code: 0, stderr: "" });
    expect(home.postgres()).toBeUndefined();

    const second = home.start();
    const again = await second.ready();
    // The secrets are the same ones: the first token still counts.
    const { data } = await post(again.url, token, ALL_SESSIONS);
    expect(data.workspace.name).toBe("Demo workspace");
    expect(data.workspace.agentSessions.edges).toContainEqual({
      node: { id: session.id, status: "COMPLETED", text: session.text },
    });
    expect((await demoTurns(again.url, token)).map(({ id }) => id)).toEqual(demo.map(({ id }) => id));
    second.kill("SIGINT");
    expect(await second.ended).toMatchObject({ code: 0, stderr: "" });
  },
  SEVERAL_STARTS_MS,
);

test("with an account at Anthropic and none at Langfuse, nothing is simulated and nothing is traced", async () => {
  const server = home.start({ ANTHROPIC_API_KEY: "sk-ant-an-account-of-ones-own-0001" });
  await server.ready();
  expect(server.stdout).not.toMatch(/SIMULATED|Langfuse/);
  expect(server.stdout).toContain("The bill waits in the database");
  server.kill("SIGTERM");
  expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
});

test("simulated answers in a database that others may use are on no bill: nobody sends it later", async () => {
  const database = await createTestDatabase();
  const server = home.start({ DATABASE_URL: database.url });
  const { url, token } = await server.ready();
  expect(server.stdout).toContain("Simulated answers are billed to nobody");
  const client = connect(url, token);
  const [{ session }] = (await collect(streamOf(client, CHAT_TURN, { input: { message: "Hello" } }))).slice(-1);
  await client.dispose();
  const { data } = await post(
    url,
    token,
    "query ($id: ID!) { agentSession(id: $id) { metering usage { totalTokens } } }",
    {
      id: session.id,
    },
  );
  expect(data.agentSession).toEqual({ metering: "NOT_BILLABLE", usage: { totalTokens: expect.any(Number) } });
  server.kill("SIGTERM");
  expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
  await database.drop();
});

test("a signal while it starts is heeded once it has started, and leaves nothing behind", async () => {
  const server = home.start();
  await server.says(/embedded Postgres started/);
  server.kill("SIGTERM");
  expect(await server.ended).toMatchObject({ code: 0, signal: null });
  expect(home.postgres()).toBeUndefined();
});

test("a second process on the same data is refused, and does the first no harm", async () => {
  const first = home.start();
  const { url } = await first.ready();
  const second = await home.start().ended;
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(
    /^Waypath did not start\. The database in .+ is in use by process \d+\. .+DATA_DIR.+\n$/,
  );
  expect(second.stderr).toContain(`process ${first.pid}`);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);

  first.kill("SIGTERM");
  expect((await first.ended).code).toBe(0);
});

test("a port that is taken is told in a sentence, and nothing is left running", async () => {
  const other = createServer();
  await once(other.listen(0, "127.0.0.1"), "listening");
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await home.start({ PORT: String(port) }).ended;
  expect(code).toBe(1);
  expect(stderr).toBe(
    `Waypath did not start. Port ${port} is taken: stop what listens on it, or set PORT to another one.\n`,
  );
  expect(home.postgres()).toBeUndefined();
  other.close();
});

test.each([
  [
    "a database that is not there",
    { DATABASE_URL: "postgres://user:canary@127.0.0.1:1/none" },
    "DATABASE_URL: .+ECONNREFUSED",
  ],
  ["a Redis that is not there", { REDIS_URL: "redis://user:canary@127.0.0.1:1" }, "REDIS_URL: .+ECONNREFUSED"],
  ["a key ring that is none", { KEY_ENCRYPTION_KEYS: "canary" }, "KEY_ENCRYPTION_KEYS cannot be read"],
  ["a buddies file that is not there", { BUDDIES_FILE: "none.yaml" }, "BUDDIES_FILE: .+none\\.yaml cannot be used"],
  ["a bad value", { LOG_LEVEL: "canary" }, "LOG_LEVEL: "],
])("%s is told in a sentence, without a stack and without the value", async (_name, environment, sentence) => {
  const { code, stderr } = await home.start(environment).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`^Waypath did not start\\. The configuration cannot be used:\\n${sentence}`));
  expect(stderr.trim().split("\n")).toHaveLength(2);
  expect(stderr).not.toContain("canary");
  expect(home.postgres()).toBeUndefined();
});

test("production without its secrets is refused at once, all of them by name", async () => {
  const startedAt = performance.now();
  const { code, stdout, stderr } = await home.start({ NODE_ENV: "production" }).ended;
  expect(performance.now() - startedAt).toBeLessThan(30_000);
  expect(code).toBe(1);
  expect(stdout).toBe("");
  for (const name of ["AUTH_JWT_SECRET", "AUTH_JWKS_URL", "KEY_ENCRYPTION_KEYS", "ANTHROPIC_API_KEY", "DATABASE_URL"]) {
    expect(stderr).toContain(name);
  }
});

test("asked to stop in the middle of a turn, it lets the turn end and tells its reader", async () => {
  const server = home.start();
  const { url, token } = await server.ready();
  const client = connect(url, token);
  const message = simulate([[{ repeat: "word ", times: 30, paceMs: 20 }]]);
  const turn = streamOf(client, CHAT_TURN, { input: { message } });
  await turn.next();
  server.kill("SIGTERM");
  const end = (await collect(turn)).at(-1);
  expect(end).toMatchObject({ __typename: "TurnFinished", session: { text: "word ".repeat(30), status: "COMPLETED" } });
  expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
  await client.dispose();
});

test(
  "without grace it settles the turn as interrupted, with what was said and used",
  async () => {
    const server = home.start({ SHUTDOWN_GRACE_SECONDS: "0" });
    const { url, token } = await server.ready();
    const client = connect(url, token);
    const turn = streamOf(client, CHAT_TURN, {
      input: { message: simulate([[{ text: "Hello" }, { fault: "stall" }]]) },
    });
    const { value: started } = await turn.next();
    await turn.next();
    server.kill("SIGTERM");
    const end = (await collect(turn)).at(-1);
    expect(end).toMatchObject({ __typename: "TurnFailed", error: { code: "INTERRUPTED" } });
    expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
    await client.dispose();

    const next = home.start();
    const again = await next.ready();
    const query = "query($id: ID!) { agentSession(id: $id) { status text usage { totalTokens } } }";
    const { data } = await post(again.url, token, query, { id: started.sessionId });
    const { totalTokens } = end.session.usage;
    expect(data.agentSession).toEqual({ status: "INTERRUPTED", text: "Hello", usage: { totalTokens } });
    expect(totalTokens).toBeGreaterThan(0);
    next.kill("SIGTERM");
    await next.ended;
  },
  SEVERAL_STARTS_MS,
);

test.each([
  ["its Postgres lives on", 0, true],
  ["its Postgres is killed with it", 1, false],
])(
  "after kill -9 in mid-turn the next start comes up by itself, and the turn neither is lost nor stays running: %s",
  async (_name, index, attached) => {
    const crash = await crashes[index];
    expect(crash?.attached).toBe(attached);
    expect(crash?.milliseconds).toBeLessThan(SETTLED_WITHIN_MS);
    expect(crash?.events.at(-1)).toMatchObject({
      __typename: "TurnFailed",
      error: { code: "INTERRUPTED", retryable: true },
      session: { status: "INTERRUPTED", text: "Hello" },
    });
    expect(crash?.session).toMatchObject({ status: "INTERRUPTED", text: "Hello" });
    expect(crash?.session.usage.totalTokens).toBeGreaterThan(0);
  },
  2 * SETTLED_WITHIN_MS,
);
