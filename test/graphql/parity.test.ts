// "Same agent contract, different backend": one scripted conversation in all three modes, compared event by event.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { simulate } from "../../src/simulators/script";
import { CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

const MODES = ["METERED", "BYOK_CLAUDE", "BYOK_OPENAI"] as const;

const BUDDIES = `
buddies:
  - slug: orchestrator
    name: Orchestrator
    orchestrator: true
    instructions: You coordinate.
    tools: [measure_text, list_dates, compare_rates]
    delegates_to: [campaign]
  - slug: campaign
    name: Campaign planner
    instructions: You plan.
    tools: [measure_text]
`;

const usage = { usage: { input: 100, output: 20, cacheRead: 0, cacheWrite: 0 } };
/** One delta a text, so that how events fall does not depend on the clock. */
const says = (text: string) => ({ text, every: 1_000 });

const TASK = simulate([
  [usage, says("Measuring. "), { tool: "measure_text", arguments: { text: "child" } }],
  [usage, says("The plan is ready.")],
]);

const CONVERSATION = simulate([
  [
    usage,
    says("Let me look. "),
    { tool: "measure_text", arguments: { text: "Hello" } },
    { tool: "list_dates", arguments: { from: "2026-11-23", to: "2026-11-24" } },
  ],
  [
    usage,
    { tool: "compare_rates", arguments: { a: { successes: 12, trials: 10 }, b: { successes: 1, trials: 10 } } },
    { tool: "workspace_usage", arguments: {} },
  ],
  [usage, { tool: "delegate", arguments: { buddy: "campaign", task: TASK } }],
  [usage, says("Here is everything.")],
]);

const directory = mkdtempSync(join(tmpdir(), "waypath-parity-"));
let server: TestServer;

beforeAll(async () => {
  const file = join(directory, "buddies.yaml");
  writeFileSync(file, BUDDIES);
  server = await startTestServer({ BUDDIES_FILE: file });
  const token = await server.token();
  for (const [provider, apiKey] of [
    ["CLAUDE", "sk-ant-workspace-0001-abcd"],
    ["OPENAI", "sk-workspace-0001-wxyz"],
  ]) {
    const { data } = await post(
      server.url,
      token,
      `mutation($apiKey: String!) { configureProvider(input: { provider: ${provider}, apiKey: $apiKey }) { userErrors { message } } }`,
      { apiKey },
    );
    expect(data.configureProvider.userErrors).toEqual([]);
  }
});

afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

// biome-ignore lint/suspicious/noExplicitAny: events of every type
async function converse(mode: string): Promise<any[]> {
  const client = connect(server.url, await server.token());
  const buddyModels = ["orchestrator", "campaign"].map((buddy) => ({ buddy, mode }));
  const events = await collect(streamOf(client, CHAT_TURN, { input: { message: CONVERSATION, buddyModels } }));
  await client.dispose();
  return events;
}

/** The events without what may differ: who serves and pays, ids, times, and what only one provider tells. */
function comparable(events: unknown[]): unknown {
  const ids = new Map<string, string>();
  const nameOf = (id: string) => ids.get(id) ?? ids.set(id, `id ${ids.size + 1}`).get(id);
  return JSON.parse(
    JSON.stringify(events, (key, value) => {
      if (["at", "startedAt", "endedAt", "durationMs", "timeToFirstTokenMs"].includes(key))
        return value === null ? null : "time";
      if (["requestedMode", "mode", "payer", "provider", "modelId", "modelReason", "maskedKey"].includes(key))
        return key;
      if (["id", "sessionId", "threadId", "toolCallId", "delegatedSessionId", "blockId"].includes(key))
        return nameOf(value);
      return key === "reasoningTokens" ? undefined : value;
    }),
  );
}

test("one conversation in three modes is the same events, but for model, payer, ids and times", async () => {
  const [metered = [], ...others] = await Promise.all(MODES.map(converse));

  expect(metered.map((event) => event.__typename)).toEqual([
    "TurnStarted",
    "TextDelta",
    "UsageUpdated",
    "ToolCallStarted",
    "ToolCallStarted",
    "ToolCallFinished",
    "ToolCallFinished",
    "UsageUpdated",
    "ToolCallStarted",
    "ToolCallStarted",
    "ToolCallFinished",
    "ToolCallFinished",
    "UsageUpdated",
    "ToolCallStarted",
    "DelegationStarted",
    "TurnStarted",
    "TextDelta",
    "UsageUpdated",
    "ToolCallStarted",
    "ToolCallFinished",
    "TextDelta",
    "UsageUpdated",
    "TurnFinished",
    "DelegationFinished",
    "ToolCallFinished",
    "TextDelta",
    "UsageUpdated",
    "TurnFinished",
  ]);
  const { session } = metered.at(-1);
  expect(session.text).toBe("Let me look. Here is everything.");
  const outcomes = session.toolCalls.map(({ name, result, errorMessage }: Record<string, unknown>) => [
    name,
    result !== null,
    errorMessage !== null,
  ]);
  expect(outcomes).toEqual([
    ["measure_text", true, false],
    ["list_dates", true, false],
    ["compare_rates", false, true],
    ["workspace_usage", false, true],
    ["delegate", true, false],
  ]);

  for (const events of others) expect(comparable(events)).toEqual(comparable(metered));
  const routes = [metered, ...others].map((events) => events.at(-1).session.route);
  expect(routes.map(({ mode, payer, provider }) => [mode, payer, provider])).toEqual([
    ["METERED", "WAYPATH", "CLAUDE"],
    ["BYOK_CLAUDE", "WORKSPACE", "CLAUDE"],
    ["BYOK_OPENAI", "WORKSPACE", "OPENAI"],
  ]);
});
