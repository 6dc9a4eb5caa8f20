import { expect, test } from "@jest/globals";

import type { Message } from "../../src/providers/language-model";
import { contentOf, conversationContent } from "../../src/tracing/trace-content";
import { CONTENT_CHARACTERS } from "../../src/tracing/trace-limits";
import { usageDetails } from "../../src/tracing/usage-details";

const says = (role: "user" | "assistant", text: string): Message => ({ role, content: [{ type: "text", text }] });

test("a conversation begins with the instructions", () => {
  const messages = [says("user", "Hello"), says("assistant", "Yes?")];
  expect(JSON.parse(conversationContent("Be brief.", messages))).toEqual([
    { role: "system", content: "Be brief." },
    ...messages,
  ]);
});

test("of a long conversation the newest messages are kept, whole, and the rest is counted", () => {
  const messages = Array.from({ length: 20 }, (_, index) =>
    says("user", `${index} ${"x".repeat(CONTENT_CHARACTERS / 10)}`),
  );
  const content = JSON.parse(conversationContent("Be brief.", messages));
  const kept = content.length - 2;
  expect(kept).toBeGreaterThan(5);
  expect(content).toEqual([
    { role: "system", content: "Be brief." },
    { role: "system", content: `[${20 - kept} earlier messages]` },
    ...messages.slice(-kept),
  ]);
});

test("the newest message is there even where there is no room for it, and is cut", () => {
  const content = conversationContent("Be brief.", [
    says("user", "a"),
    says("user", "z".repeat(2 * CONTENT_CHARACTERS)),
  ]);
  expect(content).toMatch(
    /^\[\{"role":"system","content":"Be brief\."\},.*\[1 earlier messages\].*z… \[cut: \d+ characters\]$/,
  );
});

test("sealed reasoning is said to be there and left out", () => {
  const message: Message = { role: "assistant", content: [{ type: "reasoning", provider: "OPENAI", data: "sealed" }] };
  expect(conversationContent("", [message])).not.toContain("sealed");
  expect(conversationContent("", [message])).toContain('{"type":"reasoning"}');
});

test.each([
  [undefined, "null"],
  ["Hello", '"Hello"'],
  [{ a: [1] }, '{"a":[1]}'],
])("%p is JSON text", (value, text) => {
  expect(contentOf(value)).toBe(text);
});

test("every token stands under one name, so that the names add up to the total", () => {
  const usage = { inputTokens: 100, cacheReadTokens: 30, cacheWriteTokens: 20, outputTokens: 50, reasoningTokens: 16 };
  const { total, ...parts } = usageDetails(usage);
  expect(parts).toEqual({
    input: 100,
    input_cache_read: 30,
    input_cache_creation: 20,
    output: 34,
    output_reasoning: 16,
  });
  expect(Object.values(parts).reduce((sum, tokens) => sum + tokens)).toBe(total);
});

test("reasoning that the provider does not tell is not 0 but absent", () => {
  const usage = { inputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 5, reasoningTokens: null };
  expect(usageDetails(usage)).toEqual({ input: 1, input_cache_read: 0, input_cache_creation: 0, output: 5, total: 6 });
});
