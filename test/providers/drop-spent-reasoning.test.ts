import { expect, test } from "@jest/globals";
import { dropSpentReasoning } from "../../src/providers/drop-spent-reasoning";
import type { LlmProvider, Message, ReasoningBlock } from "../../src/providers/language-model";

const thought = (provider: LlmProvider, data: string): ReasoningBlock => ({ type: "reasoning", provider, data });
const asks: Message = { role: "user", content: [{ type: "text", text: "Any leads?" }] };
const calls = (...thoughts: ReasoningBlock[]): Message => ({
  role: "assistant",
  content: [...thoughts, { type: "tool-call", id: "t1", name: "now", arguments: {} }],
});
const resulted: Message = {
  role: "user",
  content: [{ type: "tool-result", toolCallId: "t1", result: "noon", isError: false }],
};

test("keeps a provider's own reasoning since the user's last words, and no other", () => {
  const messages = [
    asks,
    calls(thought("OPENAI", "earlier turn")),
    resulted,
    asks,
    calls(thought("OPENAI", "first"), thought("CLAUDE", "foreign")),
    resulted,
    calls(thought("OPENAI", "second")),
    resulted,
  ];
  const before = structuredClone(messages);
  const kept = [
    asks,
    calls(),
    resulted,
    asks,
    calls(thought("OPENAI", "first")),
    resulted,
    calls(thought("OPENAI", "second")),
    resulted,
  ];
  expect(dropSpentReasoning(messages, "OPENAI")).toEqual(kept);
  expect(messages).toEqual(before);
});
