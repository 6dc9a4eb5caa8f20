import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { WebSocket } from "ws";

import { simulate } from "../../src/simulators/script";
import { CHAT_TURN, collect, connect, FOLLOW, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await startTestServer();
  token = await server.token();
});

afterAll(() => server.close());

/** A turn that takes about a second, long enough to be interrupted. */
const SLOW = simulate([[{ repeat: "word ", times: 60, paceMs: 15 }]]);

function calls(message: string): number {
  return server.anthropic.journal
    .messages()
    .filter((call) => JSON.stringify(call.body).includes(JSON.stringify(message).slice(1, -1))).length;
}

async function rows(idempotencyKey: string): Promise<number> {
  const [{ count }] = await server.dataSource.query(
    "SELECT count(*)::int FROM agent_sessions WHERE idempotency_key = $1",
    [idempotencyKey],
  );
  return count;
}

const sequences = (events: { sequence: number }[]) => events.map((event) => event.sequence);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test("two subscriptions with one key at the same moment are one turn", async () => {
  const input = { message: `twins ${SLOW}`, idempotencyKey: randomUUID() };
  const clients = [connect(server.url, token), connect(server.url, token)];
  const [one = [], two = []] = await Promise.all(
    clients.map((client) => collect(streamOf(client, CHAT_TURN, { input }))),
  );

  expect(one).toEqual(two);
  expect(sequences(one)).toEqual(upTo(one.length));
  expect(one.at(-1).session.text).toBe("word ".repeat(60));
  expect(calls("twins ")).toBe(1);
  expect(await rows(input.idempotencyKey)).toBe(1);
  await Promise.all(clients.map((client) => client.dispose()));
});

test("twenty at once, by both doors, are still one turn", async () => {
  const input = { message: "crowd", idempotencyKey: randomUUID() };
  const client = connect(server.url, token);
  const started = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      if (index % 2 === 0) return (await collect(streamOf(client, CHAT_TURN, { input })))[0].sessionId;
      const start = "mutation($input: ChatTurnInput!) { startTurn(input: $input) { session { id } } }";
      return (await post(server.url, token, start, { input })).data.startTurn.session.id;
    }),
  );
  expect(new Set(started).size).toBe(1);
  expect(calls("crowd")).toBe(1);
  await client.dispose();
});

test("after a dropped socket the same key resumes the same turn, without gap or repeat", async () => {
  const input = { message: `dropped ${SLOW}`, idempotencyKey: randomUUID() };
  let socket: WebSocket | undefined;
  const dropped = connect(server.url, token, { webSocketImpl: keepSocket((made) => (socket = made)) });
  const seen = [];
  try {
    for await (const event of streamOf(dropped, CHAT_TURN, { input })) {
      seen.push(event);
      if (seen.length === 5) socket?.terminate();
    }
  } catch {
    // The client reports the lost connection.
  }
  const last = seen.at(-1).sequence;
  const client = connect(server.url, token);
  const rest = await collect(streamOf(client, CHAT_TURN, { input, after: last }));
  const all = [...seen, ...rest];

  expect(rest.length).toBeGreaterThan(0);
  expect(sequences(all)).toEqual(upTo(all.length));
  expect(all.map((event) => event.delta ?? "").join("")).toBe("word ".repeat(60));
  expect(rest.filter((event) => event.__typename === "TextDelta").at(-1).text).toBe("word ".repeat(60));
  expect(calls("dropped ")).toBe(1);
  expect(await rows(input.idempotencyKey)).toBe(1);
  await client.dispose();
});

test.each([
  ["its key", () => ({ idempotencyKey: randomUUID() })],
  ["the operation id, which the client makes a UUID", () => ({})],
])("graphql-ws's own reconnect attaches by %s", async (name, keys) => {
  const message = `reconnect by ${name.slice(0, 7)} ${SLOW}`;
  const input = { message, ...keys() };
  const sockets: WebSocket[] = [];
  const client = connect(server.url, token, {
    webSocketImpl: keepSocket((made) => sockets.push(made)),
    retryAttempts: 3,
    retryWait: async () => undefined,
    shouldRetry: () => true,
  });
  const seen = new Map<number, { delta?: string; session?: { text: string } }>();
  let received = 0;
  for await (const event of streamOf(client, CHAT_TURN, { input })) {
    received += 1;
    // What was already seen comes again, and is the same.
    if (seen.has(event.sequence)) expect(event).toEqual(seen.get(event.sequence));
    seen.set(event.sequence, event);
    if (received === 5 || received === 12) sockets.at(-1)?.terminate();
  }
  expect(sockets).toHaveLength(3);
  expect(received).toBeGreaterThan(seen.size);
  expect([...seen.keys()]).toEqual(upTo(seen.size));
  expect([...seen.values()].map((event) => event.delta ?? "").join("")).toBe("word ".repeat(60));
  expect(calls(message.slice(0, 20))).toBe(1);
  await client.dispose();
});

test("a `startTurn` that the client sends again after a reconnect finds its turn, whatever it is called", async () => {
  const client = connect(server.url, token, { generateID: () => id });
  const id = randomUUID();
  const input = { message: "sent again" };
  const start = `mutation ($input: ChatTurnInput!) {
    startTurn(input: $input) { session { id } } other: startTurn(input: $input) { session { id } } }`;
  const [first] = await collect(streamOf(client, start, { input }));
  const [again] = await collect(streamOf(client, start, { input }));
  expect(again).toEqual(first);
  expect(await rows(id)).toBe(1);
  expect(await rows(`${id}/other`)).toBe(1);
  await client.dispose();
});

test("an operation id that is no UUID starts a new turn each time", async () => {
  const client = connect(server.url, token, { generateID: () => "1" });
  const input = { message: "counted ids" };
  const [one] = await collect(streamOf(client, CHAT_TURN, { input }));
  const [two] = await collect(streamOf(client, CHAT_TURN, { input }));
  expect(one.sessionId).not.toBe(two.sessionId);
  await client.dispose();
});

test("an ended turn is replayed to whoever asks again, and costs nothing", async () => {
  const input = { message: "replay me", idempotencyKey: randomUUID() };
  const client = connect(server.url, token);
  const first = await collect(streamOf(client, CHAT_TURN, { input }));
  const again = await collect(streamOf(client, CHAT_TURN, { input }));
  expect(again).toEqual(first);
  const rest = await collect(streamOf(client, FOLLOW, { sessionId: first[0].sessionId, after: 2 }));
  expect(rest).toEqual(first.slice(2));
  expect(calls("replay me")).toBe(1);
  await client.dispose();
});

test("whoever has seen some of a turn starts none: there is one to go on with, or there is not", async () => {
  const client = connect(server.url, token);
  const resume = "subscription ($input: ChatTurnInput!) { chatTurn(input: $input, after: 2) { sequence } }";
  const input = { message: "resumed", idempotencyKey: randomUUID() };
  for (const never of [input, { message: "resumed" }]) {
    await expect(collect(streamOf(client, resume, { input: never }))).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("ask from the beginning"),
    });
  }
  expect(calls("resumed")).toBe(0);
  const all = await collect(streamOf(client, CHAT_TURN, { input }));
  const rest = await collect(streamOf(client, resume, { input }));
  expect(rest.map(({ sequence }) => sequence)).toEqual(all.slice(2).map(({ sequence }) => sequence));
  expect(calls("resumed")).toBe(1);
  await client.dispose();
});

test("the same key with another buddy, message or thread is refused", async () => {
  const client = connect(server.url, token);
  const input = { message: "mine", idempotencyKey: randomUUID() };
  const [started] = await collect(streamOf(client, CHAT_TURN, { input }));
  const [other] = await collect(streamOf(client, CHAT_TURN, { input: { message: "another thread" } }));
  for (const change of [{ message: "yours" }, { buddy: "campaign" }, { threadId: other.session.threadId }]) {
    const refused = collect(streamOf(client, CHAT_TURN, { input: { ...input, ...change } }));
    await expect(refused).rejects.toMatchObject({ code: "IDEMPOTENCY_KEY_MISMATCH" });
  }
  // Its own thread, and other modes, change nothing: they count at the start alone.
  const own = { threadId: started.session.threadId, buddyModels: [{ buddy: "orchestrator", mode: "BYOK_CLAUDE" }] };
  const again = await collect(streamOf(client, CHAT_TURN, { input: { ...input, ...own } }));
  expect(again[0].sessionId).toBe(started.sessionId);
  expect(again[0].session.route.requestedMode).toBe("METERED");
  await client.dispose();
});

test("a key belongs to its user in its workspace", async () => {
  const input = { message: "shared key", idempotencyKey: randomUUID() };
  const tokens = await Promise.all([
    server.token(),
    server.token({ subject: "somebody else" }),
    server.token({ workspaceId: "globex" }),
  ]);
  const ids = await Promise.all(
    tokens.map(async (of) => {
      const client = connect(server.url, of);
      const [started] = await collect(streamOf(client, CHAT_TURN, { input }));
      await client.dispose();
      return started.sessionId;
    }),
  );
  expect(new Set(ids).size).toBe(3);
});

/** The socket that a client makes, to be broken by the test. */
function keepSocket(keep: (socket: WebSocket) => void) {
  return class extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols);
      keep(this);
    }
  };
}
