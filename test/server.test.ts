import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { ConfigError, loadConfig } from "../src/config";
import { createLogger } from "../src/logger";
import { Secret } from "../src/secret";
import { createServer } from "../src/server";
import { simulate } from "../src/simulators/script";
import { createEmptyDatabase, createTestDatabase, takeAway } from "./support/database";
import { introduce } from "./support/raw-socket";
import { CHAT_TURN, collect, connect, post, streamOf } from "./support/test-client";
import { PLATFORM_KEY, startTestServer, type TestServer } from "./support/test-server";
import { until } from "./support/until";

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  token = await server.token();
});
afterAll(() => server.close());

/** A server like the running one, elsewhere. */
function startAnother(environment: Record<string, string>, databaseUrl: string) {
  const config = loadConfig({
    PORT: "0",
    DATA_DIR: server.config.dataDirectory,
    GRAPHIQL: "false",
    ...environment,
  });
  return createServer({
    config,
    databaseUrl: new Secret(databaseUrl),
    platformApiKey: new Secret(PLATFORM_KEY),
    anthropicBaseUrl: server.anthropic.url,
    openAiBaseUrl: server.openAi.url,
    bills: true,
    environment: {},
    logger: createLogger("silent"),
  });
}

test("an empty database is brought up to date, by two servers at once too", async () => {
  const database = await createEmptyDatabase();
  const servers = await Promise.all([startAnother({}, database.url), startAnother({}, database.url)]);
  for (const { url } of servers) expect((await fetch(`${url}/readyz`)).status).toBe(200);
  await Promise.all(servers.map((started) => started.dispose(0)));
  await database.drop();
});

test("a server whose port is taken leaves nothing open", async () => {
  const other = createHttpServer();
  await once(other.listen(0, "127.0.0.1"), "listening");
  const database = await createTestDatabase();
  const { port } = other.address() as AddressInfo;
  await expect(startAnother({ PORT: String(port) }, database.url)).rejects.toMatchObject({ code: "EADDRINUSE" });
  const name = new URL(database.url).pathname.slice(1);
  const connections = "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = $1";
  // Postgres forgets a connection a moment after it was closed.
  await until(async () => (await server.dataSource.query(connections, [name]))[0].count === 0);
  await database.drop();
  other.close();
});

test("a key ring or a buddies file that cannot be read is told in a sentence", async () => {
  const start = (environment: Record<string, string>) => startAnother(environment, "postgres://127.0.0.1:1/none");
  await expect(start({ KEY_ENCRYPTION_KEYS: "canary" })).rejects.toThrow(ConfigError);
  await expect(start({ KEY_ENCRYPTION_KEYS: "canary" })).rejects.toThrow(
    /^KEY_ENCRYPTION_KEYS cannot be read: (?!.*canary)/,
  );
  await expect(start({ BUDDIES_FILE: "/nowhere.yaml" })).rejects.toThrow(
    /^BUDDIES_FILE: \/nowhere\.yaml cannot be used/,
  );
});

test("a server that stops lets running turns end, and tells their readers", async () => {
  const leaving = await server.startSibling();
  const client = connect(leaving.url, token);
  const message = simulate([[{ repeat: "word ", times: 20, paceMs: 10 }]]);
  const turn = streamOf(client, CHAT_TURN, { input: { message } });
  await turn.next();
  const disposed = leaving.dispose(30);
  expect(leaving.dispose(30)).toBe(disposed);
  expect((await collect(turn)).at(-1)).toMatchObject({
    __typename: "TurnFinished",
    session: { text: "word ".repeat(20), status: "COMPLETED" },
  });
  await disposed;
  await client.dispose();
});

test("a turn that outlasts the grace is settled as interrupted, with its text and its bill, and its reader is told", async () => {
  const leaving = await server.startSibling();
  const client = connect(leaving.url, token);
  const message = simulate([[{ usage: { input: 30 } }, { text: "Hello there, my friend" }, { fault: "stall" }]]);
  const turn = streamOf(client, CHAT_TURN, { input: { message } });
  await turn.next();
  await turn.next();
  const disposed = leaving.dispose(0);
  expect((await collect(turn)).at(-1)).toMatchObject({
    __typename: "TurnFailed",
    error: { code: "INTERRUPTED", retryable: true },
    session: { status: "INTERRUPTED", text: "Hello there, my friend", usage: { inputTokens: 30, outputTokens: 5 } },
  });
  await disposed;
  await client.dispose();
});

test("a request under way when the server stops is answered", async () => {
  const leaving = await server.startSibling();
  const lock = server.dataSource.createQueryRunner();
  await lock.startTransaction();
  await lock.query("LOCK TABLE routing_policies IN ACCESS EXCLUSIVE MODE");
  const answer = post(leaving.url, token, "{ workspace { routingPolicy { byokFallback } } }");
  const waiting =
    "SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted AND relation = 'routing_policies'::regclass";
  await until(async () => (await lock.query(waiting))[0].count > 0);
  const disposed = leaving.dispose(0);
  await until(async () => (await fetch(`${leaving.url}/healthz`).catch(() => null)) === null);
  await lock.rollbackTransaction();
  await lock.release();
  expect(await answer).toMatchObject({
    status: 200,
    data: { workspace: { routingPolicy: { byokFallback: "METERED" } } },
  });
  await disposed;
});

test("a client that does not say goodbye does not hold a server that stops", async () => {
  const leaving = await server.startSibling();
  const socket = await introduce(leaving.url, { authorization: `Bearer ${token}` });
  socket.freeze();
  const started = performance.now();
  await leaving.dispose(0);
  expect(performance.now() - started).toBeLessThan(5_000);
  await socket.close();
});

test("a server that stops while its database is away leaves its turn to the next one, and ends", async () => {
  const own = await startTestServer();
  const leaving = await own.startSibling();
  const client = connect(leaving.url, await own.token());
  const turn = streamOf(client, CHAT_TURN, { input: { message: simulate([[{ text: "Hello" }, { fault: "stall" }]]) } });
  const { value: started } = await turn.next();
  const giveBack = await takeAway(own.dataSource);
  await leaving.dispose(0);
  await own.logged((line) => line.msg === "a session waits to be settled" && line.session === started.sessionId);
  await own.logged((line) => line.msg === "a session is left for the next server to settle");
  await giveBack();
  const [row] = await own.dataSource.query("SELECT status FROM agent_sessions");
  expect(["PENDING", "RUNNING"]).toContain(row.status);
  await client.dispose();
  await own.close();
});
