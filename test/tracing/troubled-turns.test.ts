// How a trace shows what went wrong: by our own code and sentence, never in a provider's words.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { simulate } from "../../src/simulators/script";
import type { SimulatedTrace } from "../../src/simulators/simulated-traces";
import { CANCEL, CHAT_TURN, connect, post, streamOf } from "../support/test-client";
import {
  configureKeys,
  OWN_KEYS,
  observationsOf,
  outlineOf,
  startTracedServer,
  type TracedServer,
  traceIdOf,
} from "./traced-server";

let traced: TracedServer;

beforeAll(async () => {
  traced = await startTracedServer();
  await configureKeys(traced.server);
});

afterAll(() => traced.close());

/** The level and the status of each observation, in order. */
const statusesOf = (trace: SimulatedTrace) =>
  observationsOf(trace).map(({ type, level, statusMessage }) => [type, level, statusMessage]);

const FINE = ["DEFAULT", null];

test("a call that is made again is a generation of its own each time, with its error", async () => {
  const trace = await traced.trace({ message: simulate([[{ status: 529 }]]) });
  const unavailable = expect.stringMatching(/^PROVIDER_UNAVAILABLE: Claude is not available/);
  expect(statusesOf(trace)).toEqual([
    ["AGENT", "ERROR", unavailable],
    ["GENERATION", "WARNING", unavailable],
    ["GENERATION", "WARNING", unavailable],
    ["GENERATION", "ERROR", unavailable],
  ]);
  expect(observationsOf(trace).map(({ output, usage }) => [output, usage])).toEqual([
    ["", null],
    [null, null],
    [null, null],
    [null, null],
  ]);
});

test("an answer that broke off is traced with what came, and with the tokens that were told", async () => {
  const script = simulate([[{ usage: { input: 30, output: 1 } }, { text: "Half an ans" }, { fault: "error-event" }]]);
  const trace = await traced.trace({ message: script });
  const broken = "PROVIDER_STREAM_BROKEN: Claude's answer broke off before its end. Try again.";
  expect(statusesOf(trace)).toEqual([
    ["AGENT", "ERROR", broken],
    ["GENERATION", "ERROR", broken],
  ]);
  const [agent, generation] = observationsOf(trace);
  expect(agent).toMatchObject({ output: "Half an ans", metadata: { status: "FAILED" } });
  expect(generation).toMatchObject({
    output: { role: "assistant", content: [{ type: "text", text: "Half an ans" }] },
    usage: { input: 30 },
    model: "claude-sonnet-4-6",
  });
});

test("a rejected key fails the trace in words that do not hold it, whatever the provider said", async () => {
  traced.server.anthropic.rejectKey(OWN_KEYS.CLAUDE);
  const trace = await traced.trace({ message: "Hello", buddyModels: [{ buddy: "orchestrator", mode: "BYOK_CLAUDE" }] });
  traced.server.anthropic.acceptKey(OWN_KEYS.CLAUDE);
  const rejected =
    "PROVIDER_AUTHENTICATION_FAILED: Claude did not accept the API key. An admin must configure a new one.";
  expect(statusesOf(trace)).toEqual([
    ["AGENT", "ERROR", rejected],
    ["GENERATION", "ERROR", rejected],
  ]);
  expect(JSON.stringify(traced.langfuse.traces.spans)).not.toContain(OWN_KEYS.CLAUDE);
});

test("what a customer is not told about Waypath's own account, whoever runs the server finds in the trace", async () => {
  const trace = await traced.trace({ message: simulate([[{ status: 401 }]]) });
  await traced.server.logged((line) => line.level === "error" && line.code === "PROVIDER_UNAVAILABLE");
  expect(statusesOf(trace)).toEqual([
    ["AGENT", "ERROR", expect.stringMatching(/^PROVIDER_UNAVAILABLE: The model is not available right now/)],
    ["GENERATION", "ERROR", expect.stringMatching(/^PROVIDER_AUTHENTICATION_FAILED: /)],
  ]);
});

test("a turn that was cancelled is a warning, down to the call that was aborted in delegated work", async () => {
  const task = simulate([[{ usage: { input: 30, output: 1 } }, { text: "Working" }, { fault: "stall" }]]);
  const message = simulate([[{ tool: "delegate", arguments: { buddy: "campaign", task } }]]);
  const token = await traced.server.token();
  const client = connect(traced.server.url, token);
  let sessionId = "";
  for await (const event of streamOf(client, CHAT_TURN, { input: { message } })) {
    sessionId ||= event.sessionId;
    if (event.__typename === "TextDelta") await post(traced.server.url, token, CANCEL, { sessionId });
  }
  await client.dispose();

  const trace = await traced.langfuse.traces.whole(traceIdOf(sessionId));
  expect(outlineOf(trace.observations)).toEqual([
    [
      "AGENT orchestrator",
      ["GENERATION model call", ["TOOL delegate", [["AGENT campaign", ["GENERATION model call"]]]]],
    ],
  ]);
  const cancelled = ["WARNING", "CANCELLED: The turn was cancelled."];
  expect(statusesOf(trace)).toEqual([
    ["AGENT", ...cancelled],
    ["GENERATION", ...FINE],
    ["TOOL", "WARNING", "TOOL_FAILED: The tool returned no result."],
    ["AGENT", ...cancelled],
    ["GENERATION", ...cancelled],
  ]);
});

test("a tool that fails is a warning, and does not make its session one", async () => {
  const message = simulate([[{ tool: "list_dates", arguments: { from: "never" } }], [{ text: "I see." }]]);
  const trace = await traced.trace({ message, buddy: "campaign" });
  expect(statusesOf(trace)).toEqual([
    ["AGENT", ...FINE],
    ["GENERATION", ...FINE],
    ["TOOL", "WARNING", "TOOL_FAILED: The tool returned no result."],
    ["GENERATION", ...FINE],
  ]);
  expect(observationsOf(trace)[2]?.output).toMatch(/^The arguments do not fit: /);
});

test("a delegation that the workspace's rules refuse has no session below it", async () => {
  const who = { workspaceId: "strict" };
  const policy = "mutation { updateRoutingPolicy(input: { byokFallback: FAIL }) { userErrors { code } } }";
  await post(traced.server.url, await traced.server.token(who), policy);
  const message = simulate([
    [{ tool: "delegate", arguments: { buddy: "campaign", task: "Plan it." } }],
    [{ text: "Alone then." }],
  ]);
  const trace = await traced.trace({ message, buddyModels: [{ buddy: "campaign", mode: "BYOK_CLAUDE" }] }, who);
  expect(outlineOf(trace.observations)).toEqual([
    ["AGENT orchestrator", ["GENERATION model call", "TOOL delegate", "GENERATION model call"]],
  ]);
});
