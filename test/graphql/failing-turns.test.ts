import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { type SimulatedAction, simulate } from "../../src/simulators/script";
import { CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
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

afterAll(async () => {
  await client.dispose();
  await server.close();
});

const ask = (input: object) => collect(streamOf(client, CHAT_TURN, { input }));
const own = { buddyModels: [{ buddy: "orchestrator", mode: "BYOK_CLAUDE" }] };

async function configure(apiKey = KEY): Promise<void> {
  const { data } = await post(
    server.url,
    token,
    `mutation($apiKey: String!) {
    configureProvider(input: { provider: CLAUDE, apiKey: $apiKey }) { userErrors { code message } } }`,
    { apiKey },
  );
  expect(data.configureProvider.userErrors).toEqual([]);
}

async function claude() {
  const { data } = await post(
    server.url,
    token,
    `{ workspace {
    provider(provider: CLAUDE) { status lastError lastUsedAt } keyEvents { nodes { action actor { name } } } } }`,
  );
  return { ...data.workspace.provider, events: data.workspace.keyEvents.nodes };
}

const callsOf = (marker: string) =>
  server.anthropic.journal.messages().filter((call) => JSON.stringify(call.body).includes(marker));

test.each<[string, SimulatedAction[], string, boolean, number]>([
  ["a request that the provider refuses", [{ status: 400 }], "INTERNAL", false, 1],
  [
    "too much for the context",
    [{ status: 400, message: "prompt is too long: 250000 tokens > 200000 maximum" }],
    "CONTEXT_TOO_LONG",
    false,
    1,
  ],
  ["a rate limit that stays", [{ status: 429, retryAfterSeconds: 0 }], "PROVIDER_RATE_LIMITED", true, 3],
  ["a rate limit for a minute", [{ status: 429, retryAfterSeconds: 60 }], "PROVIDER_RATE_LIMITED", true, 1],
  ["an overloaded provider", [{ status: 529 }], "PROVIDER_UNAVAILABLE", true, 3],
  ["a stream that ends before any output", [{ pauseMs: 0 }, { fault: "early-end" }], "PROVIDER_STREAM_BROKEN", true, 3],
  ["a stream that ends early", [{ text: "Half an ans" }, { fault: "early-end" }], "PROVIDER_STREAM_BROKEN", true, 1],
  ["a connection that is reset", [{ text: "Half an ans" }, { fault: "reset" }], "PROVIDER_STREAM_BROKEN", true, 1],
  ["an error in mid-stream", [{ text: "Half an ans" }, { fault: "error-event" }], "PROVIDER_STREAM_BROKEN", true, 1],
  ["a line that cannot be read", [{ text: "Half an ans" }, { fault: "garbage" }], "PROVIDER_STREAM_BROKEN", true, 1],
])("%s is %s, told once, and the row says the same", async (name, script, code, retryable, calls) => {
  const events = await ask({ message: `${name} ${simulate([script])}` });
  const end = events.at(-1);
  expect(events.filter((event) => /^Turn(Failed|Finished)$/.test(event.__typename))).toEqual([end]);
  expect(end).toMatchObject({ __typename: "TurnFailed", error: { code, retryable } });
  const text = script.some((action) => "text" in action) ? "Half an ans" : "";
  expect(end.session).toMatchObject({ status: "FAILED", text, finishReason: null, error: end.error });
  expect(callsOf(name)).toHaveLength(calls);
  expect(events.filter((event) => event.__typename === "TurnNotice")).toHaveLength(calls - 1);
  if (code === "INTERNAL")
    await server.logged((line) => line.level === "error" && line.request === end.error.requestId);
  else await server.logged((line) => line.level === "warn" && line.request === end.error.requestId);
});

test("a pause that the provider names in fractions is told in whole seconds, rounded up", async () => {
  const events = await ask({ message: simulate([[{ status: 429, retryAfterSeconds: 21.5 }]]) });
  expect(events.at(-1).error).toMatchObject({ code: "PROVIDER_RATE_LIMITED", retryAfterSeconds: 22 });
});

test("a refusal and a token limit are ends, not failures", async () => {
  const refused = await ask({ message: simulate([[{ text: "No." }, { finish: "refusal" }]]) });
  expect(refused.at(-1)).toMatchObject({ __typename: "TurnFinished", finishReason: "REFUSAL" });
  const cut = await ask({ message: simulate([[{ text: "And then" }, { finish: "max-tokens" }]]) });
  expect(cut.at(-1)).toMatchObject({ finishReason: "MAX_TOKENS", session: { status: "COMPLETED" } });
});

test("a workspace's key that the provider rejects fails its turn, is marked, and never spends Waypath's money", async () => {
  await configure();
  server.anthropic.rejectKey(KEY);
  const events = await ask({ message: "rejected once", ...own });
  expect(events.at(-1)).toMatchObject({
    __typename: "TurnFailed",
    error: { code: "PROVIDER_AUTHENTICATION_FAILED", retryable: false },
    session: { route: { mode: "BYOK_CLAUDE", payer: "WORKSPACE", fallbackReason: null } },
  });
  expect(callsOf("rejected once").map((call) => call.keyMasked)).toEqual([expect.stringContaining("abcd")]);
  expect(await claude()).toMatchObject({
    status: "INVALID",
    lastError: expect.stringContaining("rejected"),
    events: [
      { action: "REJECTED", actor: null },
      { action: "CONFIGURED", actor: { name: "admin" } },
    ],
  });

  // It is tried again on the next turn, and success makes it active.
  server.anthropic.acceptKey(KEY);
  expect((await ask({ message: "tried again", ...own })).at(-1).__typename).toBe("TurnFinished");
  expect(await claude()).toMatchObject({ status: "ACTIVE", lastError: null });
});

test("a key without credit says so, and is marked", async () => {
  await configure("sk-ant-workspace-nocredit-0002-wxyz");
  const events = await ask({ message: "no credit", ...own });
  expect(events.at(-1).error).toMatchObject({ code: "PROVIDER_QUOTA_EXCEEDED", retryable: false });
  expect((await claude()).status).toBe("QUOTA_EXCEEDED");
  await configure();
});

test("a stored key that cannot be opened any more fails its turn and is marked", async () => {
  await configure();
  await server.dataSource.query(
    "UPDATE provider_keys SET sealed_key = regexp_replace(sealed_key, '^(wp1.[^.]+.)....', '\\1AAAA')",
  );
  const events = await ask({ message: "unreadable", ...own });
  expect(events.at(-1).error).toMatchObject({ code: "PROVIDER_KEY_UNREADABLE", retryable: false });
  expect(callsOf("unreadable")).toEqual([]);
  expect((await claude()).status).toBe("INVALID");
  await server.logged((line) => line.level === "error" && line.msg.includes("unreadable"));
});

test("a rejected platform key is no concern of the client's, and an error in the log", async () => {
  server.anthropic.rejectKey(PLATFORM_KEY);
  const events = await ask({ message: "platform rejected" });
  server.anthropic.acceptKey(PLATFORM_KEY);
  const { error } = events.at(-1);
  expect(error).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
  expect(error.message).not.toMatch(/key|reject|credit/i);
  await server.logged((line) => line.level === "error" && line.request === error.requestId);
});
