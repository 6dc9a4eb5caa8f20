// The chat as server-sent events: what comes, when it ends, and what is refused.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { simulate } from "../../src/simulators/script";
import { newWorkspace, type Person } from "../graphql/test-workspace";
import { STALL_MS } from "../support/busy-machine";
import { allEvents, postChat, type SentEvent, sentEvents } from "../support/event-stream";
import { collect, connect, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

const SILENT = simulate([[{ text: "Hello" }, { fault: "stall" }]]);
const STREAMS = 3;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ LIMIT_STREAMS_PER_USER: String(STREAMS), LIMIT_BODY_BYTES: "40000" });
});
afterAll(() => server.close());

const chat = ({ token }: { token: string }, body: unknown, init: Parameters<typeof postChat>[3] = {}) =>
  postChat(server.url, token, body, init);

/** Reads up to the first event that fits. */
async function next(stream: AsyncGenerator<SentEvent, void, void>, fits: (sent: SentEvent) => boolean) {
  for (;;) {
    const { value, done } = await stream.next();
    if (done) throw new Error("the stream ended");
    if (fits(value)) return value;
  }
}

const isNamed =
  (name: string) =>
  ({ event }: SentEvent) =>
    event === name;

async function sessionsOf({ workspaceId }: Person): Promise<{ status: string; last_followed_at: Date }[]> {
  return server.dataSource.query("SELECT status, last_followed_at FROM agent_sessions WHERE workspace_id = $1", [
    workspaceId,
  ]);
}

test("a turn streams from its start to its end, numbered, and then the stream ends", async () => {
  const person = await newWorkspace(server).member();
  const response = await chat(person, { message: "Hello", buddy: "campaign" });
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
  });

  const events = await allEvents(response);
  expect(events.map(({ id }) => Number(id))).toEqual(events.map((_, index) => index + 1));
  for (const { id, data } of events) {
    expect(data).toMatchObject({ sequence: Number(id), buddy: "campaign" });
    expect(data).not.toHaveProperty("__typename");
  }
  const [first, last] = [events[0], events.at(-1)];
  expect(first).toMatchObject({
    event: "turn.started",
    data: { session: { status: "PENDING", route: { payer: "WAYPATH" } } },
  });
  expect(last).toMatchObject({
    event: "turn.finished",
    data: { finishReason: "STOP", session: { status: "COMPLETED", prompt: "Hello", metering: "PENDING" } },
  });
  const deltas = events.filter(isNamed("text.delta"));
  expect(deltas[0]?.data).not.toHaveProperty("text");
  expect(deltas.map(({ data }) => data.delta).join("")).toBe(last?.data.session.text);
});

test("`Last-Event-ID` resumes the turn that the idempotency key names, and pays for nothing twice", async () => {
  const person = await newWorkspace(server).member();
  const body = { message: "Hello", idempotencyKey: randomUUID() };
  const all = await allEvents(await chat(person, body));
  const rest = await allEvents(await chat(person, body, { headers: { "last-event-id": "2" } }));
  expect(rest).toEqual(all.slice(2));
  expect(await sessionsOf(person)).toHaveLength(1);
});

test("a reader that goes away follows no more, and the turn goes on", async () => {
  const person = await newWorkspace(server).member();
  const gone = new AbortController();
  const response = await chat(person, { message: SILENT }, { signal: gone.signal });
  const stream = sentEvents(response);
  const { data } = await next(stream, isNamed("text.delta"));
  gone.abort();
  await expect(stream.next()).rejects.toThrow();

  expect(await sessionsOf(person)).toMatchObject([{ status: "RUNNING" }]);
  const { cancelTurn } = await person.ask(
    "mutation ($id: ID!) { cancelTurn(input: { sessionId: $id }) { session { text } } }",
    { id: data.sessionId },
  );
  expect(cancelTurn.session).not.toBeNull();
  // Nothing of it is left open: there is room for as many streams as before.
  const others = await Promise.all(Array.from({ length: STREAMS }, () => chat(person, { message: "Hello" })));
  for (const other of others) expect((await allEvents(other)).at(-1)?.event).toBe("turn.finished");
});

describe("a stream outlives neither", () => {
  const endOf = async (response: Response) => {
    const told: SentEvent[] = [];
    for await (const sent of sentEvents(response)) told.push(sent);
    return { last: told.at(-1)?.comment, events: told.flatMap(({ event }) => event ?? []) };
  };

  test("its token", async () => {
    const person = await newWorkspace(server).admin("short", { expiresInSeconds: 3 });
    const { last, events } = await endOf(await chat(person, { message: SILENT }));
    const until = Date.now();
    expect(last).toBe("The token has expired: get a new one.");
    expect(events).toEqual(["turn.started", "text.delta"]);
    const [{ iat }] = [JSON.parse(Buffer.from(person.token.split(".")[1] ?? "", "base64url").toString())];
    expect(until - (iat + 3) * 1000).toBeLessThan(1_000 + STALL_MS);
    expect((await chat(person, { message: "Hello" })).status).toBe(401);
  });

  test("its workspace", async () => {
    const person = await newWorkspace(server).member();
    const response = await chat(person, { message: SILENT });
    const disabledAt = performance.now();
    await server.dataSource.query("UPDATE workspaces SET disabled_at = now() WHERE id = $1", [person.workspaceId]);
    const { last, events } = await endOf(response);
    expect(performance.now() - disabledAt).toBeLessThan(2_000 + STALL_MS);
    // What runs is cancelled too, and whichever comes first ends the stream.
    expect([last, events.at(-1)]).toEqual(
      events.includes("turn.finished")
        ? [undefined, "turn.finished"]
        : ["The workspace is disabled: ask whoever runs this server.", "text.delta"],
    );
  });
});

test("a reader that begins to read late loses nothing", async () => {
  const person = await newWorkspace(server).member();
  const message = simulate([[{ repeat: "0123456789".repeat(400), times: 2_000 }]]);
  const stream = sentEvents(await chat(person, { message }));
  const { data } = await next(stream, isNamed("turn.started"));
  const client = connect(server.url, person.token);
  const toItsEnd = "subscription ($sessionId: ID!) { agentSessionEvents(sessionId: $sessionId) { sequence } }";
  await collect(streamOf(client, toItsEnd, { sessionId: data.sessionId }));
  await client.dispose();

  let length = 0;
  for await (const { event, data } of stream) if (event === "text.delta") length += data.delta.length;
  expect(length).toBe(2_000 * 4_000);
});

describe("a request that is refused", () => {
  const key = randomUUID();
  test.each<[string, number, string, unknown, Record<string, string>?]>([
    ["without a message", 400, "BAD_USER_INPUT", {}],
    ["with an empty one", 400, "BAD_USER_INPUT", { message: " " }],
    ["with one that is no text", 400, "BAD_USER_INPUT", { message: { secret: "sk-ant-x" } }],
    ["with a field that there is not", 400, "BAD_USER_INPUT", { message: "Hello", workspaceId: "sk-ant-x" }],
    [
      "with a mode that there is not",
      400,
      "BAD_USER_INPUT",
      { message: "Hello", buddyModels: [{ buddy: "campaign", mode: "sk-ant-x" }] },
    ],
    [
      "with a list that is too long",
      400,
      "BAD_USER_INPUT",
      { message: "Hello", buddyModels: Array(1_001).fill({ buddy: "a", mode: "METERED" }) },
    ],
    ["with a list for a body", 400, "BAD_USER_INPUT", [{ message: "Hello" }]],
    ["with a broken body", 400, "BAD_USER_INPUT", '{"message": "sk-ant-x'],
    ["to a buddy that there is not", 404, "NOT_FOUND", { message: "Hello", buddy: "sk-ant-x" }],
    ["in a thread that there is not", 404, "NOT_FOUND", { message: "Hello", threadId: "sk-ant-x" }],
    ["with too large a body", 413, "BODY_TOO_LARGE", { message: "x".repeat(50_000) }],
    ["as text", 415, "UNSUPPORTED_MEDIA_TYPE", "Hello", { "content-type": "text/plain" }],
    ["without a body", 400, "BAD_USER_INPUT", ""],
    [
      "resuming what never began",
      404,
      "NOT_FOUND",
      { message: "Hello", idempotencyKey: key },
      { "last-event-id": "2" },
    ],
    ["resuming without a key", 400, "BAD_USER_INPUT", { message: "Hello" }, { "last-event-id": "2" }],
    [
      "resuming with a null key",
      400,
      "BAD_USER_INPUT",
      { message: "Hello", idempotencyKey: null },
      { "last-event-id": "0" },
    ],
    [
      "resuming after nothing",
      400,
      "BAD_USER_INPUT",
      { message: "Hello", idempotencyKey: key },
      { "last-event-id": "sk-ant-x" },
    ],
    [
      "resuming below nothing",
      400,
      "BAD_USER_INPUT",
      { message: "Hello", idempotencyKey: key },
      { "last-event-id": "-1" },
    ],
    [
      "resuming after too much",
      400,
      "BAD_USER_INPUT",
      { message: "Hello", idempotencyKey: key },
      { "last-event-id": "2147483648" },
    ],
  ])("%s is a %i %s, and starts nothing", async (_name, status, code, body, headers = {}) => {
    const person = await newWorkspace(server).member();
    const response = await chat(person, body, { headers });
    const told = await response.json();
    expect({ status: response.status, told }).toEqual({ status, told: { error: expect.any(String), code } });
    expect(JSON.stringify(told)).not.toMatch(/sk-ant-x|\$input|Variable|ChatTurnInput/);
    expect(await sessionsOf(person)).toEqual([]);
  });

  test("another message with the same key is a 409, and so is a busy thread", async () => {
    const person = await newWorkspace(server).member();
    const idempotencyKey = randomUUID();
    const stream = sentEvents(await chat(person, { message: SILENT, idempotencyKey }));
    const { data } = await next(stream, isNamed("turn.started"));
    const other = await chat(person, { message: "Hello", idempotencyKey });
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ code: "IDEMPOTENCY_KEY_MISMATCH" });
    const busy = await chat(person, { message: "Hello", threadId: data.session.threadId });
    expect(busy.status).toBe(409);
    expect(await busy.json()).toMatchObject({ code: "THREAD_BUSY" });
    await stream.return();
  });

  test.each(["GET", "PUT", "DELETE"])("%s is a 405", async (method) => {
    const response = await fetch(`${server.url}/api/chat`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST, OPTIONS");
    expect(await response.json()).toMatchObject({ code: "METHOD_NOT_ALLOWED" });
  });

  test("without a token it is a 401, before the body is read", async () => {
    const response = await chat({ token: "" }, "{");
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  test("a stream that is one too many is a 429; the others go on", async () => {
    const workspace = newWorkspace(server);
    const [person, other] = [await workspace.member("one"), await workspace.member("other")];
    const responses = await Promise.all(Array.from({ length: STREAMS + 1 }, () => chat(person, { message: SILENT })));
    const refused = responses.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.headers.get("retry-after")).toBe("1");
    const streams = responses.filter(({ status }) => status === 200).map(sentEvents);
    for (const stream of streams) await next(stream, isNamed("text.delta"));
    expect((await allEvents(await chat(other, { message: "Hello" }))).at(-1)?.event).toBe("turn.finished");
    for (const stream of streams) await stream.return();
  });
});

test("turn starts count together with those at the other doors", async () => {
  const limited = await startTestServer({ LIMIT_TURN_STARTS_PER_MINUTE: "1" });
  const { token, runTurn } = await newWorkspace(limited).member();
  await runTurn({ message: "Hello" });
  const response = await postChat(limited.url, token, { message: "Hello" });
  expect(response.status).toBe(429);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  await limited.close();
});

test("when the server stops, a running turn's stream is told its end", async () => {
  const stopped = await startTestServer();
  const { token } = await newWorkspace(stopped).member();
  const stream = sentEvents(await postChat(stopped.url, token, { message: SILENT }));
  await next(stream, isNamed("text.delta"));
  const closed = stopped.close();
  const { data } = await next(stream, isNamed("turn.failed"));
  expect(data.error.code).toBe("INTERRUPTED");
  expect((await stream.next()).done).toBe(true);
  await closed;
});
