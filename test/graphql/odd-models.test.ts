// What a model may come up with, however odd, is a result that it reads: never a broken turn, and never a thread that no
// provider takes any more.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { type SimulatedAction, type SimulatorScript, simulate } from "../../src/simulators/script";
import { CANCEL, CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

let server: TestServer;
let token: string;
let client: Client;

beforeAll(async () => {
  server = await startTestServer({ TURN_UNATTENDED_SECONDS: "3" });
  token = await server.token();
  client = connect(server.url, token);
  for (const [provider, apiKey] of [
    ["CLAUDE", "sk-ant-workspace-0001-abcd"],
    ["OPENAI", "sk-workspace-0001-wxyz"],
  ]) {
    await post(
      server.url,
      token,
      `mutation($apiKey: String!) { configureProvider(input: { provider: ${provider}, apiKey: $apiKey }) { userErrors { message } } }`,
      { apiKey },
    );
  }
});

afterAll(async () => {
  await client.dispose();
  await server.close();
});

const ask = (input: object) => collect(streamOf(client, CHAT_TURN, { input }));
const delegate = (script: SimulatorScript, buddy = "campaign"): SimulatedAction => ({
  tool: "delegate",
  arguments: { buddy, task: simulate(script) },
});
const done: SimulatedAction[] = [{ text: "Done.", every: 100 }];

test.each(["METERED", "BYOK_CLAUDE", "BYOK_OPENAI"])(
  "names that a model makes up are refused in words, and the thread goes on: %s",
  async (mode) => {
    const names = ["functions.current_time", "multi_tool_use.parallel", "a\0b", "c\ud800d", "x".repeat(150)];
    const message = simulate([names.map((tool) => ({ tool, arguments: { "k\0": "\ud800" } })), done]);
    const orchestrator = (as: string) => [{ buddy: "orchestrator", mode: as }];
    const first = await ask({ message, buddyModels: orchestrator(mode) });
    expect(first.at(-1).session).toMatchObject({ status: "COMPLETED", text: "Done." });
    expect(first.at(-1).session.toolCalls).toHaveLength(5);
    for (const { errorMessage } of first.at(-1).session.toolCalls) expect(errorMessage).toContain("may not call");

    const { threadId } = first.at(-1).session;
    for (const as of ["BYOK_OPENAI", "BYOK_CLAUDE"]) {
      const next = await ask({ message: "And now?", threadId, buddyModels: orchestrator(as) });
      expect(next.at(-1).session.status).toBe("COMPLETED");
    }
  },
);

test("arguments that are nested without end are refused in words", async () => {
  const rawArguments = `{"a":${"[".repeat(12_000)}${"]".repeat(12_000)}}`;
  const events = await ask({ message: simulate([[{ tool: "current_time", rawArguments }], done]) });
  expect(events.at(-1).session).toMatchObject({
    status: "COMPLETED",
    toolCalls: [{ name: "current_time", result: null, errorMessage: expect.stringContaining("arguments") }],
  });
});

test("what a cut call had said is counted on top of what earlier calls had used", async () => {
  const message = simulate([
    [{ usage: { input: 10, output: 500, cacheRead: 0, cacheWrite: 0 } }, { tool: "current_time", arguments: {} }],
    [{ usage: { input: 10, output: 1 } }, { text: "y".repeat(1_900), every: 5_000 }, { fault: "reset" }],
  ]);
  const { session } = (await ask({ message })).at(-1);
  expect(session).toMatchObject({ status: "FAILED", usageSource: "ESTIMATED", usage: { outputTokens: 500 + 475 } });
});

test("delegated work that waits for its turn does not begin once the turn is cancelled", async () => {
  const stall: SimulatorScript = [[{ text: "Working" }, { fault: "stall" }]];
  const message = simulate([Array.from({ length: 12 }, () => delegate(stall)), done]);
  const events = [];
  for await (const event of streamOf(client, CHAT_TURN, { input: { message } })) {
    events.push(event);
    const working = events.filter((seen) => seen.__typename === "TextDelta").length;
    if (event.__typename === "TextDelta" && working === 8) {
      await post(server.url, token, CANCEL, { sessionId: events[0].sessionId });
    }
  }
  expect(events.filter((event) => event.__typename === "DelegationStarted")).toHaveLength(8);
  const [{ count }] = await server.dataSource.query("SELECT count(*)::int FROM agent_sessions WHERE parent_id = $1", [
    events[0].sessionId.slice(4),
  ]);
  expect(count).toBe(8);
});

test("a session delegates so many tasks and no more", async () => {
  const message = simulate([Array.from({ length: 20 }, () => delegate([done])), done]);
  const { session } = (await ask({ message })).at(-1);
  const refused = session.toolCalls.filter(
    ({ errorMessage }: { errorMessage: string | null }) => errorMessage !== null,
  );
  expect(session).toMatchObject({ status: "COMPLETED", text: "Done." });
  expect(refused).toHaveLength(4);
  expect(refused[0].errorMessage).toContain("You have delegated 16 tasks");
});

test("an answer that is longer than a result may be is cut for the buddy that reads it, and whole in its own session", async () => {
  const message = simulate([[delegate([[{ repeat: "z".repeat(1_000), times: 120 }]])], done]);
  const events = await ask({ message });
  const child = events.find((event) => event.__typename === "DelegationFinished").session;
  expect(child.text).toHaveLength(120_000);
  expect(JSON.stringify(events.at(-1).session.toolCalls[0].result).length).toBeLessThan(51_000);
});

test("a delegation that the server cannot accept is a result, and the others end well", async () => {
  await server.dataSource.query(`
    CREATE FUNCTION refuse_analyst() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.buddy_slug = 'analyst' THEN RAISE 'refused by the test'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER refuse_analyst BEFORE INSERT ON agent_sessions FOR EACH ROW EXECUTE FUNCTION refuse_analyst();`);
  const slow: SimulatorScript = [[{ repeat: "tick ", times: 20, paceMs: 10 }]];
  const events = await ask({ message: simulate([[delegate(slow), delegate([done], "analyst")], done]) });
  await server.dataSource.query("DROP TRIGGER refuse_analyst ON agent_sessions");

  const { session } = events.at(-1);
  expect(session).toMatchObject({ status: "COMPLETED", text: "Done." });
  expect(session.toolCalls.map(({ result }: { result: unknown }) => result)).toEqual(["tick ".repeat(20), null]);
  await server.logged((line) => line.level === "error" && line.msg === "work could not be delegated");
});

test("a child that another server has settled has its end told on the stream all the same", async () => {
  const stall: SimulatorScript = [[{ text: "Working" }, { fault: "stall" }]];
  const events = [];
  for await (const event of streamOf(client, CHAT_TURN, { input: { message: simulate([[delegate(stall)], done]) } })) {
    events.push(event);
    if (event.__typename === "TextDelta" && event.buddy === "campaign") {
      await server.dataSource.query(
        `UPDATE agent_sessions SET status = 'INTERRUPTED', lease_owner = NULL, ended_at = now(), usage_source = 'CHECKPOINT',
           last_sequence = last_sequence + 1500,
           error = '{"code":"INTERRUPTED","message":"m","retryable":true,"retryAfterSeconds":null,"requestId":"r"}'
         WHERE id = $1`,
        [event.sessionId.slice(4)],
      );
    }
  }
  const ends = events.filter((event) => /^Turn(Failed|Finished)$/.test(event.__typename));
  expect(ends.map((event) => event.buddy)).toEqual(["campaign", "orchestrator"]);
  // Whoever has lost one session of a turn writes nothing more of it: the ends come from the rows.
  expect(ends.map(({ session }) => session.status)).toEqual(["INTERRUPTED", "INTERRUPTED"]);
});

test("reading a running child counts as following its turn", async () => {
  const stall: SimulatorScript = [[{ text: "Working" }, { fault: "stall" }]];
  const stream = streamOf(client, CHAT_TURN, { input: { message: simulate([[delegate(stall)], done]) } });
  let child = "";
  for await (const event of stream) {
    if (event.__typename !== "DelegationStarted") continue;
    child = event.delegatedSessionId;
    break;
  }
  const [row] = await server.dataSource.query("SELECT parent_id FROM agent_sessions WHERE id = $1", [child.slice(4)]);
  const age = "UPDATE agent_sessions SET last_followed_at = now() - interval '2 seconds' WHERE id = $1";
  await server.dataSource.query(age, [row.parent_id]);
  await post(server.url, token, "query($id: ID!) { agentSession(id: $id) { status } }", { id: child });
  const [parent] = await server.dataSource.query(
    "SELECT last_followed_at > now() - interval '1 second' AS followed FROM agent_sessions WHERE id = $1",
    [row.parent_id],
  );
  expect(parent).toEqual({ followed: true });
  await post(server.url, token, CANCEL, { sessionId: `ses_${row.parent_id.replaceAll("-", "")}` });
});
