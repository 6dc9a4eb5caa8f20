import type { MessageCreateParamsNonStreaming } from "@anthropic-ai/sdk/resources/messages";
import { expect, test } from "@jest/globals";
import type { ProviderSimulator } from "../../src/simulators/provider-simulator";
import { apiError, asking, KEY, simulatedAnthropic } from "./simulated-client";

type Body = Record<string, unknown>;

const CACHED = { cache_control: { type: "ephemeral" as const } };
const TOOL = { name: "search", input_schema: { type: "object" as const, properties: { query: { type: "string" } } } };
const HELLO = { role: "user", content: "Hello" };
const CALL = { type: "tool_use", id: "toolu_1", name: "search", input: { query: "x" } };
const RESULT = { type: "tool_result", tool_use_id: "toolu_1", content: "found" };
const VALID = { model: "claude-sonnet-4-6", max_tokens: 100, messages: [HELLO] };
const text = (value: string, more: object = {}) => ({ type: "text", text: value, ...more });
const user = (...content: unknown[]) => ({ role: "user", content });
const assistant = (...content: unknown[]) => ({ role: "assistant", content });
const valid = (more: Body): Body => ({ ...VALID, ...more });
const messages = (...list: unknown[]): Body => valid({ messages: list });
const haiku = (...list: unknown[]): Body => valid({ model: "claude-haiku-4-5", messages: list });

test("everything a chat agent sends is accepted, as the SDK's types have it", async () => {
  const { client } = await simulatedAnthropic();
  const request: MessageCreateParamsNonStreaming = {
    model: "claude-sonnet-4-6",
    max_tokens: 4000,
    system: [{ type: "text", text: "Be brief.", ...CACHED }],
    tools: [{ ...TOOL, type: "custom", description: "Searches", strict: false, ...CACHED }],
    tool_choice: { type: "auto", disable_parallel_tool_use: true },
    stop_sequences: ["END"],
    metadata: { user_id: "u1" },
    thinking: { type: "adaptive" },
    output_config: { effort: "low" },
    service_tier: "auto",
    cache_control: { type: "ephemeral", ttl: "5m" },
    messages: [
      { role: "user", content: "Find x" },
      { role: "user", content: [{ type: "text", text: "and y", citations: null, cache_control: null }] },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Hm", signature: "c2ln" },
          { type: "redacted_thinking", data: "ZGF0YQ==" },
          { type: "text", text: "Looking" },
          { type: "tool_use", id: "call_1", name: "search", input: { query: "x" }, caller: { type: "direct" } },
          { type: "tool_use", id: "call_2", name: "search", input: {} },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "call_2", is_error: true },
          { type: "tool_result", tool_use_id: "call_1", content: [{ type: "text", text: "found" }] },
          { type: "text", text: "Go on" },
        ],
      },
    ],
  };
  expect((await client.messages.create(request)).stop_reason).toBe("end_turn");
});

const REFUSED: [rule: string, body: Body, message: string][] = [
  ["a missing field", { model: "claude-sonnet-4-6", messages: [HELLO] }, "max_tokens: Field required"],
  ["an unknown field", valid({ temprature: 1 }), "temprature: Extra inputs are not permitted"],
  ["temperature", valid({ temperature: 0.5 }), "temperature: Extra inputs are not permitted"],
  ["top_p", valid({ top_p: 0.5 }), "top_p: Extra inputs are not permitted"],
  ["top_k", valid({ top_k: 5 }), "top_k: Extra inputs are not permitted"],
  ["a wrong type", valid({ max_tokens: "many" }), "max_tokens: Input should be a valid"],
  ["no tokens", valid({ max_tokens: 0 }), "max_tokens: Input should be greater than or equal to 1"],
  ["more tokens than the model has", valid({ max_tokens: 1_000_000 }), "max_tokens: 1000000 > 64000"],
  ["no messages", valid({ messages: [] }), "messages: List should have at least 1 item"],
  ["a message without content", messages({ role: "user" }), "messages.0.content: Field required"],
  [
    "content of a wrong type",
    messages({ role: "user", content: 5 }),
    "messages.0.content: Input should be a valid list",
  ],
  [
    "a foreign role",
    messages({ role: "tool", content: "x" }),
    "messages.0.role: Input should be 'user' or 'assistant'",
  ],
  ["a foreign message field", messages({ ...HELLO, name: "x" }), "messages.0.name: Extra inputs are not permitted"],
  [
    "a foreign block",
    messages(user({ type: "input_text", text: "x" })),
    "messages.0.content.0: Input tag 'input_text'",
  ],
  ["a block without type", messages(user({ text: "x" })), "messages.0.content.0: Unable to extract tag"],
  ["a block without text", messages(user({ type: "text" })), "messages.0.content.0.text.text: Field required"],
  ["a foreign block field", messages(user(text("x", { id: "1" }))), "messages.0.content.0.text.id: Extra inputs"],
  [
    "arguments that are no object",
    messages(HELLO, assistant({ ...CALL, input: "{}" }), user(RESULT)),
    "messages.1.content.0.tool_use.input: Input should be a valid dictionary",
  ],
  [
    "a tool_use id of foreign characters",
    messages(HELLO, assistant({ ...CALL, id: "a.b" }), user(RESULT)),
    "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
  ],
  [
    "a foreign cache lifetime",
    valid({ system: [text("x", { cache_control: { type: "ephemeral", ttl: "1d" } })] }),
    "system.0.cache_control.ttl: Input should be '5m' or '1h'",
  ],
  ["an assistant first", messages({ role: "assistant", content: "Hi" }, HELLO), "messages.0: the first message"],
  ["an empty string", messages({ role: "user", content: "" }), "messages.0: content must not be empty"],
  ["an empty list", messages(user()), "messages.0: content must not be empty"],
  [
    "an empty text block",
    messages(HELLO, assistant(text("")), HELLO),
    "messages.1.content.0: text content blocks must be non-empty",
  ],
  [
    "a blank text block",
    messages(user(text(" \n"))),
    "messages.0.content.0: text content blocks must contain non-whitespace",
  ],
  [
    "an empty text in a result",
    messages(HELLO, assistant(CALL), user({ ...RESULT, content: [text("")] })),
    "messages.2.content.0.content.0: text content blocks must be non-empty",
  ],
  ["an empty system block", valid({ system: [text("")] }), "system: text content blocks must be non-empty"],
  [
    "a call in a user message",
    messages(user(text("x"), CALL)),
    "messages.0.content.1: `tool_use` blocks may not stand in a user message",
  ],
  [
    "a result in an assistant message",
    messages(HELLO, assistant(RESULT), HELLO),
    "messages.1.content.0: `tool_result` blocks may not stand",
  ],
  [
    "thinking in a user message",
    messages(user({ type: "thinking", thinking: "x", signature: "y" })),
    "messages.0.content.0: `thinking` blocks may not",
  ],
  [
    "a result of no call",
    messages(user(RESULT)),
    "messages.0.content.0: this `tool_result` answers no open `tool_use`",
  ],
  [
    "a result of an earlier call",
    messages(HELLO, assistant(CALL), user(RESULT), assistant(text("ok")), user(RESULT)),
    "messages.4.content.0: this `tool_result` answers no open",
  ],
  [
    "two results of one call",
    messages(HELLO, assistant(CALL), user(RESULT, RESULT)),
    "messages.2.content.1: this `tool_result` answers no open",
  ],
  [
    "a result after other content",
    messages(HELLO, assistant(CALL), user(text("here"), RESULT)),
    "messages.2.content.1: `tool_result` blocks must stand before",
  ],
  [
    "a call without a result",
    messages(HELLO, assistant(CALL), HELLO),
    "messages.1: `tool_use` without a `tool_result` in the next message: toolu_1",
  ],
  [
    "one of two calls without a result",
    messages(HELLO, assistant(CALL, { ...CALL, id: "toolu_2" }), user(RESULT)),
    "in the next message: toolu_2",
  ],
  [
    "a result one message late",
    messages(HELLO, assistant(CALL), HELLO, user(RESULT)),
    "messages.1: `tool_use` without a `tool_result`",
  ],
  [
    "an id twice in a message",
    messages(HELLO, assistant(CALL, CALL), user(RESULT)),
    "messages.1: `tool_use` ids must be unique",
  ],
  [
    "an id twice in a conversation",
    messages(HELLO, assistant(CALL), user(RESULT), assistant(CALL), user(RESULT)),
    "messages.3: `tool_use` ids must be unique",
  ],
  ["an assistant last, for a model of today", messages(HELLO, assistant(text("So"))), "must end with a user message"],
  [
    "whitespace at the end of an assistant message",
    haiku(HELLO, assistant(text("So "))),
    "messages: the final assistant message must not end in whitespace",
  ],
  [
    "a tool name of foreign characters",
    valid({ tools: [{ ...TOOL, name: "a.b" }] }),
    "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
  ],
  [
    "a tool name too long",
    valid({ tools: [{ ...TOOL, name: "a".repeat(129) }] }),
    "tools.0.custom.name: String should match",
  ],
  ["a tool twice", valid({ tools: [TOOL, TOOL] }), "tools.1.custom.name: tool names must be unique"],
  ["a tool without a schema", valid({ tools: [{ name: "a" }] }), "tools.0.custom.input_schema: Field required"],
  [
    "a schema without a type",
    valid({ tools: [{ ...TOOL, input_schema: {} }] }),
    "tools.0.custom.input_schema.type: Field required",
  ],
  [
    "a schema of no object",
    valid({ tools: [{ ...TOOL, input_schema: { type: "array" } }] }),
    "tools.0.custom.input_schema.type: Input should be 'object'",
  ],
  [
    "a schema with oneOf at its root",
    valid({ tools: [{ ...TOOL, input_schema: { type: "object", oneOf: [] } }] }),
    "tools.0.custom.input_schema: oneOf is not allowed",
  ],
  [
    "a property of foreign characters",
    valid({ tools: [{ ...TOOL, input_schema: { type: "object", properties: { "a b": {} } } }] }),
    "tools.0.custom.input_schema.properties: property keys",
  ],
  [
    "another provider's tool",
    valid({ tools: [{ type: "function", function: TOOL }] }),
    "tools.0.custom.type: Input should be 'custom'",
  ],
  [
    "a choice of no tool",
    valid({ tool_choice: { type: "auto" } }),
    "tool_choice: may only be given together with tools",
  ],
  [
    "a choice of an unknown tool",
    valid({ tools: [TOOL], tool_choice: { type: "tool", name: "other" } }),
    "tool_choice: tool 'other' is not one",
  ],
  [
    "five cache breakpoints",
    valid({
      tools: [{ ...TOOL, ...CACHED }],
      system: [text("a", CACHED), text("b", CACHED)],
      messages: [user(text("c", CACHED), text("d"))],
      ...CACHED,
    }),
    "cache_control: at most 4 blocks may have it, and there are 5",
  ],
  [
    "an hour's cache after five minutes'",
    valid({
      system: [text("a", CACHED)],
      messages: [user(text("b", { cache_control: { type: "ephemeral", ttl: "1h" } }))],
    }),
    "cache_control: a block with ttl '1h' must not come after",
  ],
  [
    "thinking with too small a budget",
    valid({ thinking: { type: "enabled", budget_tokens: 100 } }),
    "thinking.budget_tokens: Input should be greater than or equal to 1024",
  ],
  [
    "thinking with a budget over max_tokens",
    valid({ thinking: { type: "enabled", budget_tokens: 2000 } }),
    "must be less than max_tokens",
  ],
  [
    "thinking that the model does not know",
    valid({ model: "claude-haiku-4-5", thinking: { type: "adaptive" } }),
    "thinking.type: 'adaptive' is not supported",
  ],
  [
    "thinking with a forced tool",
    valid({ thinking: { type: "adaptive" }, tools: [TOOL], tool_choice: { type: "any" } }),
    "thinking: may not be enabled when",
  ],
  ["a blank stop sequence", valid({ stop_sequences: [" "] }), "stop_sequences.0: String should match pattern"],
  ["foreign metadata", valid({ metadata: { user: "x" } }), "metadata.user: Extra inputs are not permitted"],
];

test.each(REFUSED)("refuses %s", async (_, body, message) => {
  const { simulator } = await simulatedAnthropic();
  const { status, json } = await post(simulator, JSON.stringify(body));
  expect(json).toMatchObject({
    type: "error",
    error: { type: "invalid_request_error", message: expect.stringContaining(message) },
  });
  expect(status).toBe(400);
});

const ACCEPTED: [string, Body][] = [
  ["an empty system text", valid({ system: "" })],
  ["a thread with tool calls and no tools", messages(HELLO, assistant(CALL), user(RESULT))],
  ["four cache breakpoints", valid({ system: [text("a", CACHED), text("b", CACHED), text("c", CACHED)], ...CACHED })],
  ["the beginning of an answer, for an older model", haiku(HELLO, assistant(text("So")))],
  ["a dated model id", { ...VALID, model: "claude-haiku-4-5-20251001" }],
];

test.each(ACCEPTED)("accepts %s", async (_, body) => {
  const { simulator } = await simulatedAnthropic();
  expect((await post(simulator, JSON.stringify(body))).status).toBe(200);
});

test("an unknown model is not found", async () => {
  const { client } = await simulatedAnthropic();
  const error = await apiError(
    client.messages.create({ ...asking([{ role: "user", content: "Hi" }]), model: "gpt-5.2" }),
  );
  expect(error).toMatchObject({ status: 404, type: "not_found_error", apiMessage: "model: gpt-5.2" });
});

test("a prompt over the model's context is too long", async () => {
  const { client } = await simulatedAnthropic();
  const request = { ...asking([{ role: "user" as const, content: "x".repeat(900_000) }]), model: "claude-haiku-4-5" };
  const error = await apiError(client.messages.create(request));
  expect(error).toMatchObject({ status: 400, apiMessage: "prompt is too long: 225000 tokens > 200000 maximum" });
});

test("a body over 32 MB is refused with 413", async () => {
  const { client } = await simulatedAnthropic();
  const error = await apiError(
    client.messages.create(asking([{ role: "user", content: "x".repeat(33 * 1024 * 1024) }])),
  );
  expect(error).toMatchObject({ status: 413, type: "request_too_large" });
});

test("a body that is not JSON is refused", async () => {
  const { simulator } = await simulatedAnthropic();
  const { status, json } = await post(simulator, "{model:");
  expect(status).toBe(400);
  expect(json).toMatchObject({
    error: { type: "invalid_request_error", message: "The request body is not valid JSON" },
  });
});

test("a request without a body is refused", async () => {
  const { simulator } = await simulatedAnthropic();
  expect(await post(simulator, "")).toMatchObject({
    status: 400,
    json: { error: { message: "body: Field required" } },
  });
});

test.each([
  [null, "anthropic-version: header is required"],
  ["2099-01-01", 'anthropic-version: "2099-01-01" is not a valid version'],
])("the version header %s is refused", async (version, message) => {
  const { simulator } = await simulatedAnthropic();
  expect(await post(simulator, JSON.stringify(VALID), version)).toMatchObject({
    status: 400,
    json: { error: { message } },
  });
});

test("before the version of 2026-10-21 sampling parameters are accepted", async () => {
  const { simulator } = await simulatedAnthropic();
  const body = JSON.stringify(valid({ temperature: 0.5, top_p: 0.9, top_k: 4 }));
  expect((await post(simulator, body, "2023-06-01")).status).toBe(200);
});

test("a page that is not there is not found", async () => {
  const { client } = await simulatedAnthropic();
  expect(await apiError(client.get("/v1/nowhere"))).toMatchObject({ status: 404, type: "not_found_error" });
});

async function post(simulator: ProviderSimulator, body: string, version: string | null = "2026-10-21") {
  const headers: Record<string, string> = { "x-api-key": KEY, "content-type": "application/json" };
  if (version !== null) headers["anthropic-version"] = version;
  const response = await fetch(`${simulator.url}/v1/messages`, { method: "POST", headers, body });
  return { status: response.status, json: await response.json() };
}
