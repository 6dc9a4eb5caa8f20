import { expect, test } from "@jest/globals";
import type { ResponseCreateParamsNonStreaming } from "openai/resources/responses/responses";
import { apiError, post, scripted, sentBack, simulatedOpenAi } from "./simulated-openai-client";

type Body = Record<string, unknown>;

const HELLO = { role: "user", content: "Hello" };
const CALL = { type: "function_call", call_id: "call_1", name: "search", arguments: '{"query":"x"}' };
const RESULT = { type: "function_call_output", call_id: "call_1", output: "found" };
const ARGUMENTS = {
  type: "object",
  properties: { query: { type: "string" } },
  required: ["query"],
  additionalProperties: false,
};
const TOOL = { type: "function", name: "search", description: "Searches", strict: true, parameters: ARGUMENTS };
const VALID = { model: "gpt-5.6-luna", input: "Hello" };
const valid = (more: Body): Body => ({ ...VALID, ...more });
const input = (...items: unknown[]): Body => valid({ input: items });
const plain = (more: Body): Body => valid({ model: "gpt-4.1", ...more });

test("everything a chat agent sends is accepted, as the SDK's types have it", async () => {
  const { client } = await simulatedOpenAi();
  const first = scripted([
    { usage: { reasoning: 8 } },
    { text: "Looking" },
    { tool: "search", arguments: { query: "x" } },
    { tool: "search" },
  ]);
  const { output } = await client.responses.create({ ...first, include: ["reasoning.encrypted_content"] });
  const calls = output.flatMap((item) => (item.type === "function_call" ? [item.call_id] : [])).reverse();
  const request: ResponseCreateParamsNonStreaming = {
    model: "gpt-5.6-luna",
    instructions: "Be brief.",
    tools: [
      { type: "function", name: "search", description: "Searches", strict: true, parameters: ARGUMENTS },
      { type: "function", name: "clock", strict: false, parameters: null },
    ],
    tool_choice: { type: "allowed_tools", mode: "auto", tools: [{ type: "function", name: "search" }] },
    parallel_tool_calls: true,
    max_output_tokens: 4000,
    store: false,
    include: ["reasoning.encrypted_content"],
    reasoning: { effort: "low", summary: "auto" },
    text: { verbosity: "low", format: { type: "json_schema", name: "answer", strict: true, schema: ARGUMENTS } },
    prompt_cache_key: "thread-1",
    safety_identifier: "user-1",
    metadata: { turn: "1" },
    service_tier: "auto",
    truncation: "disabled",
    input: [
      { role: "developer", content: "Be kind." },
      { type: "message", role: "user", content: "Find x" },
      { role: "user", content: [{ type: "input_text", text: "and y" }] },
      ...sentBack(output),
      { type: "function_call_output", call_id: calls[0] ?? "", output: [{ type: "input_text", text: "found" }] },
      { role: "user", content: "Go on" },
      { type: "function_call_output", call_id: calls[1] ?? "", output: "" },
    ],
  };
  expect((await client.responses.create(request)).status).toBe("completed");
});

const REFUSED: [rule: string, body: Body, code: string | null, param: string | null, message: string][] = [
  [
    "a missing model",
    { input: "Hello" },
    "missing_required_parameter",
    "model",
    "Missing required parameter: 'model'.",
  ],
  ["a missing input", { model: "gpt-5.6-luna" }, "missing_required_parameter", "input", "Missing required parameter"],
  [
    "an unknown parameter",
    valid({ temprature: 1 }),
    "unknown_parameter",
    "temprature",
    "Unknown parameter: 'temprature'.",
  ],
  [
    "Anthropic's messages",
    valid({ messages: [HELLO] }),
    "unknown_parameter",
    "messages",
    "Unknown parameter: 'messages'.",
  ],
  [
    "a wrong type",
    valid({ max_output_tokens: "many" }),
    "invalid_type",
    "max_output_tokens",
    "Invalid type for 'max_output_tokens': expected a number, but got a string instead.",
  ],
  [
    "too few tokens",
    valid({ max_output_tokens: 15 }),
    "integer_below_min_value",
    "max_output_tokens",
    "expected a value >= 16, but got 15 instead",
  ],
  ["no items", input(), "empty_array", "input", "empty array"],
  ["a message without content", input({ role: "user" }), "missing_required_parameter", "input[0].content", "Missing"],
  [
    "content of a wrong type",
    input({ role: "user", content: 5 }),
    "invalid_type",
    "input[0].content",
    "expected an array, but got a number instead",
  ],
  [
    "a foreign role",
    input({ role: "tool", content: "x" }),
    "invalid_value",
    "input[0].role",
    "Invalid value: 'tool'. Supported values are: 'user', 'system', 'developer', 'assistant'.",
  ],
  ["a foreign message field", input({ ...HELLO, name: "x" }), "unknown_parameter", "input[0].name", "'input[0].name'"],
  ["an item without type or role", input({ content: "x" }), "missing_required_parameter", "input[0].role", "Missing"],
  ["a foreign item", input({ type: "tool_result" }), "invalid_value", "input[0].type", "'function_call_output'"],
  [
    "a foreign part",
    input({ role: "user", content: [{ type: "text", text: "x" }] }),
    "invalid_value",
    "input[0].content[0].type",
    "Invalid value: 'text'. Supported values are: 'input_text'.",
  ],
  [
    "input text in an assistant's message",
    input({ role: "assistant", content: [{ type: "input_text", text: "x" }] }, HELLO),
    "invalid_value",
    "input[0].content[0].type",
    "Supported values are: 'output_text', 'refusal'.",
  ],
  [
    "a part without text",
    input({ role: "user", content: [{ type: "input_text" }] }),
    "missing_required_parameter",
    "input[0].content[0].text",
    "Missing",
  ],
  [
    "arguments that are no text",
    input({ ...CALL, arguments: {} }, RESULT),
    "invalid_type",
    "input[0].arguments",
    "expected a string, but got an object instead",
  ],
  [
    "a call's name of foreign characters",
    input({ ...CALL, name: "a.b" }, RESULT),
    "invalid_value",
    "input[0].name",
    "pattern '^[a-zA-Z0-9_-]+$'",
  ],
  [
    "a call_id too long",
    input({ ...CALL, call_id: "c".repeat(65) }, RESULT),
    "string_above_max_length",
    "input[0].call_id",
    "expected a length <= 64, but got 65 instead",
  ],
  [
    "an id that is not of a call",
    input({ ...CALL, id: "toolu_1" }, RESULT),
    "invalid_value",
    "input[0].id",
    "begins with 'fc'",
  ],
  [
    "an id that is not of a message",
    input({ role: "assistant", content: "x", id: "fc_1" }),
    "invalid_value",
    "input[0].id",
    "begins with 'msg'",
  ],
  [
    "another thing to include",
    valid({ include: ["everything"] }),
    "invalid_value",
    "include[0]",
    "'reasoning.encrypted_content'",
  ],
  [
    "a temperature too high",
    plain({ temperature: 2.5 }),
    "decimal_above_max_value",
    "temperature",
    "<= 2, but got 2.5",
  ],
  [
    "a tool name of foreign characters",
    valid({ tools: [{ ...TOOL, name: "a.b" }] }),
    "invalid_value",
    "tools[0].name",
    "pattern",
  ],
  [
    "a tool name too long",
    valid({ tools: [{ ...TOOL, name: "a".repeat(65) }] }),
    "string_above_max_length",
    "tools[0].name",
    "<= 64",
  ],
  ["too many tools", valid({ tools: Array(129).fill(TOOL) }), "array_above_max_length", "tools", "<= 128, but got 129"],
  [
    "Anthropic's tool",
    valid({ tools: [{ name: "search", input_schema: ARGUMENTS }] }),
    "missing_required_parameter",
    "tools[0].type",
    "Missing",
  ],
  ["an unknown choice", valid({ tool_choice: "any" }), "invalid_value", "tool_choice", "'none', 'auto', 'required'"],
  [
    "another provider's choice",
    valid({ tool_choice: { type: "tool" } }),
    "invalid_value",
    "tool_choice.type",
    "'function'",
  ],
  [
    "a cache key too long",
    valid({ prompt_cache_key: "k".repeat(65) }),
    "string_above_max_length",
    "prompt_cache_key",
    "<= 64",
  ],
  ["metadata that is no text", valid({ metadata: { turn: 1 } }), "invalid_type", "metadata.turn", "expected a string"],
];

test.each(REFUSED)("refuses %s", async (_, body, code, param, message) => {
  const { simulator } = await simulatedOpenAi();
  const { status, text } = await post(simulator, JSON.stringify(body));
  expect(JSON.parse(text)).toEqual({
    error: { type: "invalid_request_error", code, param, message: expect.stringContaining(message) },
  });
  expect(status).toBe(400);
});

const ACCEPTED: [string, Body][] = [
  ["a text as the whole input", VALID],
  ["empty texts", input({ role: "user", content: "" }, { role: "assistant", content: [] }, HELLO)],
  ["a refusal sent back", input({ role: "assistant", content: [{ type: "refusal", refusal: "No" }] }, HELLO)],
  ["a tool without arguments", valid({ tools: [{ type: "function", name: "now" }] })],
  ["nulls", valid({ instructions: null, max_output_tokens: null, temperature: null, reasoning: null, include: null })],
];

test.each(ACCEPTED)("accepts %s", async (_, body) => {
  const { simulator } = await simulatedOpenAi();
  expect(await post(simulator, JSON.stringify(body))).toMatchObject({ status: 200 });
});

test("a body over 32 MB is refused with 413", async () => {
  const { client } = await simulatedOpenAi();
  const error = await apiError(client.responses.create({ ...VALID, input: "x".repeat(33 * 1024 * 1024) }));
  expect(error).toMatchObject({ status: 413, type: "invalid_request_error" });
});

test.each([
  ["that is not JSON", "{model:", "The request body is not valid JSON"],
  ["that is empty", "", "Missing required parameter: 'body'."],
  ["that is no object", "[]", "expected an object, but got an array instead"],
])("a body %s is refused", async (_, body, message) => {
  const { simulator } = await simulatedOpenAi();
  const { status, text } = await post(simulator, body);
  expect(status).toBe(400);
  expect(JSON.parse(text)).toMatchObject({
    error: { type: "invalid_request_error", param: null, message: expect.stringContaining(message) },
  });
});
