import { expect, test } from "@jest/globals";

import { type LastCall, NO_CALL, type Prompt, usageOfCutSession } from "../../src/agents/estimate-usage";
import type { TokenUsage } from "../../src/agents/token-usage";

const REPORTED: TokenUsage = {
  inputTokens: 100,
  outputTokens: 7,
  cacheReadTokens: 5,
  cacheWriteTokens: 3,
  reasoningTokens: null,
};

/** 400 characters, and with them 100 tokens. */
const PROMPT: Prompt = {
  system: "s".repeat(100),
  tools: [{ name: "look", description: "d".repeat(83), inputSchema: { type: "object" } }],
  messages: [
    { role: "user", content: [{ type: "text", text: "t".repeat(100) }] },
    {
      role: "assistant",
      content: [
        { type: "reasoning", provider: "CLAUDE", data: "sealed" },
        { type: "tool-call", id: "a", name: "look", arguments: { at: "a".repeat(31) } },
      ],
    },
    { role: "user", content: [{ type: "tool-result", toolCallId: "a", result: "r".repeat(60), isError: false }] },
  ],
};

function cut(lastCall: Partial<LastCall>) {
  const { usage, usageSource } = usageOfCutSession(REPORTED, { ...NO_CALL, ...lastCall });
  return { input: usage.inputTokens, output: usage.outputTokens, usageSource };
}

test("what the provider has reported stands, where the text says no more", () => {
  expect(cut({ textLength: 31 })).toEqual({ input: 100, output: 7, usageSource: "CHECKPOINT" });
});

test("output is counted from the text, low, beyond what was counted before the call", () => {
  expect(cut({ textLength: 35 })).toEqual({ input: 100, output: 8, usageSource: "ESTIMATED" });
  expect(cut({ outputTokensBefore: 7, textLength: 35 })).toEqual({ input: 100, output: 15, usageSource: "ESTIMATED" });
});

test("a prompt without an answer does not count: nobody can prove that it was read", () => {
  expect(cut({ uncountedPrompt: PROMPT })).toEqual({ input: 100, output: 7, usageSource: "CHECKPOINT" });
});

test("a prompt that its provider has not counted yet counts, low, once its answer has begun", () => {
  expect(cut({ uncountedPrompt: PROMPT, textLength: 4 })).toEqual({ input: 200, output: 7, usageSource: "ESTIMATED" });
});
