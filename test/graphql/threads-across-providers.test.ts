import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { simulate } from "../../src/simulators/script";
import { CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

let server: TestServer;
let client: Client;
let token: string;

beforeAll(async () => {
  server = await startTestServer();
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

const ask = async (input: object) => collect(streamOf(client, CHAT_TURN, { input }));

/** A turn with two tool calls, and reasoning where the model has any. */
function turn(name: string): string {
  return simulate([
    [
      { usage: { reasoning: 16 } },
      { text: `${name} looks. ` },
      { tool: "measure_text", arguments: { text: name } },
      { tool: "measure_text", arguments: { text: `${name} again` } },
    ],
    [{ text: `${name} has seen.` }],
  ]);
}

test("a thread goes from Claude to OpenAI and back, with tool calls in each turn, and both providers take it", async () => {
  let threadId: string | undefined;
  for (const [mode, name] of [
    ["BYOK_CLAUDE", "first"],
    ["BYOK_OPENAI", "second"],
    ["BYOK_CLAUDE", "third"],
    ["BYOK_OPENAI", "fourth"],
    ["METERED", "fifth"],
  ]) {
    const buddyModels = [{ buddy: "copywriter", mode }];
    const events = await ask({ buddy: "copywriter", message: turn(name ?? ""), threadId, buddyModels });
    const end = events.at(-1);
    expect(end).toMatchObject({
      __typename: "TurnFinished",
      session: { status: "COMPLETED", text: `${name} looks. ${name} has seen.`, route: { mode } },
    });
    expect(end.session.toolCalls).toHaveLength(2);
    threadId = end.session.threadId;
  }
  // The last call on each side carries what the other side said and did.
  for (const simulator of [server.anthropic, server.openAi]) {
    const body = JSON.stringify(simulator.journal.messages().at(-1)?.body);
    for (const name of ["first", "second", "third"]) expect(body).toContain(`${name} has seen.`);
  }
});

test("the second turn of a thread reads the provider's cache", async () => {
  const long = "Background. ".repeat(2_000);
  const [started] = await ask({ message: `${long} Hello` });
  const next = await ask({ message: "And now?", threadId: started.session.threadId });
  expect(next.at(-1).session.usage.cacheReadTokens).toBeGreaterThan(5_000);
});

test("a conversation that no longer fits the model loses its oldest turns, and says so", async () => {
  const { threadId } = (await ask({ message: "the very first words" }))[0].session;
  const part = "x".repeat(32_000);
  for (let turns = 0; turns < 3; turns += 1) await ask({ message: part, threadId });
  await server.dataSource.query(
    "UPDATE messages SET content = jsonb_build_array(jsonb_build_object('type', 'text', 'text', repeat('y', 900000))) WHERE thread_id = $1 AND role = 'assistant'",
    [threadId.slice(4)],
  );
  const events = await ask({ message: "still there?", threadId });
  expect(events[1]).toMatchObject({ __typename: "TurnNotice", code: "HISTORY_TRUNCATED" });
  expect(events.at(-1).session.status).toBe("COMPLETED");
  const body = JSON.stringify(server.anthropic.journal.messages().at(-1)?.body);
  expect(body).not.toContain("the very first words");
  expect(body).toContain("still there?");
});

test("a tool outside the allowlist is refused, whatever the model asks, on both providers alike", async () => {
  const message = simulate([[{ tool: "workspace_usage", arguments: {} }], [{ text: "I see." }]]);
  for (const mode of ["BYOK_CLAUDE", "BYOK_OPENAI"]) {
    const events = await ask({ buddy: "copywriter", message, buddyModels: [{ buddy: "copywriter", mode }] });
    expect(events.at(-1).session).toMatchObject({
      status: "COMPLETED",
      text: "I see.",
      toolCalls: [{ name: "workspace_usage", result: null, errorMessage: expect.stringContaining("may not call") }],
    });
  }
});
