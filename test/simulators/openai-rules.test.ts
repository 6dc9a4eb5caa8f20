import { expect, test } from "@jest/globals";
import { apiError, asking, post, simulatedOpenAi } from "./simulated-openai-client";

type Body = Record<string, unknown>;

const HELLO = { role: "user", content: "Hello" };
const CALL = { type: "function_call", call_id: "call_1", name: "search", arguments: "{}" };
const RESULT = { type: "function_call_output", call_id: "call_1", output: "found" };
const REASONING = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAAAA" };
const ARGUMENTS = {
  type: "object",
  properties: { query: { type: "string" } },
  required: ["query"],
  additionalProperties: false,
};
const TOOL = { type: "function", name: "search", strict: true, parameters: ARGUMENTS };
const VALID = { model: "gpt-5.6-luna", input: "Hello" };
const valid = (more: Body): Body => ({ ...VALID, ...more });
const input = (...items: unknown[]): Body => valid({ input: items });
const plain = (more: Body): Body => valid({ model: "gpt-4.1", ...more });
const strict = (parameters: Body): Body => valid({ tools: [{ ...TOOL, parameters }] });
const lax = (parameters: Body): Body => valid({ tools: [{ ...TOOL, strict: false, parameters }] });

const REFUSED: [rule: string, body: Body, code: string | null, param: string, message: string][] = [
  [
    "more tokens than the model has",
    valid({ max_output_tokens: 1_000_000 }),
    "integer_above_max_value",
    "max_output_tokens",
    "expected a value <= 128000",
  ],
  [
    "an output of no call",
    input(RESULT),
    null,
    "input",
    "No tool call found for function call output with call_id call_1.",
  ],
  ["an output before its call", input(RESULT, CALL), null, "input", "No tool call found"],
  ["two outputs of one call", input(CALL, RESULT, RESULT), null, "input", "No tool call found"],
  [
    "a call without an output",
    input(HELLO, CALL, HELLO),
    null,
    "input",
    "No tool output found for function call call_1.",
  ],
  [
    "one of two calls without an output",
    input(CALL, { ...CALL, call_id: "call_2" }, RESULT),
    null,
    "input",
    "No tool output found for function call call_2.",
  ],
  [
    "a call twice",
    input(CALL, RESULT, CALL, RESULT),
    null,
    "input",
    "Duplicate function call found with call_id call_1.",
  ],
  [
    "an item twice",
    input(
      { ...CALL, id: "fc_1" },
      RESULT,
      { ...CALL, id: "fc_1", call_id: "call_2" },
      { ...RESULT, call_id: "call_2" },
    ),
    null,
    "input",
    "Duplicate item found with id fc_1.",
  ],
  [
    "reasoning on a model without it",
    plain({ input: [REASONING, { role: "assistant", content: "x" }] }),
    null,
    "input",
    "Reasoning input items can only be provided to a reasoning model",
  ],
  [
    "encrypted reasoning from a model without it",
    plain({ include: ["reasoning.encrypted_content"] }),
    null,
    "include",
    "Encrypted content is not supported with this model.",
  ],
  [
    "effort from a model without reasoning",
    plain({ reasoning: { effort: "low" } }),
    "unsupported_parameter",
    "reasoning.effort",
    "not supported",
  ],
  [
    "a summary from a model without reasoning",
    plain({ reasoning: { summary: "auto" } }),
    "unsupported_parameter",
    "reasoning.summary",
    "not supported",
  ],
  [
    "an effort that the model does not know",
    valid({ reasoning: { effort: "minimal" } }),
    "unsupported_value",
    "reasoning.effort",
    "'minimal' is not supported with the 'gpt-5.6-luna' model. Supported values are: 'none', 'low'",
  ],
  [
    "verbosity from an older model",
    plain({ text: { verbosity: "low" } }),
    "unsupported_value",
    "text.verbosity",
    "'medium'",
  ],
  [
    "temperature of a reasoning model",
    valid({ temperature: 0.5 }),
    "unsupported_parameter",
    "temperature",
    "not supported with this model",
  ],
  [
    "top_p of a reasoning model",
    valid({ top_p: 0.5 }),
    "unsupported_parameter",
    "top_p",
    "not supported with this model",
  ],
  ["a tool twice", valid({ tools: [TOOL, TOOL] }), null, "tools[1].name", "Tool names must be unique."],
  [
    "a strict answer that is open",
    valid({
      text: { format: { type: "json_schema", name: "a", strict: true, schema: { type: "object", properties: {} } } },
    }),
    "invalid_json_schema",
    "text.format.schema",
    "Invalid schema for response_format 'a'",
  ],
  ["a choice of no tool", valid({ tool_choice: "required" }), null, "tool_choice", "Tool choice 'required' not found"],
  [
    "a choice of an unknown tool",
    valid({ tools: [TOOL], tool_choice: { type: "function", name: "other" } }),
    null,
    "tool_choice",
    "Tool choice 'other' not found in 'tools' parameter.",
  ],
  [
    "an earlier response",
    valid({ previous_response_id: "resp_1" }),
    "previous_response_not_found",
    "previous_response_id",
    "'resp_1' not found",
  ],
  [
    "a model that does not answer",
    valid({ model: "whisper-1" }),
    "unsupported_model",
    "model",
    "cannot be used with the Responses API",
  ],
];

test.each(REFUSED)("refuses %s", async (_, body, code, param, message) => {
  expect(await refusalOf(body)).toEqual({
    error: { type: "invalid_request_error", code, param, message: expect.stringContaining(message) },
  });
});

const SCHEMAS: [rule: string, body: Body, message: string][] = [
  [
    "a schema of no object",
    lax({ type: "array" }),
    "Invalid schema for function 'search': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'.",
  ],
  ["a schema without a type", lax({}), "got 'type: \"None\"'"],
  ["a schema with anyOf at its root", lax({ ...ARGUMENTS, anyOf: [] }), "top level"],
  ["a schema without properties", lax({ type: "object" }), "object schema missing properties"],
  [
    "an array of anything",
    lax({ type: "object", properties: { list: { type: "array" } } }),
    "In context=('properties', 'list'), array schema missing items.",
  ],
  [
    "a strict schema that is open",
    strict({ ...ARGUMENTS, additionalProperties: undefined }),
    "In context=(), 'additionalProperties' is required to be supplied and to be false.",
  ],
  ["a strict schema with an optional property", strict({ ...ARGUMENTS, required: [] }), "Missing 'query'."],
  [
    "a strict schema that is open further in",
    strict({ ...ARGUMENTS, properties: { query: { type: "array", items: { type: "object", properties: {} } } } }),
    "In context=('properties', 'query', 'items'), 'additionalProperties'",
  ],
  [
    "a strict schema that is open in an alternative",
    strict({ ...ARGUMENTS, properties: { query: { anyOf: [{ type: "null" }, { type: "object" }] } } }),
    "In context=('properties', 'query', 'anyOf', '1')",
  ],
  [
    "a strict schema with a word that cannot be kept",
    strict({ ...ARGUMENTS, properties: { query: { allOf: [] } } }),
    "'allOf' is not permitted.",
  ],
];

test.each(SCHEMAS)("refuses %s", async (_, body, message) => {
  expect(await refusalOf(body)).toMatchObject({
    error: {
      code: "invalid_function_parameters",
      param: "tools[0].parameters",
      message: expect.stringContaining(message),
    },
  });
});

const ACCEPTED: [string, Body][] = [
  ["an assistant first and last", input({ role: "assistant", content: "Hi" })],
  [
    "neighbours of one role",
    input(HELLO, HELLO, { role: "assistant", content: "a" }, { role: "assistant", content: "b" }),
  ],
  ["an output that does not follow its call", input(HELLO, CALL, HELLO, { role: "assistant", content: "a" }, RESULT)],
  ["a thread with calls and no tools", input(HELLO, CALL, RESULT)],
  ["a schema that is open, where it is not strict", lax({ type: "object", properties: { a: { type: "object" } } })],
  ["sampling of an older model", plain({ temperature: 0.5, top_p: 0.9 })],
  ["a dated model id", valid({ model: "gpt-5.2-2025-12-11" })],
];

test.each(ACCEPTED)("accepts %s", async (_, body) => {
  const { simulator } = await simulatedOpenAi();
  expect(await post(simulator, JSON.stringify(body))).toMatchObject({ status: 200 });
});

test("an unknown model is not found", async () => {
  const { client } = await simulatedOpenAi();
  const error = await apiError(client.responses.create({ ...VALID, model: "claude-sonnet-4-6" }));
  expect(error).toMatchObject({ status: 404, code: "model_not_found", param: "model" });
});

test("a prompt over the model's context is too long, unless it may be cut", async () => {
  const { client } = await simulatedOpenAi();
  const request = { ...asking([{ role: "user", content: "x".repeat(600_000) }]), model: "gpt-4o" };
  const error = await apiError(client.responses.create(request));
  expect(error).toMatchObject({ status: 400, code: "context_length_exceeded", param: "input" });
  expect(error.message).toContain("150000 tokens > 128000");
  expect((await client.responses.create({ ...request, truncation: "auto" })).status).toBe("completed");
});

async function refusalOf(body: Body): Promise<unknown> {
  const { simulator } = await simulatedOpenAi();
  const { status, text } = await post(simulator, JSON.stringify(body));
  expect(status).toBe(400);
  return JSON.parse(text);
}
