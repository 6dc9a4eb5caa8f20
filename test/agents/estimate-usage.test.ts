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

function cut(lastCall: Partial<LastCall>, stoppedByUs = false) {
  const { usage, usageSource } = usageOfCutSession(REPORTED, { ...NO_CALL, ...lastCall }, stoppedByUs);
  return { input: usage.inputTokens, output: usage.outputTokens, usageSource };
}

test("what the provider has reported stands, where the text says no more", () => {
  expect(cut({ textLength: 31 })).toEqual({ input: 100, output: 7, usageSource: "CHECKPOINT" });
});

test("output is counted from the text, low, beyond what was counted before the call", () => {
  expect(cut({ textLength: 35 })).toEqual({ input: 100, output: 8, usageSource: "ESTIMATED" });
  expect(cut({ outputTokensBefore: 7, textLength: 35 })).toEqual({ input: 100, output: 15, usageSource: "ESTIMATED" });
});

test("a prompt whose answer we did not wait for was read by the provider, and counts", () => {
  expect(cut({ uncountedPrompt: PROMPT }, true)).toEqual({ input: 200, output: 7, usageSource: "ESTIMATED" });
});

test("a prompt that the provider refused or lost does not count", () => {
  expect(cut({ uncountedPrompt: PROMPT })).toEqual({ input: 100, output: 7, usageSource: "CHECKPOINT" });
});

test("a prompt whose answer had begun counts, whoever broke it off", () => {
  expect(cut({ uncountedPrompt: PROMPT, textLength: 4 })).toEqual({ input: 200, output: 7, usageSource: "ESTIMATED" });
});
