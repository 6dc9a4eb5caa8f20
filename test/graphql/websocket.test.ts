// The socket door: who gets in, who a socket belongs to, and for how long.
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { WebSocket } from "ws";

import { simulate } from "../../src/simulators/script";
import { WorkspaceEntity } from "../../src/workspaces/workspace.entity";
import { STALL_MS } from "../support/busy-machine";
import { introduce, openSocket, type RawSocket } from "../support/raw-socket";
import { CANCEL, CHAT_TURN, connect, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";
import { openBareDoor } from "./bare-socket-door";

const FRAME_BYTES = 20_000;
const APP = "https://app.example.com";

let server: TestServer;
let authorization: string;
beforeAll(async () => {
  server = await startTestServer({ LIMIT_FRAME_BYTES: String(FRAME_BYTES), ALLOWED_ORIGINS: APP });
  authorization = `Bearer ${await server.token()}`;
});
afterAll(() => server.close());

const QUERY = "{ viewer { role workspace { id } } }";
const ADMIN = { data: { viewer: { role: "ADMIN", workspace: { id: "acme" } } } };
const FORBIDDEN = { code: 4403, reason: "The token is not valid." };
const EXPIRED = { code: 4403, reason: "The token has expired: get a new one." };
const DISABLED = { code: 4403, reason: "The workspace is disabled: ask whoever runs this server." };
const TOKENLESS = { code: 4403, reason: "A bearer token is needed: send `Authorization: Bearer <token>`." };
const SILENT_TURN = {
  query: CHAT_TURN,
  variables: { input: { message: simulate([[{ text: "Hello" }, { fault: "stall" }]]) } },
};

const subscribe = (socket: RawSocket, payload: object, id = "1") => socket.send({ type: "subscribe", id, payload });

test.each([
  ["Authorization", (value: string) => ({ Authorization: value })],
  ["authorization", (value: string) => ({ authorization: value })],
  ["headers.Authorization", (value: string) => ({ headers: { Authorization: value } })],
])("a token is taken from %s, in the connection's parameters and in an operation's extensions", async (_name, wrap) => {
  const introduced = await introduce(server.url, wrap(authorization));
  subscribe(introduced, { query: QUERY });
  expect((await introduced.next()).payload).toEqual(ADMIN);

  const later = await introduce(server.url);
  subscribe(later, { query: QUERY, extensions: wrap(authorization) });
  expect((await later.next()).payload).toEqual(ADMIN);
  expect(await later.next()).toEqual({ type: "complete", id: "1" });
  // The token of the first operation is the socket's from then on.
  subscribe(later, { query: QUERY }, "2");
  expect((await later.next()).payload).toEqual(ADMIN);
  await Promise.all([introduced.close(), later.close()]);
});

test("a bad or expired token closes the socket before it is acknowledged", async () => {
  const expired = await server.token({ expiresInSeconds: -1 });
  for (const [token, closed] of [
    ["rubbish", FORBIDDEN],
    [expired, EXPIRED],
  ] as const) {
    const socket = await openSocket(server.url);
    socket.send({ type: "connection_init", payload: { authorization: `Bearer ${token}` } });
    expect(await socket.closed).toEqual(closed);
    await expect(socket.next()).rejects.toThrow("closed");
  }
});

test("an operation without a token, or with a bad one, is not answered: the socket closes", async () => {
  for (const [extensions, closed] of [
    [undefined, TOKENLESS],
    [{}, TOKENLESS],
    [{ headers: { Authorization: "Bearer rubbish" } }, FORBIDDEN],
    [{ headers: "none" }, TOKENLESS],
  ] as const) {
    const socket = await introduce(server.url);
    subscribe(socket, { query: QUERY, extensions });
    expect(await socket.closed).toEqual(closed);
    await expect(socket.next()).rejects.toThrow("closed");
  }
});

test("an operation before the introduction closes the socket", async () => {
  const socket = await openSocket(server.url);
  subscribe(socket, { query: QUERY, extensions: { authorization } });
  expect(await socket.closed).toEqual({ code: 4401, reason: "Unauthorized" });
});

test("a socket keeps its first identity", async () => {
  const other = `Bearer ${await server.token({ workspaceId: "globex", role: "OWNER" })}`;
  for (const socket of [await introduce(server.url, { authorization }), await introduce(server.url)]) {
    subscribe(socket, { query: QUERY, extensions: { authorization } });
    await socket.next();
    await socket.next();
    subscribe(socket, { query: QUERY, extensions: { authorization: other } }, "2");
    expect((await socket.next()).payload).toEqual(ADMIN);
    await socket.close();
  }
});

test("of two first operations at once, the first one's token is the socket's", async () => {
  const other = `Bearer ${await server.token({ workspaceId: "initech", role: "OWNER" })}`;
  const socket = await introduce(server.url);
  subscribe(socket, { query: QUERY, extensions: { authorization } }, "1");
  subscribe(socket, { query: QUERY, extensions: { authorization: other } }, "2");
  const answers = [];
  while (answers.length < 2) {
    const { type, payload } = await socket.next();
    if (type === "next") answers.push(payload);
  }
  expect(answers).toEqual([ADMIN, ADMIN]);
  await socket.close();
});

test("a token that expires in mid-stream closes the socket within a second", async () => {
  const exp = Math.floor(Date.now() / 1000) + 2;
  const token = await server.token({ expiresInSeconds: exp - Math.floor(Date.now() / 1000) });
  const socket = await introduce(server.url, { authorization: `Bearer ${token}` });
  subscribe(socket, SILENT_TURN);
  expect((await socket.next()).payload.data.chatTurn.__typename).toBe("TurnStarted");
  expect(await socket.closed).toEqual(EXPIRED);
  const late = Date.now() - exp * 1000;
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(1_000 + STALL_MS);
});

test("a disabled workspace is out within two seconds, running streams included", async () => {
  const token = await server.token({ workspaceId: "closing" });
  const socket = await introduce(server.url, { authorization: `Bearer ${token}` });
  subscribe(socket, SILENT_TURN);
  await socket.next();
  const bystander = await introduce(server.url, { authorization });
  const disabledAt = performance.now();
  await server.dataSource.getRepository(WorkspaceEntity).update({ id: "closing" }, { disabledAt: new Date() });
  expect(await socket.closed).toEqual(DISABLED);
  expect(performance.now() - disabledAt).toBeLessThan(2_000 + STALL_MS);

  subscribe(bystander, { query: QUERY });
  expect((await bystander.next()).payload).toEqual(ADMIN);
  await bystander.close();
});

test("a client that refreshes its token after a 4403 gets on", async () => {
  const tokens = ["expired", await server.token()];
  const client = connect(server.url, "", {
    connectionParams: async () => ({ authorization: `Bearer ${tokens.shift()}` }),
    retryAttempts: 1,
    retryWait: async () => undefined,
  });
  const events = streamOf(client, CHAT_TURN, { input: { message: "Hello" } });
  expect((await events.next()).value.__typename).toBe("TurnStarted");
  for await (const _event of events);
  expect(tokens).toEqual([]);
  await client.dispose();
});

test("while tokens cannot be checked, the client is told to come again, and nothing of the reason", async () => {
  const broken = await startTestServer();
  const token = await broken.token();
  await broken.dataSource.query("ALTER TABLE users RENAME TO gone");
  const socket = await openSocket(broken.url);
  socket.send({ type: "connection_init", payload: { authorization: `Bearer ${token}` } });
  expect(await socket.closed).toEqual({ code: 1013, reason: "Try again later" });
  await broken.logged((line) => line.level === "error");
  await broken.close();
});

test("a connection that the system cannot take is told of, and ends neither the server nor a socket", async () => {
  const faults: unknown[] = [];
  const door = await openBareDoor({ formatError: (error) => ({ message: `${faults.push(error)}` }) });
  const socket = await introduce(door.url);
  const fault = Object.assign(new Error("accept ENOBUFS"), { syscall: "accept" });
  door.server.emit("error", fault);
  expect(faults).toEqual([fault]);
  await socket.close();
  await door.close();
});

test("a page of a foreign origin is refused at the upgrade; an allowed one and a client without one are not", async () => {
  for (const origin of ["https://evil.example.com", `${APP}.evil.example.com`, "null", new URL(server.url).origin]) {
    await expect(openSocket(server.url, { origin })).rejects.toThrow("403");
  }
  await (await introduce(server.url, {}, { origin: APP })).close();
  await (await introduce(server.url, {})).close();
});

test("unless it is set, the origins of this machine on the server's own port are allowed", async () => {
  const local = await startTestServer();
  const { port } = new URL(local.url);
  for (const host of ["localhost", "127.0.0.1", "[::1]"]) {
    await (await introduce(local.url, {}, { origin: `http://${host}:${port}` })).close();
  }
  for (const origin of [`https://localhost:${port}`, "http://localhost:1", "http://localhost"]) {
    await expect(openSocket(local.url, { origin })).rejects.toThrow("403");
  }
  await local.close();
});

test("another subprotocol, or another path, is no way in", async () => {
  await expect(openSocket(server.url, { protocols: ["graphql-ws"] })).rejects.toThrow("subprotocol");
  const none = await openSocket(server.url, { protocols: [] });
  expect((await none.closed).code).toBe(4406);
  await expect(openSocket(`${server.url}/elsewhere`)).rejects.toThrow("400");
});

test("a frame of the allowed size is taken, a larger one closes the socket", async () => {
  const ping = (fill: string) => JSON.stringify({ type: "ping", payload: { fill } });
  const filled = (bytes: number) => ping("x".repeat(bytes - ping("").length));
  const socket = await introduce(server.url, { authorization });
  socket.send(filled(FRAME_BYTES));
  expect((await socket.next()).type).toBe("pong");
  socket.send(filled(FRAME_BYTES + 1));
  expect((await socket.closed).code).toBe(1009);
});

test("text that is no UTF-8 closes the socket", async () => {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  await once(socket, "open");
  socket.send(Buffer.from([0xff]), { binary: false });
  expect((await once(socket, "close"))[0]).toBe(1007);
});

test.each([
  ["no JSON", "hello"],
  ["no message", "{}"],
  ["an unknown message", '{"type":"start"}'],
  ["an operation without a query", '{"type":"subscribe","id":"1","payload":{}}'],
])("%s closes the socket", async (_name, frame) => {
  const socket = await introduce(server.url, { authorization });
  socket.send(frame);
  expect((await socket.closed).code).toBe(4400);
});

test("a second introduction, and a second operation of the same id, close the socket", async () => {
  const twice = await introduce(server.url, { authorization });
  twice.send({ type: "connection_init" });
  expect((await twice.closed).code).toBe(4429);

  const same = await introduce(server.url, { authorization });
  subscribe(same, SILENT_TURN);
  subscribe(same, SILENT_TURN);
  expect((await same.closed).code).toBe(4409);
});

test("a client that does not introduce itself in time is shown out", async () => {
  const door = await openBareDoor({ initTimeoutMs: 50 });
  const socket = await openSocket(door.url);
  expect(await socket.closed).toEqual({ code: 4408, reason: "Connection initialisation timeout" });
  await door.close();
});

describe("at shutdown", () => {
  const GOING_AWAY = { code: 1001, reason: "Going away" };

  test("a socket with nothing under way is sent away at once, another once its turn has told its end; nobody gets in", async () => {
    const leaving = await server.startSibling();
    const [idle, busy] = [
      await introduce(leaving.url, { authorization }),
      await introduce(leaving.url, { authorization }),
    ];
    subscribe(busy, SILENT_TURN);
    const { sessionId } = (await busy.next()).payload.data.chatTurn;

    const disposed = leaving.dispose(60);
    expect(await idle.closed).toEqual(GOING_AWAY);
    await expect(openSocket(leaving.url)).rejects.toThrow("503");
    await post(leaving.url, await server.token(), CANCEL, { sessionId });
    const types = [];
    for (let last = ""; last !== "complete"; types.push(last)) last = (await busy.next()).type;
    expect(types.slice(-2)).toEqual(["next", "complete"]);
    expect(await busy.closed).toEqual(GOING_AWAY);
    await disposed;
  });

  test("a turn that outlasts its time is interrupted, and its reader hears of it before the socket closes", async () => {
    const leaving = await server.startSibling();
    const socket = await introduce(leaving.url, { authorization });
    subscribe(socket, SILENT_TURN);
    await socket.next();
    const disposed = leaving.dispose(0.5);
    const events = [];
    for (let message = await socket.next(); message.type === "next"; message = await socket.next()) {
      events.push(message.payload.data.chatTurn);
    }
    expect(events.at(-1)).toMatchObject({ __typename: "TurnFailed", error: { code: "INTERRUPTED", retryable: true } });
    expect(await socket.closed).toEqual(GOING_AWAY);
    await disposed;
  });

  test("sockets are sent away one after the other, so that they do not all come back at once", async () => {
    const door = await openBareDoor({ farewellsPerSecond: 50 });
    const sockets = await Promise.all(Array.from({ length: 30 }, () => introduce(door.url)));
    const startedAt = performance.now();
    const left = sockets.map(({ closed }) => closed.then(() => performance.now() - startedAt));
    door.leave(60);
    const times = (await Promise.all(left)).toSorted((one, other) => one - other);
    expect(times.at(-1)).toBeGreaterThan(500);
    expect(times.at(0)).toBeLessThan(times.at(-1) ?? 0);
    await door.close();
  });

  test("they are all gone within the time that there is, however many they are", async () => {
    const door = await openBareDoor({ farewellsPerSecond: 1 });
    const sockets = await Promise.all(Array.from({ length: 100 }, () => introduce(door.url)));
    door.leave(1);
    const codes = (await Promise.all(sockets.map(({ closed }) => closed))).map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set([1001]));
    await door.close();
  });
});
