import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { type SimulatorScript, simulate } from "../../src/simulators/script";
import { CANCEL, CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
import { PLATFORM_KEY, startTestServer, type TestServer } from "../support/test-server";

const KEY = "sk-ant-workspace-key-0001-abcd";

let server: TestServer;
let token: string;
let client: Client;

beforeAll(async () => {
  server = await startTestServer();
  token = await server.token();
  client = connect(server.url, token);
});

beforeEach(async () => {
  await server.dataSource.query("TRUNCATE provider_keys, buddy_modes, routing_policies");
});

afterAll(async () => {
  await client.dispose();
  await server.close();
});

const usage = (input: number, output: number) => ({ usage: { input, output, cacheRead: 0, cacheWrite: 0 } });

/** A message that makes the orchestrator hand these scripts to buddies, all in one step, and then sum up. */
function delegating(...work: [buddy: string, script: SimulatorScript][]): string {
  const calls = work.map(([buddy, script]) => ({ tool: "delegate", arguments: { buddy, task: simulate(script) } }));
  return simulate([
    [usage(100, 10), ...calls],
    [usage(50, 5), { text: "All done.", every: 100 }],
  ]);
}

const ask = (message: string, more: object = {}) => streamOf(client, CHAT_TURN, { input: { message, ...more } });

async function configure(): Promise<void> {
  const { data } = await post(
    server.url,
    token,
    `mutation {
    configureProvider(input: { provider: CLAUDE, apiKey: "${KEY}" }) { userErrors { message } } }`,
  );
  expect(data.configureProvider.userErrors).toEqual([]);
}

const answer: SimulatorScript = [[usage(30, 3), { text: "The plan.", every: 100 }]];

test("delegated work is a session of its own, told in order on the same stream", async () => {
  const events = await collect(ask(delegating(["campaign", answer])));
  expect(events.map((event) => `${event.buddy} ${event.__typename}`)).toEqual([
    "orchestrator TurnStarted",
    "orchestrator UsageUpdated",
    "orchestrator ToolCallStarted",
    "orchestrator DelegationStarted",
    "campaign TurnStarted",
    "campaign TextDelta",
    "campaign UsageUpdated",
    "campaign TurnFinished",
    "orchestrator DelegationFinished",
    "orchestrator ToolCallFinished",
    "orchestrator TextDelta",
    "orchestrator UsageUpdated",
    "orchestrator TurnFinished",
  ]);
  expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
  const started = events.find((event) => event.__typename === "DelegationStarted");
  const child = events[7].session;
  const end = events.at(-1).session;
  expect(started).toMatchObject({ toBuddy: { slug: "campaign" }, task: child.prompt, delegatedSessionId: child.id });
  expect(child).toMatchObject({
    status: "COMPLETED",
    text: "The plan.",
    parent: { id: end.id },
    threadId: end.threadId,
  });
  expect(events[8].session).toEqual(child);
  expect(end).toMatchObject({ text: "All done.", usage: { inputTokens: 150, outputTokens: 15 }, parent: null });
  expect(end.toolCalls).toEqual([
    expect.objectContaining({ name: "delegate", result: "The plan.", errorMessage: null, id: started.toolCallId }),
  ]);
});

test("usage adds up, and each session can be reached from the other", async () => {
  const events = await collect(ask(delegating(["campaign", answer], ["analyst", answer])));
  const { data } = await post(
    server.url,
    token,
    `query($id: ID!) { agentSession(id: $id) {
      usage { inputTokens outputTokens } totalUsage { inputTokens outputTokens totalTokens }
      delegations { buddySlug parent { id } usage { inputTokens } delegations { id } }
      toolCalls { name durationMs } } }`,
    { id: events.at(-1).sessionId },
  );
  expect(data.agentSession).toEqual({
    usage: { inputTokens: 150, outputTokens: 15 },
    totalUsage: { inputTokens: 210, outputTokens: 21, totalTokens: 231 },
    delegations: expect.arrayContaining(
      ["campaign", "analyst"].map((buddySlug) => ({
        buddySlug,
        parent: { id: events.at(-1).sessionId },
        usage: { inputTokens: 30 },
        delegations: [],
      })),
    ),
    toolCalls: [
      { name: "delegate", durationMs: expect.any(Number) },
      { name: "delegate", durationMs: expect.any(Number) },
    ],
  });
});

test.each([
  ["a metered parent and an own-key child", "METERED", "BYOK_CLAUDE"],
  ["an own-key parent and a metered child", "BYOK_CLAUDE", "METERED"],
])("%s: each is paid for by whom its route says", async (_name, parentMode, childMode) => {
  await configure();
  server.anthropic.journal.clear();
  const buddyModels = [
    { buddy: "orchestrator", mode: parentMode },
    { buddy: "campaign", mode: childMode },
  ];
  const events = await collect(ask(delegating(["campaign", answer]), { buddyModels }));
  const routes = events.filter((event) => event.__typename === "TurnStarted").map((event) => event.session.route);
  const payer = (mode: string) => (mode === "METERED" ? "WAYPATH" : "WORKSPACE");
  expect(routes.map((route) => [route.mode, route.payer])).toEqual([
    [parentMode, payer(parentMode)],
    [childMode, payer(childMode)],
  ]);
  const last = (mode: string) => (mode === "METERED" ? PLATFORM_KEY : KEY).slice(-4);
  expect(server.anthropic.journal.messages().map((call) => call.keyMasked?.slice(-4))).toEqual([
    last(parentMode),
    last(childMode),
    last(parentMode),
  ]);
});

test("a child whose key is missing falls back, with a warning of its own", async () => {
  const buddyModels = [{ buddy: "copywriter", mode: "BYOK_CLAUDE" }];
  const events = await collect(ask(delegating(["copywriter", answer]), { buddyModels }));
  const child = events.find((event) => event.__typename === "DelegationFinished").session;
  expect(child.route).toMatchObject({ requestedMode: "BYOK_CLAUDE", mode: "METERED", fallbackReason: "KEY_MISSING" });
  await server.logged(
    (line) => line.reason === "KEY_MISSING" && line.session === child.id && line.buddy === "copywriter",
  );
});

test("a child that the workspace's rules refuse is a failed tool result, and has no row", async () => {
  await post(
    server.url,
    token,
    "mutation { updateRoutingPolicy(input: { byokFallback: FAIL }) { userErrors { code } } }",
  );
  const buddyModels = [{ buddy: "campaign", mode: "BYOK_CLAUDE" }];
  const events = await collect(ask(delegating(["campaign", answer]), { buddyModels }));
  expect(events.filter((event) => /Delegation|campaign/.test(`${event.__typename} ${event.buddy}`))).toEqual([]);
  const { session } = events.at(-1);
  expect(session).toMatchObject({ status: "COMPLETED", text: "All done." });
  expect(session.toolCalls[0].errorMessage).toContain("no Claude key");
  const rows = await server.dataSource.query("SELECT id FROM agent_sessions WHERE parent_id = $1", [
    session.id.slice(4),
  ]);
  expect(rows).toEqual([]);
});

test("a child that fails is a result that the parent reads, not the end of the turn", async () => {
  const events = await collect(ask(delegating(["campaign", [[{ text: "Half" }, { fault: "reset" }]]])));
  const child = events.find((event) => event.__typename === "TurnFailed");
  expect(child).toMatchObject({ buddy: "campaign", error: { code: "PROVIDER_STREAM_BROKEN" } });
  const end = events.at(-1);
  expect(end).toMatchObject({ __typename: "TurnFinished", session: { status: "COMPLETED", text: "All done." } });
  expect(end.session.toolCalls[0]).toMatchObject({
    result: null,
    errorMessage: expect.stringContaining("could not finish"),
  });
});

test.each([
  ["somebody who is not a colleague", { buddy: "orchestrator", task: "yours" }, "You may not delegate"],
  ["an empty task", { buddy: "campaign", task: " " }, "needs `buddy`"],
  ["nobody", { task: "do it" }, "needs `buddy`"],
])("delegating to %s is refused in words that the model can act on", async (_name, input, words) => {
  const message = simulate([[{ tool: "delegate", arguments: input }], [{ text: "I see." }]]);
  const events = await collect(ask(message));
  expect(events.at(-1).session.toolCalls[0].errorMessage).toContain(words);
  expect(events.at(-1).session.text).toBe("I see.");
});

test("a specialist may not delegate, whatever its model asks", async () => {
  const message = simulate([
    [{ tool: "delegate", arguments: { buddy: "analyst", task: "yours" } }],
    [{ text: "Alone." }],
  ]);
  const events = await collect(ask(message, { buddy: "campaign" }));
  expect(events.at(-1).session.toolCalls[0]).toMatchObject({ name: "delegate", result: null });
  expect(events.filter((event) => event.__typename.startsWith("Delegation"))).toEqual([]);
  const { data } = await post(server.url, token, '{ buddy(slug: "campaign") { canDelegateTo { slug } tools } }');
  expect(data.buddy.canDelegateTo).toEqual([]);
  expect(data.buddy.tools).not.toContain("delegate");
});

test("cancelling reaches every child, and aborts its provider at once", async () => {
  const stall: SimulatorScript = [[usage(30, 1), { text: "Working" }, { fault: "stall" }]];
  const stream = ask(`all stop ${delegating(["campaign", stall], ["analyst", stall])}`);
  const events = [];
  for await (const event of stream) {
    events.push(event);
    const working = events.filter((seen) => seen.__typename === "TextDelta");
    if (event.__typename === "TextDelta" && working.length === 2) {
      await post(server.url, token, CANCEL, { sessionId: events[0].sessionId });
    }
  }
  const ends = events.filter((event) => event.__typename === "TurnFinished");
  expect(ends.map((event) => event.session.status)).toEqual(["CANCELLED", "CANCELLED", "CANCELLED"]);
  expect(ends.at(-1)).toBe(events.at(-1));
  expect(ends.at(-1).session.toolCalls).toEqual([
    expect.objectContaining({ errorMessage: expect.stringContaining("ended") }),
    expect.objectContaining({ errorMessage: expect.stringContaining("ended") }),
  ]);
  const open = server.anthropic.journal.messages().filter((call) => call.outcome === "running");
  expect(open).toEqual([]);
  const running = await server.dataSource.query("SELECT id FROM agent_sessions WHERE ended_at IS NULL");
  expect(running).toEqual([]);
});

test("the thread keeps what was said between a person and the buddy they asked", async () => {
  const [started] = await collect(ask(delegating(["campaign", answer])));
  const next = await collect(ask("And now?", { threadId: started.session.threadId }));
  expect(next.at(-1).session.status).toBe("COMPLETED");
  const body = server.anthropic.journal.messages().at(-1)?.body as { messages: { content: object[] }[] };
  const kinds = body.messages.map(({ content }) => content.map((block) => Object(block).type));
  expect(kinds).toEqual([["text"], ["tool_use"], ["tool_result"], ["text"], ["text"]]);
});

test("the same task given twice is two sessions", async () => {
  const events = await collect(ask(delegating(["campaign", answer], ["campaign", answer])));
  const children = events.filter((event) => event.__typename === "DelegationFinished").map((event) => event.session.id);
  expect(new Set(children).size).toBe(2);
});
