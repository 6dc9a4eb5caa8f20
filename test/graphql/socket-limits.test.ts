// How much one client may have of the socket door. Whoever asks for more is told so, and nobody else notices.
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { WebSocket } from "ws";

import { simulate } from "../../src/simulators/script";
import { introduce, openSocket, type RawSocket } from "../support/raw-socket";
import { CANCEL, connect, FOLLOW, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";
import { openBareDoor } from "./bare-socket-door";
import { upgradeOnly } from "./upgrade-only";

const APP = "https://app.example.com";
const QUERY = "{ viewer { role } }";
const START = "mutation($input: ChatTurnInput!) { startTurn(input: $input) { session { id } } }";
const SILENT = simulate([[{ text: "Hello" }, { fault: "stall" }]]);
const TOKENLESS = { code: 4403, reason: "No token was shown: connect again with one." };
const EXPIRED = { code: 4403, reason: "The token has expired: get a new one." };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ ALLOWED_ORIGINS: `${APP},http://localhost:5173` });
});
afterAll(() => server.close());

const parametersOf = async (subject: string, on: Pick<TestServer, "token"> = server) => ({
  authorization: `Bearer ${await on.token({ subject, role: "MEMBER" })}`,
});
const subscribe = (socket: RawSocket, id: string, query: string, variables: object = {}) =>
  socket.send({ type: "subscribe", id, payload: { query, variables } });
const ping = (socket: RawSocket) => socket.send({ type: "ping" });

/** Whether the socket still works. */
async function answers(socket: RawSocket): Promise<boolean> {
  ping(socket);
  return (await socket.next()).type === "pong";
}

/** The first socket that is let in: how soon the server notices that another is gone is its own affair. */
async function introduceOnceThereIsRoom(url: string, parameters: object): Promise<RawSocket> {
  for (;;) {
    const socket = await introduce(url, parameters).catch(() => undefined);
    if (socket !== undefined) return socket;
  }
}

describe("origins", () => {
  test.each([
    ["one that is allowed", APP],
    ["another that is allowed, with its port", "http://localhost:5173"],
    ["none, as clients send that are no browsers", undefined],
  ])("%s may open a socket", async (_name, origin) => {
    const socket = await introduce(server.url, {}, origin === undefined ? {} : { origin });
    expect(await answers(socket)).toBe(true);
    await socket.close();
  });

  test.each([
    ["another", "https://evil.example.com"],
    ["another scheme", "http://app.example.com"],
    ["another port", "http://localhost:5174"],
    ["no port where one is meant", "http://localhost"],
    ["a port where none is meant", "https://app.example.com:443"],
    ["capitals", "https://App.Example.com"],
    ["a path", "https://app.example.com/"],
    ["a name that begins alike", "https://app.example.com.evil.example"],
    ["a name that ends alike", "https://evil-app.example.com"],
    ["a name below it", "https://x.app.example.com"],
    ["a page without an origin", "null"],
    ["any", "*"],
    ["the whole list", `${APP},http://localhost:5173`],
  ])("%s may not: %s", async (_name, origin) => {
    await expect(openSocket(server.url, { origin })).rejects.toThrow("403");
  });
});

test("a frame of 256 KiB is taken, one of 257 closes its socket alone", async () => {
  const [socket, neighbour] = await Promise.all([introduce(server.url), introduce(server.url)]);
  const frame = (kibibytes: number) => {
    const empty = JSON.stringify({ type: "ping", payload: { fill: "" } });
    return empty.replace('""', `"${"x".repeat(kibibytes * 1024 - empty.length)}"`);
  };
  socket.send(frame(256));
  expect((await socket.next()).type).toBe("pong");
  socket.send(frame(257));
  expect((await socket.closed).code).toBe(1009);
  expect(await answers(neighbour)).toBe(true);
  await neighbour.close();
});

test("frames are not compressed, also where a client would like it: small ones could hold much", async () => {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/graphql`, "graphql-transport-ws", {
    perMessageDeflate: true,
  });
  await new Promise((resolve) => socket.once("open", resolve));
  expect(socket.extensions).toBe("");
  socket.close();
  await new Promise((resolve) => socket.once("close", resolve));
});

test("the 21st subscription of a socket is refused; the others go on, and so do queries and mutations", async () => {
  const parameters = await parametersOf("reader");
  const socket = await introduce(server.url, parameters);
  subscribe(socket, "start", START, { input: { message: SILENT } });
  const sessionId = (await socket.next()).payload.data.startTurn.session.id;
  expect(await socket.next()).toEqual({ type: "complete", id: "start" });

  // Each tells how the turn began; the 21st is refused among them.
  for (let stream = 1; stream <= 21; stream += 1) subscribe(socket, String(stream), FOLLOW, { sessionId });
  const refusals: unknown[] = [];
  const begun = new Set<string | undefined>();
  while (begun.size < 20 || refusals.length < 1) {
    const message = await socket.next();
    if (message.type === "error") refusals.push(message);
    else begun.add(message.id);
  }
  const sentence = "Up to 20 subscriptions may run on a socket: end one, or open another socket.";
  expect(refusals).toEqual([
    { type: "error", id: "21", payload: [{ message: sentence, extensions: { code: "RATE_LIMITED" } }] },
  ]);

  // The ended one has made room: of the turn's end, 20 streams tell again.
  socket.send({ type: "complete", id: "1" });
  subscribe(socket, "22", FOLLOW, { sessionId });
  subscribe(socket, "query", QUERY);
  subscribe(socket, "cancel", CANCEL, { sessionId });
  const completed = new Set<string | undefined>();
  while (completed.size < 22) {
    const message = await socket.next();
    expect(message.type).not.toBe("error");
    if (message.type === "complete") completed.add(message.id);
  }
  expect([...completed].sort()).toEqual(
    [...Array.from({ length: 19 }, (_, index) => String(index + 2)), "22", "cancel", "query"].sort(),
  );
  await socket.close();
});

test("the 11th socket of a user is closed; the ten go on, others come in, and when one leaves there is room", async () => {
  const parameters = await parametersOf("collector");
  const sockets = await Promise.all(Array.from({ length: 10 }, () => introduce(server.url, parameters)));

  const eleventh = await openSocket(server.url);
  eleventh.send({ type: "connection_init", payload: parameters });
  expect(await eleventh.closed).toEqual({ code: 4429, reason: "Too many sockets" });
  // Also where it says only with its first operation whose it is; which is not executed.
  const later = await introduce(server.url);
  const payload = { query: START, variables: { input: { message: "never" } }, extensions: parameters };
  later.send({ type: "subscribe", id: "1", payload });
  expect(await later.closed).toEqual({ code: 4429, reason: "Too many sockets" });
  await expect(later.next()).rejects.toThrow("closed");
  expect(await server.dataSource.query("SELECT FROM agent_sessions WHERE prompt = 'never'")).toEqual([]);

  for (const socket of sockets) {
    subscribe(socket, "1", QUERY);
    expect((await socket.next()).payload).toEqual({ data: { viewer: { role: "MEMBER" } } });
  }
  await (await introduce(server.url, await parametersOf("somebody else"))).close();

  await sockets[0]?.close();
  sockets[0] = await introduceOnceThereIsRoom(server.url, parameters);
  await Promise.all(sockets.map((socket) => socket.close()));
});

test("the usual client does not come again by itself after that", async () => {
  const narrow = await startTestServer({ LIMIT_SOCKETS_PER_USER: "1" });
  const parameters = await parametersOf("collector", narrow);
  const first = await introduce(narrow.url, parameters);
  const opened: unknown[] = [];
  const client = connect(narrow.url, "", {
    connectionParams: parameters,
    retryAttempts: 5,
    retryWait: async () => undefined,
    on: { opened: (socket) => opened.push(socket) },
  });
  const asked = streamOf(client, QUERY, {}).next();
  await expect(asked).rejects.toMatchObject({ code: 4429, reason: "Too many sockets" });
  expect(opened).toHaveLength(1);
  await client.dispose();
  await first.close();
  await narrow.close();
});

test("the 101st message within a minute closes its socket, and is not read", async () => {
  const parameters = await parametersOf("talker");
  const [socket, neighbour] = await Promise.all([introduce(server.url, parameters), introduce(server.url, parameters)]);
  // The introduction was the first.
  for (let message = 2; message <= 100; message += 1) expect(await answers(socket)).toBe(true);
  subscribe(socket, "1", START, { input: { message: "one too many" } });
  // It says no more to somebody who goes on talking, and hears nothing.
  subscribe(socket, "2", START, { input: { message: "one too many" } });
  expect(await socket.closed).toEqual({ code: 4429, reason: "Too many messages" });
  await expect(socket.next()).rejects.toThrow("closed");

  subscribe(neighbour, "1", QUERY);
  expect((await neighbour.next()).payload).toEqual({ data: { viewer: { role: "MEMBER" } } });
  expect(await server.dataSource.query("SELECT FROM agent_sessions WHERE prompt = 'one too many'")).toEqual([]);
  await neighbour.close();
});

test("the network's own pings count as messages", async () => {
  const door = await openBareDoor({}, { messagesPerMinute: 3 });
  const socket = new WebSocket(`${door.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  await new Promise((resolve) => socket.once("open", resolve));
  for (let count = 0; count < 4; count += 1) socket.ping();
  expect(await new Promise((resolve) => socket.once("close", resolve))).toBe(4429);
  await door.close();
});

test("a minute later there are as many messages again", async () => {
  const door = await openBareDoor({}, { messagesPerMinute: 3 });
  const clock = jest.spyOn(Date, "now");
  const socket = await introduce(door.url);
  for (let minute = 1; minute <= 3; minute += 1) {
    expect([await answers(socket), await answers(socket)]).toEqual([true, true]);
    const later = Date.now() + 60_000;
    clock.mockReturnValue(later);
  }
  clock.mockRestore();
  await socket.close();
  await door.close();
});

test("what only a server may say is a message of the wrong kind, and no fault to be printed", async () => {
  const printed = jest.spyOn(console, "error");
  for (const type of ["connection_ack", "next", "error"]) {
    const socket = await introduce(server.url);
    socket.send({ type, id: "1", payload: type === "error" ? [{ message: "" }] : {} });
    expect(await socket.closed).toEqual({ code: 4400, reason: "Invalid message received" });
  }
  expect(printed).not.toHaveBeenCalled();
  printed.mockRestore();
});

test("pings do not keep a socket open that never introduces itself", async () => {
  const door = await openBareDoor({ initTimeoutMs: 200 }, { messagesPerMinute: 1_000_000 });
  const socket = await openSocket(door.url);
  const closed = socket.closed;
  const talk = async () => {
    while (await answers(socket));
  };
  await expect(talk()).rejects.toThrow("4408");
  expect((await closed).code).toBe(4408);
  await door.close();
});

test("a peer that gives no sign of life is found, and its neighbour is left alone", async () => {
  const door = await openBareDoor({ keepAliveMs: 400 });
  const neighbour = await introduce(door.url);
  const gone = await upgradeOnly(door.url);
  await gone.closed;
  expect(await answers(neighbour)).toBe(true);
  await neighbour.close();
  await door.close();
});

test("a closed socket is gone in a moment, also when its client does not agree", async () => {
  const narrow = await startTestServer({ LIMIT_SOCKETS_PER_USER: "1" });
  const expiring = {
    authorization: `Bearer ${await narrow.token({ subject: "sleeper", role: "MEMBER", expiresInSeconds: 2 })}`,
  };
  const asleep = await introduce(narrow.url, expiring);
  asleep.freeze();
  const awake = await introduceOnceThereIsRoom(narrow.url, await parametersOf("sleeper", narrow));
  expect(await answers(awake)).toBe(true);
  await awake.close();
  await asleep.close();
  await narrow.close();
});

describe("sockets without a token", () => {
  test("are closed after a while, whatever they send; one with a token stays", async () => {
    const impatient = await startTestServer({ LIMIT_ANONYMOUS_SECONDS: "1" });
    const [stranger, silent, known] = await Promise.all([
      introduce(impatient.url),
      openSocket(impatient.url),
      introduce(impatient.url, await parametersOf("known", impatient)),
    ]);
    expect(await answers(stranger)).toBe(true);
    expect(await Promise.all([stranger.closed, silent.closed])).toEqual([TOKENLESS, TOKENLESS]);
    expect(await answers(known)).toBe(true);
    await known.close();
    await impatient.close();
  });

  test("are only so many at once: the oldest makes room for a newcomer, and one that shows its token stays", async () => {
    const small = await startTestServer({ LIMIT_ANONYMOUS_SOCKETS: "2" });
    const [oldest, first, second] = [
      await introduce(small.url),
      await introduce(small.url),
      await introduce(small.url),
    ];
    expect(await oldest.closed).toMatchObject({ code: 1013 });

    first.send({
      type: "subscribe",
      id: "1",
      payload: { query: QUERY, extensions: await parametersOf("known", small) },
    });
    expect((await first.next()).payload).toEqual({ data: { viewer: { role: "MEMBER" } } });
    expect((await first.next()).type).toBe("complete");
    const [third, fourth] = [await introduce(small.url), await introduce(small.url)];
    expect(await second.closed).toMatchObject({ code: 1013 });
    expect(await answers(first)).toBe(true);
    await Promise.all([first.close(), third.close(), fourth.close()]);
    await small.close();
  });
});

test("an expired token closes its own socket in mid-stream; another reader of the same turn goes on", async () => {
  const content = { subject: "reader in time", role: "MEMBER" } as const;
  const parameters = { authorization: `Bearer ${await server.token(content)}` };
  const { data } = await post(server.url, await server.token(content), START, { input: { message: SILENT } });
  const sessionId = data.startTurn.session.id;
  const neighbour = await introduce(server.url, parameters);
  subscribe(neighbour, "1", FOLLOW, { sessionId });
  expect((await neighbour.next()).payload.data.agentSessionEvents.__typename).toBe("TurnStarted");

  const expiring = await introduce(server.url, {
    authorization: `Bearer ${await server.token({ ...content, expiresInSeconds: 2 })}`,
  });
  subscribe(expiring, "1", FOLLOW, { sessionId });
  expect((await expiring.next()).payload.data.agentSessionEvents.__typename).toBe("TurnStarted");
  expect(await expiring.closed).toEqual(EXPIRED);

  subscribe(neighbour, "2", CANCEL, { sessionId });
  const told: string[] = [];
  while (!told.includes("1 complete")) {
    const { id, type } = await neighbour.next();
    told.push(`${id} ${type}`);
  }
  await neighbour.close();
});
