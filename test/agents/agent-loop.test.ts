import { expect, test } from "@jest/globals";

import { type AgentLoopOptions, type RequestedToolCall, runAgentLoop } from "../../src/agents/agent-loop";
import { asksPrompt } from "../../src/agents/thread-history";
import { STEPS } from "../../src/agents/tools/tool-limits";
import { TurnFailure } from "../../src/errors";
import type { LanguageModel, ModelFinish, ModelPart, ModelRequest } from "../../src/providers/language-model";
import { SILENT_SESSION } from "../../src/tracing/silent-observer";

type Step = { parts: ModelPart[]; reason?: ModelFinish["reason"]["unified"]; breaks?: true };

const USAGE = { inputTokens: 10, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: null };
const call = (id: string, name = "look"): ModelPart => ({ type: "tool-call", id, name, arguments: { at: id } });
const text = (delta: string, blockId = "0"): ModelPart => ({ type: "text-delta", blockId, delta });

/** A model that takes these steps, the last one again and again; and what the loop made of it. */
async function run(steps: Step[], callTool?: AgentLoopOptions["callTool"], signal = new AbortController().signal) {
  const requests: ModelRequest[] = [];
  const told: unknown[] = [];
  const model: LanguageModel = {
    provider: "CLAUDE",
    modelId: "claude-sonnet-4-6",
    async respond(request, emit) {
      requests.push({ ...request, messages: structuredClone(request.messages) as ModelRequest["messages"] });
      const { parts, reason, breaks } = steps[Math.min(requests.length, steps.length) - 1] ?? { parts: [] };
      for (const part of parts) emit(part);
      if (breaks) throw new TurnFailure("PROVIDER_STREAM_BROKEN", "broke");
      const called = parts.some((part) => part.type === "tool-call");
      return { reason: { unified: reason ?? (called ? "TOOL_CALLS" : "STOP"), raw: "raw" }, usage: USAGE };
    },
  };
  const result = await runAgentLoop({
    model,
    instructions: "Be brief.",
    messages: [asksPrompt("Go")],
    tools: [{ name: "look", description: "Looks.", inputSchema: { type: "object", properties: {} } }],
    callTool:
      callTool ?? (async ({ id }) => ({ type: "tool-result", toolCallId: id, result: `saw ${id}`, isError: false })),
    signal,
    observer: {
      modelCallStarted: () => undefined,
      toolCallReceived: () => undefined,
      text: (blockId, delta) => told.push([blockId, delta]),
      usage: (usage) => told.push(["usage", usage.inputTokens]),
      modelCallEnded: (usage) => told.push(["ended", usage.inputTokens]),
      retrying: () => told.push("retrying"),
    },
    sessionObserver: SILENT_SESSION,
  }).catch((error: unknown) => error);
  return { result, requests, told };
}

test("tools are run and the model is called again with what they returned, until it asks no more", async () => {
  const { result, requests, told } = await run([
    { parts: [text("Let me see. "), call("a"), call("b")] },
    { parts: [text("Done.")] },
  ]);
  expect(requests).toHaveLength(2);
  expect(requests[1]?.messages.slice(1)).toEqual([
    {
      role: "assistant",
      content: [
        { type: "text", text: "Let me see. " },
        { type: "tool-call", id: "a", name: "look", arguments: { at: "a" } },
        { type: "tool-call", id: "b", name: "look", arguments: { at: "b" } },
      ],
    },
    {
      role: "user",
      content: ["a", "b"].map((id) => ({ type: "tool-result", toolCallId: id, result: `saw ${id}`, isError: false })),
    },
  ]);
  expect(result).toMatchObject({
    finishReason: "STOP",
    messages: [{}, {}, { content: [{ type: "text", text: "Done." }] }],
  });
  expect(told).toEqual([
    ["1.0", "Let me see. "],
    ["ended", 10],
    ["2.0", "Done."],
    ["ended", 20],
  ]);
});

test("what a try told of its usage that broke before its first output is not counted", async () => {
  const usage: ModelPart = { type: "usage", usage: { ...USAGE, inputTokens: 7 } };
  const { told } = await run([
    { parts: [call("a")] },
    { parts: [usage], breaks: true },
    { parts: [usage, text("Done.")] },
  ]);
  expect(told).toEqual([
    ["ended", 10],
    ["usage", 17],
    ["usage", 10],
    "retrying",
    ["usage", 17],
    ["2.0", "Done."],
    ["ended", 20],
  ]);
});

test("parallel calls run in parallel", async () => {
  const waiting: (() => void)[] = [];
  await run([{ parts: [call("a"), call("b"), call("c")] }, { parts: [text("Done.")] }], ({ id }) => {
    return new Promise((resolve) => {
      waiting.push(() => resolve({ type: "tool-result", toolCallId: id, result: null, isError: false }));
      // Only once all three have begun does any of them end.
      if (waiting.length === 3) for (const end of waiting) end();
    });
  });
  expect(waiting).toHaveLength(3);
});

test("a model that never stops asking is stopped, and no call stays without a result", async () => {
  const { result, requests } = await run([{ parts: [text("Again. "), call("same")] }]);
  expect(requests).toHaveLength(STEPS);
  expect(result).toMatchObject({ finishReason: "STEP_LIMIT" });
  const { messages } = result as { messages: ModelRequest["messages"] };
  const blocks = messages.flatMap(({ content }) => content as { type: string; id?: string; toolCallId?: string }[]);
  const calls = blocks.filter((block) => block.type === "tool-call").map((block) => block.id);
  expect(calls).toEqual(blocks.filter((block) => block.type === "tool-result").map((block) => block.toolCallId));
  expect(new Set(calls).size).toBe(STEPS - 1);
});

test.each(["MAX_TOKENS", "REFUSAL"] as const)("after %s no tool is run", async (reason) => {
  const calls: RequestedToolCall[] = [];
  const { result } = await run([{ parts: [text("Half"), call("a")], reason }], async (requested) => {
    calls.push(requested);
    return { type: "tool-result", toolCallId: requested.id, result: null, isError: false };
  });
  expect(calls).toEqual([]);
  expect(result).toEqual({
    finishReason: reason,
    messages: [{ role: "assistant", content: [{ type: "text", text: "Half" }] }],
  });
});

test("reasoning goes back to the model within the turn, and is not kept for the next", async () => {
  const reasoning: ModelPart = { type: "reasoning", provider: "CLAUDE", data: { sealed: "abc" } };
  const { result, requests } = await run([{ parts: [reasoning, call("a")] }, { parts: [reasoning, text("Done.")] }]);
  expect(requests[1]?.messages[1]?.content[0]).toEqual(reasoning);
  expect(JSON.stringify(result)).not.toContain("reasoning");
});

test("what no database keeps is cut from text and arguments before anybody sees it", async () => {
  const odd: ModelPart = { type: "tool-call", id: "a", name: "look", arguments: { "k\0": "v\0\ud800" } };
  const seen: RequestedToolCall[] = [];
  const { told } = await run([{ parts: [text("a\0b"), odd] }, { parts: [text("\0")] }], async (requested) => {
    seen.push(requested);
    return { type: "tool-result", toolCallId: requested.id, result: null, isError: false };
  });
  expect(told[0]).toEqual(["1.0", "ab"]);
  expect(seen[0]?.arguments).toEqual({ k: "v\ufffd" });
});

test("a turn that is stopped while tools run ends with the stop", async () => {
  const abort = new AbortController();
  const reason = new Error("stopped");
  const { result, requests } = await run(
    [{ parts: [call("a")] }],
    async ({ id }) => {
      abort.abort(reason);
      return { type: "tool-result", toolCallId: id, result: null, isError: true };
    },
    abort.signal,
  );
  expect(result).toBe(reason);
  expect(requests).toHaveLength(1);
});

test("a call's id is unique in the whole conversation, though providers count anew in each response", async () => {
  const { result, requests } = await run([
    { parts: [call("call_1")] },
    { parts: [call("call_1")] },
    { parts: [text("Done.")] },
  ]);
  const ids = JSON.stringify(result).match(/"id":"[^"]+"/g);
  expect(ids).toEqual(['"id":"call_1"', '"id":"call_1_2"']);
  expect(requests).toHaveLength(3);
});
