import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { simulate } from "../../src/simulators/script";
import { CHAT_TURN, collect, connect, FOLLOW, post, StreamRefused, streamOf } from "../support/test-client";
import { PLATFORM_KEY, startTestServer, type TestServer } from "../support/test-server";

let server: TestServer;
let token: string;
let client: Client;

beforeAll(async () => {
  server = await startTestServer();
  token = await server.token();
  client = connect(server.url, token);
});

afterAll(async () => {
  await client.dispose();
  await server.close();
});

const ask = (input: object, after?: number) => streamOf(client, CHAT_TURN, { input, after });

test("a turn streams its answer and ends with its receipt", async () => {
  const script = simulate([
    [{ usage: { input: 40, output: 1, cacheWrite: 0 } }, { text: "Hello from the model" }, { usage: { output: 9 } }],
  ]);
  const events = await collect(ask({ message: script }));

  expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
  expect(events[0]).toMatchObject({ __typename: "TurnStarted", buddy: "orchestrator" });
  expect(events[0].session).toMatchObject({ status: "PENDING", text: "", prompt: script, usage: { totalTokens: 0 } });
  const deltas = events.filter((event) => event.__typename === "TextDelta");
  expect(deltas.map((event) => event.delta).join("")).toBe("Hello from the model");
  expect(deltas.at(-1).text).toBe("Hello from the model");
  expect(events.at(-2)).toMatchObject({ __typename: "UsageUpdated", usage: { inputTokens: 40, outputTokens: 9 } });

  const end = events.at(-1);
  expect(end).toMatchObject({ __typename: "TurnFinished", finishReason: "STOP", sessionId: events[0].sessionId });
  expect(end.session).toMatchObject({
    status: "COMPLETED",
    text: "Hello from the model",
    usage: { inputTokens: 40, outputTokens: 9, cacheReadTokens: 0, cacheWriteTokens: 0, totalTokens: 49 },
    usageSource: "REPORTED",
    finishReason: "STOP",
    lastSequence: end.sequence,
    modelId: "claude-sonnet-4-6",
    error: null,
    requestedBy: { name: "admin" },
  });
  expect(end.session.route).toEqual({
    requestedMode: "METERED",
    modeSource: "DEFAULT",
    mode: "METERED",
    fallbackReason: null,
    payer: "WAYPATH",
    provider: "CLAUDE",
    modelId: "claude-sonnet-4-6",
    modelReason: expect.stringContaining("metered"),
    maskedKey: null,
  });
  expect(end.session.timeToFirstTokenMs).toBeGreaterThanOrEqual(0);
  expect(end.session.durationMs).toBeGreaterThanOrEqual(end.session.timeToFirstTokenMs);
});

test("what the terminal event carries is what the row says, then and later", async () => {
  const events = await collect(ask({ message: "Hi", buddy: "campaign" }));
  const { session } = events.at(-1);
  const { data } = await post(
    server.url,
    token,
    `query($id: ID!) { agentSession(id: $id) {
    id threadId status text lastSequence usage { totalTokens } route { mode payer modelId } } }`,
    { id: session.id },
  );
  expect(data.agentSession).toEqual({
    id: session.id,
    threadId: session.threadId,
    status: "COMPLETED",
    text: session.text,
    lastSequence: session.lastSequence,
    usage: { totalTokens: session.usage.totalTokens },
    route: { mode: "METERED", payer: "WAYPATH", modelId: "claude-sonnet-4-6" },
  });
});

test("the buddy's instructions and the prompt are what the model gets, on the platform's key", async () => {
  await collect(ask({ message: "Plan a launch", buddy: "campaign" }));
  const call = server.anthropic.journal.messages().at(-1);
  expect(call?.body).toMatchObject({ model: "claude-sonnet-4-6", stream: true });
  expect(JSON.stringify(call?.body)).toContain("You plan marketing campaigns");
  expect(JSON.stringify(call?.body)).toContain("Plan a launch");
  expect(call?.keyMasked).toContain(PLATFORM_KEY.slice(-4));
});

test("a thread carries its history, and turns without an answer leave nothing in it", async () => {
  const [first] = await collect(ask({ message: simulate([[{ text: "I am Claude." }]]) }));
  const { threadId } = first.session;
  await collect(ask({ threadId, message: simulate([[{ status: 413 }]]) }));
  await collect(ask({ threadId, message: "And who am I?" }));

  const body = server.anthropic.journal.messages().at(-1)?.body as { messages: { role: string }[] };
  expect(body.messages.map((message) => message.role)).toEqual(["user", "assistant", "user"]);
  expect(JSON.stringify(body.messages[1])).toContain("I am Claude.");
  expect(JSON.stringify(body.messages[2])).toContain("And who am I?");

  const { data } = await post(
    server.url,
    token,
    `{ workspace { threads(first: 1) { nodes {
    id title turns { totalCount nodes { status } } } } } }`,
  );
  const [thread] = data.workspace.threads.nodes;
  expect(thread.id).toBe(threadId);
  expect(thread.turns).toEqual({
    totalCount: 3,
    nodes: [{ status: "COMPLETED" }, { status: "FAILED" }, { status: "COMPLETED" }],
  });
});

test("a thread has one turn at a time", async () => {
  const stream = ask({ message: simulate([[{ text: "wait" }, { fault: "stall" }]]) });
  const { value: started } = await stream.next();
  const refused = collect(ask({ message: "Me too", threadId: started.session.threadId }));
  await expect(refused).rejects.toMatchObject({ code: "THREAD_BUSY" });

  await post(server.url, token, "mutation($id: ID!) { cancelTurn(input: { sessionId: $id }) { session { id } } }", {
    id: started.sessionId,
  });
  await collect(stream);
  const events = await collect(ask({ message: "Now?", threadId: started.session.threadId }));
  expect(events.at(-1).__typename).toBe("TurnFinished");
});

test("startTurn starts the same turn, for agentSessionEvents to follow", async () => {
  const { data } = await post(
    server.url,
    token,
    `mutation($input: ChatTurnInput!) { startTurn(input: $input) {
    session { id status } userErrors { code field message } } }`,
    { input: { message: "Hi" } },
  );
  expect(data.startTurn).toMatchObject({ session: { status: "PENDING" }, userErrors: [] });
  const events = await collect(streamOf(client, FOLLOW, { sessionId: data.startTurn.session.id }));
  expect(events[0].__typename).toBe("TurnStarted");
  expect(events.at(-1).__typename).toBe("TurnFinished");
});

test.each([
  ["an empty message", { message: "  " }, "BAD_USER_INPUT"],
  ["a message of 32,001 characters", { message: "x".repeat(32_001) }, "BAD_USER_INPUT"],
  ["NUL in the message", { message: "a\0b" }, "BAD_USER_INPUT"],
  ["half of a surrogate pair", { message: "a\ud83d" }, "BAD_USER_INPUT"],
  ["an unknown buddy", { message: "Hi", buddy: "nobody" }, "NOT_FOUND"],
  ["an unknown thread", { message: "Hi", threadId: "thr_00000000000000000000000000000001" }, "NOT_FOUND"],
  ["an id that is no thread's", { message: "Hi", threadId: "bud_acme.campaign" }, "NOT_FOUND"],
  ["an empty idempotency key", { message: "Hi", idempotencyKey: "" }, "BAD_USER_INPUT"],
  ["an idempotency key of 129 characters", { message: "Hi", idempotencyKey: "k".repeat(129) }, "BAD_USER_INPUT"],
  [
    "the same buddy twice",
    {
      message: "Hi",
      buddyModels: [
        { buddy: "campaign", mode: "METERED" },
        { buddy: "campaign", mode: "BYOK_CLAUDE" },
      ],
    },
    "BAD_USER_INPUT",
  ],
  [
    "OpenAI, which cannot be chosen yet",
    { message: "Hi", buddyModels: [{ buddy: "orchestrator", mode: "BYOK_OPENAI" }] },
    null,
  ],
])("%s is refused before anything is stored, by both doors", async (_name, input, code) => {
  const rows = await server.dataSource.query("SELECT count(*) FROM agent_sessions");
  const refused = collect(ask(input));
  const { data } = await post(
    server.url,
    token,
    `mutation($input: ChatTurnInput!) { startTurn(input: $input) {
    session { id } userErrors { code message } } }`,
    { input: { ...input, idempotencyKey: (input as { idempotencyKey?: string }).idempotencyKey } },
  );
  if (code === null) {
    // No key is stored, so that it falls back: accepted, on Waypath's account.
    expect((await refused).at(-1).session.route.fallbackReason).toBe("KEY_MISSING");
    return;
  }
  await expect(refused).rejects.toBeInstanceOf(StreamRefused);
  await expect(refused).rejects.toMatchObject({ code });
  expect(data.startTurn.session).toBeNull();
  expect(data.startTurn.userErrors).toEqual([
    { code: code === "BAD_USER_INPUT" ? "INVALID" : code, message: expect.any(String) },
  ]);
  expect(await server.dataSource.query("SELECT count(*) FROM agent_sessions")).toEqual(rows);
});

test("a message is measured in characters, as people count them", async () => {
  const events = await collect(ask({ message: "👋".repeat(16_001) }));
  expect(events.at(-1).__typename).toBe("TurnFinished");
});

test("slugs that do not exist are ignored in buddyModels", async () => {
  const buddyModels = [{ buddy: "gone", mode: "BYOK_CLAUDE" }];
  const events = await collect(ask({ message: "Hi", buddyModels }));
  expect(events.at(-1).session.route).toMatchObject({ modeSource: "DEFAULT", fallbackReason: null });
});

test("text that no database keeps is left out of what is sent, too", async () => {
  const events = await collect(ask({ message: simulate([[{ text: "a\u0000b 👋", every: 1 }]]) }));
  expect(events.at(-1).session.text).toBe("ab 👋");
});
