import { describe, expect, test } from "@jest/globals";
import { AnthropicAnswer } from "../../src/providers/anthropic/anthropic-answer";
import { mapAnthropicStopReason } from "../../src/providers/anthropic/map-anthropic-stop-reason";
import { mapAnthropicUsage } from "../../src/providers/anthropic/map-anthropic-usage";
import { toAnthropicMessages } from "../../src/providers/anthropic/to-anthropic-messages";
import { toAnthropicTools } from "../../src/providers/anthropic/to-anthropic-tools";
import type { Message, ModelPart } from "../../src/providers/language-model";
import { NO_USAGE } from "../../src/providers/no-usage";

test.each([
  ["end_turn", "STOP"],
  ["stop_sequence", "STOP"],
  ["tool_use", "TOOL_CALLS"],
  ["max_tokens", "MAX_TOKENS"],
  ["model_context_window_exceeded", "MAX_TOKENS"],
  ["refusal", "REFUSAL"],
  ["pause_turn", "OTHER"],
  ["something_new", "OTHER"],
])("stop reason %s is %s", (raw, unified) => {
  expect(mapAnthropicStopReason(raw)).toEqual({ unified, raw });
});

test("an answer that ends without a stop reason is OTHER", () => {
  expect(mapAnthropicStopReason(null)).toEqual({ unified: "OTHER", raw: "none" });
});

describe("usage", () => {
  const started = mapAnthropicUsage(NO_USAGE, {
    input_tokens: 20,
    cache_read_input_tokens: 300,
    cache_creation_input_tokens: 40,
    output_tokens: 1,
    output_tokens_details: null,
  });

  test("input stands apart from cache reads and writes, and unsaid reasoning is null", () => {
    expect(started).toEqual({
      inputTokens: 20,
      outputTokens: 1,
      cacheReadTokens: 300,
      cacheWriteTokens: 40,
      reasoningTokens: null,
    });
  });

  test("a later report replaces the counts it names and leaves the others", () => {
    const ended = mapAnthropicUsage(started, {
      input_tokens: null,
      output_tokens: 75,
      output_tokens_details: { thinking_tokens: 50 },
    });
    expect(ended).toEqual({ ...started, outputTokens: 75, reasoningTokens: 50 });
  });

  test.each([[null], [undefined], [{}], [{ output_tokens: 0 }]])("%j takes nothing back", (reported) => {
    expect(mapAnthropicUsage(started, reported)).toEqual(started);
  });
});

describe("messages", () => {
  const idsOf = (id: string) => {
    const messages: Message[] = [
      { role: "assistant", content: [{ type: "tool-call", id, name: "now", arguments: {} }] },
      { role: "user", content: [{ type: "tool-result", toolCallId: id, result: "noon", isError: false }] },
    ];
    return toAnthropicMessages(messages).flatMap(({ content }) =>
      content.map((block) => (block.type === "tool_use" ? block.id : "tool_use_id" in block ? block.tool_use_id : "")),
    );
  };

  test("neighbours are joined and tool results come first", () => {
    expect(
      toAnthropicMessages([
        { role: "user", content: [{ type: "text", text: "One." }] },
        { role: "user", content: [{ type: "text", text: "Two." }] },
        { role: "assistant", content: [{ type: "tool-call", id: "t1", name: "now", arguments: { zone: "UTC" } }] },
        { role: "user", content: [{ type: "text", text: "Well?" }] },
        { role: "user", content: [{ type: "tool-result", toolCallId: "t1", result: { hour: 12 }, isError: false }] },
      ]),
    ).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "One." },
          { type: "text", text: "Two." },
        ],
      },
      { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "now", input: { zone: "UTC" } }] },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t1", content: '{"hour":12}', is_error: false },
          { type: "text", text: "Well?" },
        ],
      },
    ]);
  });

  test("blank texts are left out, and a message of nothing else with them", () => {
    expect(
      toAnthropicMessages([
        { role: "user", content: [{ type: "text", text: "One." }] },
        { role: "assistant", content: [{ type: "text", text: " \n" }] },
        { role: "user", content: [{ type: "text", text: "Two." }] },
      ]),
    ).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "One." },
          { type: "text", text: "Two." },
        ],
      },
    ]);
  });

  test("thinking is handed back as it was, before the call that it led to", () => {
    const thinking = { type: "thinking", thinking: "Hm.", signature: "c2ln" };
    const sealed = { type: "redacted_thinking", data: "c2VhbGVk" };
    expect(
      toAnthropicMessages([
        {
          role: "assistant",
          content: [
            { type: "reasoning", provider: "CLAUDE", data: thinking },
            { type: "reasoning", provider: "CLAUDE", data: sealed },
            { type: "tool-call", id: "t1", name: "now", arguments: {} },
          ],
        },
      ]),
    ).toEqual([
      { role: "assistant", content: [thinking, sealed, { type: "tool_use", id: "t1", name: "now", input: {} }] },
    ]);
  });

  test.each([
    [null],
    ["Hm."],
    [["Hm."]],
    [{ type: "thinking", thinking: "unsigned" }],
    [{ type: "redacted_thinking" }],
  ])("reasoning that holds %j is left out", (data) => {
    const content = [{ type: "reasoning" as const, provider: "CLAUDE" as const, data }];
    expect(toAnthropicMessages([{ role: "assistant", content }])).toEqual([]);
  });

  test("the conversation handed in is not changed", () => {
    const messages: Message[] = [
      { role: "user", content: [{ type: "text", text: "One." }] },
      { role: "user", content: [{ type: "text", text: "Two." }] },
    ];
    const before = structuredClone(messages);
    toAnthropicMessages(messages);
    expect(messages).toEqual(before);
  });

  test.each(["toolu_01AbC", "call-1", "fc_9"])("the tool id %s stays as it is", (id) => {
    expect(idsOf(id)).toEqual([id, id]);
  });

  test.each(["call:1", "call 1", "functions.now:0", "", "zürich"])(
    "the tool id %j is rewritten, alike in both places",
    (id) => {
      const [call, result] = idsOf(id);
      expect(call).toMatch(/^[a-zA-Z0-9_-]+$/);
      expect(result).toBe(call);
      expect(idsOf(id)).toEqual([call, result]);
    },
  );

  test("tool ids that differ stay different", () => {
    const rewritten = ["call:1", "call.1", "call_1", "call|1"].map((id) => idsOf(id)[0]);
    expect(new Set(rewritten).size).toBe(4);
  });

  test.each([
    ["text", "text"],
    ["", "(empty)"],
    [null, "null"],
    [7, "7"],
    [[1, { two: 2 }], '[1,{"two":2}]'],
  ])("the tool result %j is sent as %j", (result, content) => {
    const [message] = toAnthropicMessages([
      { role: "user", content: [{ type: "tool-result", toolCallId: "t1", result, isError: true }] },
    ]);
    expect(message?.content).toEqual([{ type: "tool_result", tool_use_id: "t1", content, is_error: true }]);
  });
});

test("a tool keeps its name, its description and every word of its schema", () => {
  const inputSchema = { type: "object", properties: { a: { $ref: "#/$defs/x" } }, $defs: { x: {} }, required: ["a"] };
  expect(toAnthropicTools([{ name: "t", description: "d", inputSchema }])).toEqual([
    { name: "t", description: "d", input_schema: inputSchema },
  ]);
});

describe("an answer", () => {
  type Event = Parameters<AnthropicAnswer["read"]>[0];

  // Events as they come over the wire, where more kinds of them exist than the SDK knows.
  const read = (answer: AnthropicAnswer, ...lines: object[]): ModelPart[] =>
    lines.flatMap((line) => answer.read(JSON.parse(JSON.stringify(line)) satisfies Event));

  test("passes over pings, and kinds it does not know", () => {
    const answer = new AnthropicAnswer();
    const parts = read(
      answer,
      { type: "ping" },
      { type: "some_new_event", index: 3 },
      { type: "content_block_start", index: 1, content_block: { type: "some_new_block", data: "x" } },
      { type: "content_block_delta", index: 1, delta: { type: "some_new_delta", data: "x" } },
      { type: "content_block_stop", index: 1 },
      { type: "message_stop" },
    );
    expect(parts).toEqual([]);
    expect(answer.isComplete).toBe(true);
  });

  test("emits thinking in its place, whole and signed, or sealed", () => {
    const parts = read(
      new AnthropicAnswer(),
      { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Hm. " } },
      { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Yes." } },
      { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "c2ln" } },
      { type: "content_block_stop", index: 0 },
      { type: "content_block_start", index: 1, content_block: { type: "redacted_thinking", data: "c2VhbGVk" } },
      { type: "content_block_stop", index: 1 },
      { type: "content_block_start", index: 2, content_block: { type: "text", text: "Done." } },
    );
    expect(parts).toEqual([
      { type: "reasoning", provider: "CLAUDE", data: { type: "thinking", thinking: "Hm. Yes.", signature: "c2ln" } },
      { type: "reasoning", provider: "CLAUDE", data: { type: "redacted_thinking", data: "c2VhbGVk" } },
      { type: "text-delta", blockId: "2", delta: "Done." },
    ]);
  });

  test("emits no empty text, and the text that a block opens with", () => {
    const parts = read(
      new AnthropicAnswer(),
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "a" } },
      { type: "content_block_start", index: 1, content_block: { type: "text", text: "b" } },
    );
    expect(parts).toEqual([
      { type: "text-delta", blockId: "0", delta: "a" },
      { type: "text-delta", blockId: "1", delta: "b" },
    ]);
  });

  test("keeps tool calls apart whose fragments come interleaved", () => {
    const fragment = (index: number, partial_json: string) => ({
      type: "content_block_delta",
      index,
      delta: { type: "input_json_delta", partial_json },
    });
    const parts = read(
      new AnthropicAnswer(),
      { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "t0", name: "a", input: {} } },
      { type: "content_block_start", index: 1, content_block: { type: "tool_use", id: "t1", name: "b", input: {} } },
      fragment(0, '{"n":'),
      fragment(1, ""),
      fragment(0, "1}"),
      { type: "content_block_stop", index: 0 },
      { type: "content_block_stop", index: 1 },
    );
    expect(parts).toEqual([
      { type: "tool-call", id: "t0", name: "a", arguments: { n: 1 } },
      { type: "tool-call", id: "t1", name: "b", arguments: {} },
    ]);
  });

  test("is not complete while a tool call is open, nor before the end marker", () => {
    const answer = new AnthropicAnswer();
    read(answer, { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 3 } });
    expect(answer.isComplete).toBe(false);
    read(
      answer,
      { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "t0", name: "a", input: {} } },
      { type: "message_stop" },
    );
    expect(answer.isComplete).toBe(false);
  });
});
