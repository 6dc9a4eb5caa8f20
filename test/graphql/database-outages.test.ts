// Turns, while their database goes away and comes back: none is lost, none runs twice, and whoever asks is told what to do.
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { OUTAGE_PATIENCE_MS } from "../../src/database/outlast-outage";
import { simulate } from "../../src/simulators/script";
import { type PostgresProxy, startPostgresProxy } from "../support/postgres-proxy";
import { introduce } from "../support/raw-socket";
import { CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
import { type LogLine, startTestServer, type TestServer } from "../support/test-server";
import { until } from "../support/until";
import { passSeconds } from "../workspaces/token-fixture";

let proxy: PostgresProxy;
let server: TestServer;
let token: string;
let client: Client;

beforeAll(async () => {
  proxy = await startPostgresProxy();
  server = await startTestServer({}, proxy.through);
  token = await server.token();
  // As an app's: it comes again when the server cannot check its token, and its operation keeps its id.
  client = connect(server.url, token, { retryAttempts: 100, retryWait: () => new Promise(setImmediate) });
});

afterAll(async () => {
  await client.dispose();
  await server.close();
  proxy.close();
});

const ask = (input: object) => streamOf(client, CHAT_TURN, { input });
const callsOf = (marker: string) =>
  server.anthropic.journal.messages().filter((call) => JSON.stringify(call.body).includes(marker));
const rowsOf = (marker: string): Promise<{ id: string; status: string }[]> =>
  server.dataSource.query("SELECT id, status FROM agent_sessions WHERE prompt LIKE $1", [`${marker}%`]);

/** A thread that has a history to look for. */
const beginThread = async () => (await collect(ask({ message: "Hello" }))).at(-1).session.threadId;

/** A session that waits to be settled says so in the log, once. */
const waited = (id: string) => server.logged((line) => line.session === id && isWaiting(line));
const isWaiting = (line: LogLine) => line.msg === "a session waits to be settled";

// Whether a turn comes so far while its database is away is a matter of the moment.
afterEach(() => Promise.all(server.logs.filter(isWaiting).map((waiting) => server.logged((line) => line === waiting))));

const ROUTING = /FROM "?provider_keys/;
const INSERT = /INSERT INTO agent_sessions/;
const HISTORY = /FROM messages/;
/** Who asked, which the first event tells. */
const SHOWN = /FROM "users"/;
const SETTLE = /UPDATE agent_sessions\s+SET status/;

test.each([
  ["looks for its route", ROUTING, false],
  ["is inserted", INSERT, false],
  ["has just been inserted", INSERT, true],
  ["looks for its history", HISTORY, false],
  ["is shown as begun", SHOWN, false],
  ["is settled", SETTLE, false],
  ["has just been settled", SETTLE, true],
])("a turn waits for the database that goes away when it %s, and runs once", async (name, statement, done) => {
  const message = `${name}: ${simulate([[{ usage: { input: 20, output: 5 } }, { text: "Hello" }]])}`;
  const threadId = statement === HISTORY ? await beginThread() : null;
  const broken = proxy.breakAt(statement, { done, away: true });
  const turn = collect(ask({ message, threadId }));
  await broken;
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
  await proxy.refused();
  proxy.comeBack();

  const end = (await turn).at(-1);
  expect(end).toMatchObject({
    __typename: "TurnFinished",
    session: { status: "COMPLETED", text: "Hello" },
  });
  expect(callsOf(name)).toHaveLength(1);
  const rows = await rowsOf(name);
  expect(rows).toMatchObject([{ status: "COMPLETED" }]);
  const bill = "SELECT count(*)::int AS count FROM meter_events WHERE session_id = $1";
  expect(await server.dataSource.query(bill, [rows[0]?.id])).toEqual([{ count: 1 }]);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  if (statement === SETTLE) await waited(end.session.id);
  expect(server.logs.filter((line) => line.msg.includes("settled by another server"))).toEqual([]);
});

test("who is on a socket while the database is away stays on it, and can cancel", async () => {
  const socket = await introduce(server.url, { authorization: `Bearer ${token}` });
  const message = `stays: ${simulate([[{ repeat: "word ", times: 2_000, paceMs: 20 }]])}`;
  const chat = "subscription ($input: ChatTurnInput!) { chatTurn(input: $input) { __typename sessionId } }";
  socket.send({ id: "turn", type: "subscribe", payload: { query: chat, variables: { input: { message } } } });
  const { sessionId } = (await socket.next()).payload.data.chatTurn;
  const broken = proxy.breakAt(/WITH kept AS/, { done: false, away: true });
  await broken;
  // By now nobody has looked at the workspace for longer than a look counts.
  passSeconds(3);
  socket.send({ id: "who", type: "subscribe", payload: { query: "{ __typename }" } });
  const answered = (async () => {
    for (;;) {
      const next = await socket.next();
      if (next.id === "who") return next;
    }
  })();
  await proxy.refused();
  expect((await answered).payload).toEqual({ data: { __typename: "Query" } });
  jest.spyOn(Date, "now").mockRestore();
  const stop = `mutation { cancelTurn(input: { sessionId: "${sessionId}" }) { userErrors { code } } }`;
  const stopped = post(server.url, token, stop);
  await until(() => server.logs.some((line) => line.session === sessionId && isWaiting(line)));
  proxy.comeBack();
  expect(await stopped).toMatchObject({ data: { cancelTurn: { userErrors: [] } } });
  await socket.close();
});

test("connections that fall silent are given up within seconds, and turns that run go on", async () => {
  const message = `falls silent: ${simulate([[{ repeat: "word ", times: 80, paceMs: 100 }]])}`;
  const turn = ask({ message });
  await turn.next();
  proxy.fallSilent();
  const lostAt = performance.now();
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
  await until(async () => proxy.silent() === 0 && (await fetch(`${server.url}/readyz`)).status === 200);
  expect(performance.now() - lostAt).toBeLessThan(5_000);

  const end = (await collect(ask({ message: "Hello" }))).at(-1);
  expect(end).toMatchObject({ __typename: "TurnFinished", session: { status: "COMPLETED" } });
  const lease = "SELECT lease_expires_at > now() + interval '13 seconds' AS good FROM agent_sessions WHERE prompt = $1";
  await until(async () => (await server.dataSource.query(lease, [message]))[0].good);
  expect((await collect(turn)).at(-1)).toMatchObject({
    __typename: "TurnFinished",
    session: { status: "COMPLETED", text: "word ".repeat(80) },
  });
}, 60_000);

test("a child session that is inserted while the database goes away runs once, too", async () => {
  const task = simulate([[{ text: "The plan." }]]);
  const message = `delegates: ${simulate([[{ tool: "delegate", arguments: { buddy: "campaign", task } }], [{ text: "Done." }]])}`;
  // The child's own: in its parent's prompt the same words stand in quotes that are escaped.
  const broken = proxy.breakAt(/INSERT INTO agent_sessions.*"The plan\."/s, { done: true, away: true });
  const turn = ask({ message });
  const { value: started } = await turn.next();
  const events = collect(turn);
  await broken;
  await proxy.refused();
  proxy.comeBack();
  const ends = (await events).filter((event) => event.__typename === "TurnFinished");
  expect(ends.map(({ session }) => session.status)).toEqual(["COMPLETED", "COMPLETED"]);
  const children = "SELECT status FROM agent_sessions WHERE parent_id = $1";
  expect(await server.dataSource.query(children, [started.sessionId.slice(4)])).toEqual([{ status: "COMPLETED" }]);
});

test("a turn that runs is cancelled though its database is away, and is settled once it is back", async () => {
  const turn = ask({ message: `cancelled in an outage: ${simulate([[{ text: "Hello" }, { fault: "stall" }]])}` });
  const { value: started } = await turn.next();
  const events = collect(turn);
  // Whichever the request asks first.
  const broken = proxy.breakAt(/FROM "agent_sessions"|SET cancel_requested_at/, { done: false, away: true });
  const cancel =
    "mutation ($id: ID!) { cancelTurn(input: { sessionId: $id }) { session { status } userErrors { code } } }";
  const cancelled = post(server.url, token, cancel, { id: started.sessionId });
  await broken;
  await server.anthropic.journal.waitFor(
    ({ body, outcome }) => JSON.stringify(body ?? "").includes("cancelled in an outage") && outcome === "aborted",
  );
  await waited(started.sessionId);
  proxy.comeBack();
  expect((await cancelled).data.cancelTurn).toMatchObject({ userErrors: [] });
  expect((await events).at(-1)).toMatchObject({ __typename: "TurnFinished", session: { status: "CANCELLED" } });
});

test("a turn that is stopped while it waits for the database is not begun any more", async () => {
  const leaving = await server.startSibling();
  const threadId = await beginThread();
  const broken = proxy.breakAt(HISTORY, { done: false, away: true });
  const start = "mutation ($input: ChatTurnInput!) { startTurn(input: $input) { session { id } } }";
  const { data } = await post(leaving.url, token, start, { input: { message: "stopped in an outage", threadId } });
  await broken;
  const disposed = leaving.dispose(0);
  await waited(data.startTurn.session.id);
  proxy.comeBack();
  await disposed;
  expect(await rowsOf("stopped in an outage")).toMatchObject([{ status: "INTERRUPTED" }]);
  expect(callsOf("stopped in an outage")).toEqual([]);
});

test("a server that stops gives running turns no more time because another one waits for the database to begin", async () => {
  const leaving = await server.startSibling();
  const start = "mutation ($input: ChatTurnInput!) { startTurn(input: $input) { session { id } } }";
  const stalled = simulate([[{ text: "Hello" }, { fault: "stall" }]]);
  const { data } = await post(leaving.url, token, start, { input: { message: `given no more: ${stalled}` } });
  const broken = proxy.breakAt(INSERT, { done: false, away: true });
  const refused = post(leaving.url, token, start, { input: { message: "waits to begin" } });
  await broken;
  const disposed = leaving.dispose(0);
  const first = [waited(data.startTurn.session.id).then(() => "stopped"), refused.then(() => "refused")];
  expect(await Promise.race(first)).toBe("stopped");
  proxy.comeBack();
  await Promise.all([disposed, refused]);
  expect(await rowsOf("given no more")).toMatchObject([{ status: "INTERRUPTED" }]);
});

describe("a database that stays away", () => {
  /** Waited for a twentieth of the time. */
  beforeEach(() => {
    const { timeout } = AbortSignal;
    jest
      .spyOn(AbortSignal, "timeout")
      .mockImplementation((ms) => timeout.call(AbortSignal, ms === OUTAGE_PATIENCE_MS ? ms / 20 : ms));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    proxy.comeBack();
  });

  const START = `mutation ($input: ChatTurnInput!) {
    startTurn(input: $input) { session { id status } userErrors { code } } }`;
  const start = (message: string, idempotencyKey: string) =>
    post(server.url, token, START, { input: { message, idempotencyKey } });

  test("refuses the turn, which is not there, and the same request starts it later", async () => {
    const key = randomUUID();
    void proxy.breakAt(INSERT, { done: false, away: true });
    const { errors } = await start("stays away", key);
    expect(errors).toMatchObject([
      { extensions: { code: "SERVICE_UNAVAILABLE" }, message: expect.stringContaining("try again") },
    ]);
    proxy.comeBack();
    expect(await rowsOf("stays away")).toEqual([]);
    const events = await collect(ask({ message: "stays away", idempotencyKey: key }));
    expect(events.at(-1)).toMatchObject({ __typename: "TurnFinished", session: { status: "COMPLETED" } });
  });

  test("ends the refused turn that was inserted after all, once it is back", async () => {
    const key = randomUUID();
    void proxy.breakAt(INSERT, { done: true, away: true });
    const { errors } = await start("was inserted", key);
    expect(errors).toMatchObject([{ extensions: { code: "SERVICE_UNAVAILABLE" } }]);
    proxy.comeBack();
    // The same request finds it, and hears how it ended.
    const end = (await collect(ask({ message: "was inserted", idempotencyKey: key }))).at(-1);
    expect(end).toMatchObject({ __typename: "TurnFailed", error: { code: "INTERRUPTED", retryable: true } });
    expect(callsOf("was inserted")).toEqual([]);
    expect(await rowsOf("was inserted")).toMatchObject([{ status: "INTERRUPTED" }]);
  });
});
