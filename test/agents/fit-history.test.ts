import { expect, test } from "@jest/globals";

import { fitHistory } from "../../src/agents/fit-history";
import { asksPrompt, saysText } from "../../src/agents/thread-history";
import type { Message } from "../../src/providers/language-model";

const PROMPT = asksPrompt("And now?");
const LONG = "x".repeat(30_000);

function fitted(history: Message[], contextWindow: number) {
  return fitHistory({ instructions: "Be brief.", tools: [], history, prompt: PROMPT, contextWindow });
}

/** A turn with a tool call, about 10,000 tokens by the estimate. */
function turn(name: string): Message[] {
  return [
    asksPrompt(name),
    { role: "assistant", content: [{ type: "tool-call", id: name, name: "look", arguments: {} }] },
    { role: "user", content: [{ type: "tool-result", toolCallId: name, result: LONG, isError: false }] },
    saysText(`${name} is done`),
  ];
}

test("what fits is left as it is", () => {
  const history = [...turn("one"), ...turn("two")];
  expect(fitted(history, 200_000)).toEqual({ messages: [...history, PROMPT], truncated: false });
});

test("the oldest turns go first, and go whole: a tool call is never without its result", () => {
  const history = [...turn("one"), ...turn("two"), ...turn("three")];
  expect(fitted(history, 16_384 + 25_000)).toEqual({
    messages: [...turn("two"), ...turn("three"), PROMPT],
    truncated: true,
  });
  expect(fitted(history, 16_384 + 12_000)).toEqual({ messages: [...turn("three"), PROMPT], truncated: true });
});

test("the prompt always stays, whatever else must go", () => {
  expect(fitted(turn("one"), 1_000)).toEqual({ messages: [PROMPT], truncated: true });
  expect(fitted([], 1_000)).toEqual({ messages: [PROMPT], truncated: false });
});

test("instructions and tools count too", () => {
  const options = {
    instructions: LONG,
    tools: [],
    history: turn("one"),
    prompt: PROMPT,
    contextWindow: 16_384 + 15_000,
  };
  expect(fitHistory(options).truncated).toBe(true);
  expect(fitHistory({ ...options, instructions: "" }).truncated).toBe(false);
});

test("text of more bytes to a character counts for more", () => {
  const history = (text: string): Message[] => [asksPrompt(text), saysText("ok")];
  expect(fitted(history("a".repeat(30_000)), 16_384 + 11_000).truncated).toBe(false);
  expect(fitted(history("漢".repeat(30_000)), 16_384 + 11_000).truncated).toBe(true);
});
