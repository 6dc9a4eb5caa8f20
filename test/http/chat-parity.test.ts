// One turn, followed at the same time as server-sent events and as a GraphQL subscription: the same data, event by event.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { simulate } from "../../src/simulators/script";
import { allEvents, postChat } from "../support/event-stream";
import { CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

const NAMES: Record<string, string> = {
  TurnStarted: "turn.started",
  TextDelta: "text.delta",
  ToolCallStarted: "tool.started",
  ToolCallFinished: "tool.finished",
  DelegationStarted: "delegation.started",
  DelegationFinished: "delegation.finished",
  UsageUpdated: "usage",
  TurnNotice: "notice",
  TurnFinished: "turn.finished",
  TurnFailed: "turn.failed",
};

const MESSAGES = {
  "tools and delegation": simulate([
    [{ text: "Let me look. " }, { tool: "current_time", arguments: { timeZone: "UTC" } }],
    [{ tool: "current_time", arguments: { timeZone: "Nowhere/None" } }],
    [{ tool: "delegate", arguments: { buddy: "campaign", task: simulate([[{ text: "The plan\nis “ready”." }]]) } }],
    [{ text: "Here is everything." }],
  ]),
  "a retry, and a failure in the middle": simulate([[{ status: 429, retryAfterSeconds: 0 }]]),
  "a stream that breaks": simulate([[{ text: "Half an ans" }, { fault: "early-end" }]]),
};

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  token = await server.token();
  for (const [provider, apiKey] of [
    ["CLAUDE", "sk-ant-workspace-0001-abcd"],
    ["OPENAI", "sk-workspace-0001-wxyz"],
  ]) {
    const document = `mutation($apiKey: String!) { configureProvider(input: { provider: ${provider}, apiKey: $apiKey }) { userErrors { message } } }`;
    expect((await post(server.url, token, document, { apiKey })).data.configureProvider.userErrors).toEqual([]);
  }
});
afterAll(() => server.close());

/** What both doors are asked for: the stream leaves out what an event's session or text holds beside its scalars, route and usage. */
function commonPart(event: Record<string, unknown>): unknown {
  const { __typename, ...fields } = event;
  return JSON.parse(
    JSON.stringify(fields, (key, value) => {
      // How a session stands with the meter is read when it is asked.
      if (["metering", "meteredAt", "traceUrl", "traceId"].includes(key)) return undefined;
      if (key === "session") {
        const { toolCalls, parent, buddy, requestedBy, error, ...scalars } = value;
        return scalars;
      }
      return key === "toBuddy" ? { slug: value.slug } : value;
    }),
  );
}

test.each(
  ["BYOK_CLAUDE", "BYOK_OPENAI", "METERED"].flatMap((mode) =>
    Object.entries(MESSAGES).map(([name, message]) => ({ mode, name, message })),
  ),
)("$mode: $name", async ({ mode, message }) => {
  const buddyModels = ["orchestrator", "campaign"].map((buddy) => ({ buddy, mode }));
  const input = { message, buddyModels, idempotencyKey: randomUUID() };
  const client = connect(server.url, token);

  const [graph, sent] = await Promise.all([
    collect(streamOf(client, CHAT_TURN, { input })),
    postChat(server.url, token, input).then(allEvents),
  ]);

  await client.dispose();
  expect(graph.length).toBeGreaterThan(1);
  expect(sent.map(({ id, event }) => [id, event])).toEqual(
    graph.map(({ sequence, __typename }) => [String(sequence), NAMES[__typename]]),
  );
  for (const [index, event] of graph.entries()) {
    const { text, ...expected } = event;
    expect(commonPart(sent[index]?.data)).toEqual(commonPart(expected));
    if (event.__typename === "TextDelta") expect(sent[index]?.data).not.toHaveProperty("text");
    else expect(text).toBeUndefined();
  }
});
