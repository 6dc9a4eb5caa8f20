import { describe, expect, test } from "@jest/globals";
import type { Message, ModelPart } from "../../src/providers/language-model";
import { mapOpenAiFinishReason } from "../../src/providers/openai/map-openai-finish-reason";
import { mapOpenAiUsage } from "../../src/providers/openai/map-openai-usage";
import { OpenAiAnswer } from "../../src/providers/openai/openai-answer";
import { toOpenAiMessages } from "../../src/providers/openai/to-openai-messages";
import { toOpenAiRequest } from "../../src/providers/openai/to-openai-request";
import { toOpenAiTools } from "../../src/providers/openai/to-openai-tools";

describe("the finish reason", () => {
  const ended = { status: undefined, incompleteReason: undefined, refused: false, calledTools: false };

  test.each([
    [{ status: "completed" }, "STOP", "completed"],
    [{ status: "completed", calledTools: true }, "TOOL_CALLS", "completed"],
    [{ status: "completed", refused: true }, "REFUSAL", "refusal"],
    [{ status: "incomplete", incompleteReason: "max_output_tokens" }, "MAX_TOKENS", "max_output_tokens"],
    [
      { status: "incomplete", incompleteReason: "max_output_tokens", calledTools: true },
      "MAX_TOKENS",
      "max_output_tokens",
    ],
    [{ status: "incomplete", incompleteReason: "content_filter" }, "REFUSAL", "content_filter"],
    [{ status: "incomplete", incompleteReason: "something_new" }, "OTHER", "something_new"],
    [{ status: "incomplete" }, "OTHER", "incomplete"],
    [{}, "OTHER", "none"],
  ])("of %j is %s", (ending, unified, raw) => {
    expect(mapOpenAiFinishReason({ ...ended, ...ending })).toEqual({ unified, raw });
  });
});

describe("usage", () => {
  test("cache reads and writes are taken out of the input that OpenAI counts them in", () => {
    expect(
      mapOpenAiUsage({
        input_tokens: 3_438,
        input_tokens_details: { cached_tokens: 3_000, cache_write_tokens: 400 },
        output_tokens: 90,
        output_tokens_details: { reasoning_tokens: 64 },
      }),
    ).toEqual({
      inputTokens: 38,
      outputTokens: 90,
      cacheReadTokens: 3_000,
      cacheWriteTokens: 400,
      reasoningTokens: 64,
    });
  });

  test.each([[{}], [{ input_tokens_details: null, output_tokens_details: null }]])(
    "details that are not told, as in %j, are 0, and reasoning is null",
    (details) => {
      expect(mapOpenAiUsage({ input_tokens: 20, output_tokens: 5, ...details })).toEqual({
        inputTokens: 20,
        outputTokens: 5,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        reasoningTokens: null,
      });
    },
  );

  test("input is never below zero", () => {
    const reported = { input_tokens: 10, output_tokens: 1, input_tokens_details: { cached_tokens: 12 } };
    expect(mapOpenAiUsage(reported).inputTokens).toBe(0);
  });
});

describe("messages", () => {
  const idsOf = (id: string) => {
    const messages: Message[] = [
      { role: "assistant", content: [{ type: "tool-call", id, name: "now", arguments: {} }] },
      { role: "user", content: [{ type: "tool-result", toolCallId: id, result: "noon", isError: false }] },
    ];
    return toOpenAiMessages(messages).map((item) => ("call_id" in item ? item.call_id : ""));
  };

  test("each block is an item of its own, in its place", () => {
    const sealed = { id: "rs_1", encrypted_content: "c2VhbGVk" };
    expect(
      toOpenAiMessages([
        { role: "user", content: [{ type: "text", text: "One." }] },
        { role: "user", content: [{ type: "text", text: "Two." }] },
        {
          role: "assistant",
          content: [
            { type: "reasoning", provider: "OPENAI", data: sealed },
            { type: "text", text: "Let me look." },
            { type: "tool-call", id: "t1", name: "now", arguments: { zone: "UTC" } },
          ],
        },
        { role: "user", content: [{ type: "tool-result", toolCallId: "t1", result: { hour: 12 }, isError: false }] },
      ]),
    ).toEqual([
      { type: "message", role: "user", content: "One." },
      { type: "message", role: "user", content: "Two." },
      { type: "reasoning", summary: [], ...sealed },
      { type: "message", role: "assistant", content: "Let me look." },
      { type: "function_call", call_id: "t1", name: "now", arguments: '{"zone":"UTC"}' },
      { type: "function_call_output", call_id: "t1", output: '{"hour":12}' },
    ]);
  });

  test("blank texts are left out", () => {
    expect(
      toOpenAiMessages([
        { role: "user", content: [{ type: "text", text: "One." }] },
        { role: "assistant", content: [{ type: "text", text: " \n" }] },
      ]),
    ).toEqual([{ type: "message", role: "user", content: "One." }]);
  });

  test.each([[null], ["sealed"], [["sealed"]], [{ id: "rs_1" }], [{ encrypted_content: "c2VhbGVk" }]])(
    "reasoning that holds %j is left out",
    (data) => {
      const content = [{ type: "reasoning" as const, provider: "OPENAI" as const, data }];
      expect(toOpenAiMessages([{ role: "assistant", content }])).toEqual([]);
    },
  );

  test.each(["call_01AbC", "toolu_01AbC", "call-1", "x".repeat(64)])("the tool id %s stays as it is", (id) => {
    expect(idsOf(id)).toEqual([id, id]);
  });

  test.each(["call:1", "call 1", "functions.now:0", "", "zürich", "x".repeat(65)])(
    "the tool id %j is rewritten, alike in both places",
    (id) => {
      const [call, result] = idsOf(id);
      expect(call).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      expect(result).toBe(call);
      expect(idsOf(id)).toEqual([call, result]);
    },
  );

  test.each([
    ["text", false, "text"],
    ["", false, "(empty)"],
    [null, false, "null"],
    [[1, { two: 2 }], false, '[1,{"two":2}]'],
    ["no such city", true, "The tool failed: no such city"],
    ["", true, "The tool failed: (empty)"],
  ])("the tool result %j, failed: %j, is sent as %j", (result, isError, output) => {
    expect(
      toOpenAiMessages([{ role: "user", content: [{ type: "tool-result", toolCallId: "t1", result, isError }] }]),
    ).toEqual([{ type: "function_call_output", call_id: "t1", output }]);
  });
});

test("a tool keeps its name, its description and every word of its schema", () => {
  const inputSchema = { type: "object", properties: { a: { $ref: "#/$defs/x" } }, $defs: { x: {} }, required: ["a"] };
  expect(toOpenAiTools([{ name: "t", description: "d", inputSchema }])).toEqual([
    { type: "function", name: "t", description: "d", parameters: inputSchema, strict: false },
  ]);
});

test("a tool without arguments is given the properties that OpenAI asks for", () => {
  const [tool] = toOpenAiTools([{ name: "t", description: "d", inputSchema: { type: "object" } }]);
  expect(tool?.parameters).toEqual({ type: "object", properties: {} });
});

describe("a request", () => {
  const request = { system: " ", messages: [], tools: [], maxOutputTokens: 5, signal: new AbortController().signal };

  test("stores nothing, names no empty thing, and keeps to the lowest limit that OpenAI takes", () => {
    expect(toOpenAiRequest("gpt-4.1", request)).toEqual({
      model: "gpt-4.1",
      max_output_tokens: 16,
      input: [],
      store: false,
      stream: true,
    });
  });

  test.each([
    ["gpt-5.2", true],
    ["gpt-5.2-2025-12-11", true],
    ["gpt-4.1", false],
    ["gpt-4.1-2025-04-14", false],
    ["gpt-unheard-of", false],
  ])("asks %s for its reasoning: %s", (modelId, asked) => {
    const { include } = toOpenAiRequest(modelId, request);
    expect(include).toEqual(asked ? ["reasoning.encrypted_content"] : undefined);
  });
});

describe("an answer", () => {
  type Event = Parameters<OpenAiAnswer["read"]>[0];

  // Events as they come over the wire, where more kinds of them exist than the SDK knows.
  const read = (answer: OpenAiAnswer, ...lines: object[]): ModelPart[] =>
    lines.flatMap((line) => answer.read(JSON.parse(JSON.stringify(line)) satisfies Event));

  const done = (output_index: number, item: object) => ({ type: "response.output_item.done", output_index, item });
  const callAdded = (output_index: number) => ({
    type: "response.output_item.added",
    output_index,
    item: { type: "function_call", call_id: `c${output_index}`, name: "now", arguments: "" },
  });

  test("emits sealed reasoning in its place, and no other", () => {
    const parts = read(
      new OpenAiAnswer(),
      done(0, { type: "reasoning", id: "rs_0", summary: [], encrypted_content: "c2VhbGVk" }),
      done(1, { type: "reasoning", id: "rs_1", summary: [] }),
      done(2, { type: "reasoning", id: "rs_2", summary: [], encrypted_content: null }),
      done(3, { type: "function_call", call_id: "c3", name: "now", arguments: "{}" }),
    );
    expect(parts).toEqual([
      { type: "reasoning", provider: "OPENAI", data: { id: "rs_0", encrypted_content: "c2VhbGVk" } },
      { type: "tool-call", id: "c3", name: "now", arguments: {} },
    ]);
  });

  test("passes over kinds of events and items that it does not know, and empty text", () => {
    const parts = read(
      new OpenAiAnswer(),
      { type: "response.created", response: { usage: null } },
      { type: "response.some_new_event.delta", delta: "x" },
      { type: "response.reasoning_summary_text.delta", delta: "Hm." },
      { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "" },
      done(0, { type: "some_new_item" }),
    );
    expect(parts).toEqual([]);
  });

  test("tells the text blocks apart by item and by place within it", () => {
    const parts = read(
      new OpenAiAnswer(),
      { type: "response.output_text.delta", output_index: 1, content_index: 0, delta: "a" },
      { type: "response.output_text.delta", output_index: 1, content_index: 1, delta: "b" },
      { type: "response.output_text.delta", output_index: 11, content_index: 0, delta: "c" },
    );
    expect(new Set(parts.map((part) => part.type === "text-delta" && part.blockId)).size).toBe(3);
  });

  test("hands on a refusal as text, and finishes with it", () => {
    const answer = new OpenAiAnswer();
    const parts = read(
      answer,
      { type: "response.refusal.delta", output_index: 0, content_index: 0, delta: "I will not." },
      { type: "response.completed", response: { status: "completed" } },
    );
    expect(parts).toEqual([{ type: "text-delta", blockId: "0.0", delta: "I will not." }]);
    expect(answer.finish.reason).toEqual({ unified: "REFUSAL", raw: "refusal" });
  });

  test("is not complete before the end marker, nor while a tool call is open", () => {
    const answer = new OpenAiAnswer();
    read(answer, callAdded(0));
    expect(answer.isComplete).toBe(false);
    read(answer, { type: "response.completed", response: { status: "completed" } });
    expect(answer.isComplete).toBe(false);
    read(answer, done(0, { type: "function_call", call_id: "c0", name: "now", arguments: "" }));
    expect(answer.isComplete).toBe(true);
  });

  test("that was cut off is complete though a tool call is open", () => {
    const answer = new OpenAiAnswer();
    const response = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
    read(answer, callAdded(0), { type: "response.incomplete", response });
    expect(answer.isComplete).toBe(true);
    expect(answer.finish.reason.unified).toBe("MAX_TOKENS");
  });

  test("that failed tells its counts and why", () => {
    const answer = new OpenAiAnswer();
    const parts = read(answer, {
      type: "response.failed",
      response: {
        status: "failed",
        error: { code: "server_error", message: "words" },
        usage: { input_tokens: 7, output_tokens: 3 },
      },
    });
    expect(parts).toMatchObject([{ type: "usage", usage: { inputTokens: 7, outputTokens: 3 } }]);
    expect(answer.failure).toMatchObject({ code: "server_error" });
    expect(answer.isComplete).toBe(false);
  });
});
