import { expect, test } from "@jest/globals";

import { RequestError } from "../../src/errors";
import { maskKey, parseProviderKey } from "../../src/provider-keys/key-shape";
import type { LlmProvider } from "../../src/providers/language-model";
import { Secret } from "../../src/secret";

function refusal(provider: LlmProvider, text: string): RequestError {
  try {
    parseProviderKey(provider, text);
  } catch (error) {
    if (error instanceof RequestError) return error;
  }
  throw new Error("It was accepted.");
}

test.each<[LlmProvider, string, string]>([
  ["CLAUDE", "sk-ant-api03-abcdefgh-x4Qz", "sk-ant-api03-abcdefgh-x4Qz"],
  ["CLAUDE", " \n\tsk-ant-api03-abcdefgh-x4Qz\r\n ", "sk-ant-api03-abcdefgh-x4Qz"],
  ["CLAUDE", "sk-ant-x", "sk-ant-x"],
  ["CLAUDE", `sk-ant-${"x".repeat(505)}`, `sk-ant-${"x".repeat(505)}`],
  ["CLAUDE", "sk-ant-!~{}\"'\\", "sk-ant-!~{}\"'\\"],
  ["OPENAI", "sk-proj-abcdefgh", "sk-proj-abcdefgh"],
  ["OPENAI", "sk-12345", "sk-12345"],
  ["OPENAI", "sk-antelope", "sk-antelope"],
])("%s takes %j", (provider, text, key) => {
  expect(parseProviderKey(provider, text).use((plaintext) => plaintext)).toBe(key);
});

test.each<[LlmProvider, string, RegExp]>([
  ["CLAUDE", "", /not a key for Claude.*begins with "sk-ant-"/],
  ["CLAUDE", "hunter2-is-my-password", /not a key for Claude.*begins with "sk-ant-"/],
  ["CLAUDE", "SK-ANT-abcdefgh", /not a key for Claude/],
  ["CLAUDE", "sk-proj-abcdefgh", /looks like a key for OpenAI: configure it there.*begins with "sk-ant-"/],
  ["CLAUDE", "sk-ant-", /8 to 512 characters/],
  ["CLAUDE", `sk-ant-${"x".repeat(506)}`, /8 to 512 characters/],
  ["CLAUDE", "sk-ant-abc defgh", /without a space/],
  ["CLAUDE", "sk-ant-abcdefgh\nsk-ant-ijklmnop", /without a space or line break/],
  ["CLAUDE", "sk-ant-abcdéfgh", /printable ASCII/],
  ["CLAUDE", "sk-ant-abcd\u0000efgh", /printable ASCII/],
  ["CLAUDE", "sk-ant-abcd\u200befgh", /printable ASCII/],
  ["CLAUDE", "sk-ant-…x4Qz", /printable ASCII/],
  ["OPENAI", "sk-ant-abcdefgh", /looks like a key for Claude: configure it there.*not with "sk-ant-"/],
  ["OPENAI", "rk_live_abcdefgh", /not a key for OpenAI/],
  ["OPENAI", "sk-1234", /8 to 512 characters/],
])("%s refuses %j and says what is expected, without repeating it", (provider, text, sentence) => {
  const error = refusal(provider, text);
  expect(error.code).toBe("BAD_USER_INPUT");
  expect(error.field).toEqual(["input", "apiKey"]);
  expect(error.message).toMatch(sentence);
  const typed = text.trim().replace(/^sk-(ant-)?/, "");
  if (typed !== "") expect(error.message).not.toContain(typed);
});

test.each<[LlmProvider, string, string]>([
  ["CLAUDE", "sk-ant-api03-abcdefgh-x4Qz", "sk-ant-…x4Qz"],
  ["OPENAI", "sk-proj-abcdefghijkl-x4Qz", "sk-…x4Qz"],
  ["CLAUDE", "sk-ant-1234x4Qz", "sk-ant-…x4Qz"],
  ["CLAUDE", "sk-ant-123x4Qz", "sk-ant-…"],
  ["CLAUDE", "sk-ant-x", "sk-ant-…"],
  ["OPENAI", "sk-12345", "sk-…"],
])("the masked form of a %s key %j is %j", (provider, key, masked) => {
  expect(maskKey(provider, new Secret(key))).toBe(masked);
});
