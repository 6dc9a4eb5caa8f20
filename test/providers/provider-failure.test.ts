import { expect, test } from "@jest/globals";
import { providerFailure, readRetryAfter, troubleOfStatus } from "../../src/providers/provider-failure";
import { readToolArguments } from "../../src/providers/tool-arguments";

test.each([
  [400, "REQUEST_REFUSED"],
  [401, "KEY_REFUSED"],
  [402, "CREDIT_EXHAUSTED"],
  [403, "KEY_REFUSED"],
  [404, "MODEL_MISSING"],
  [408, "UNAVAILABLE"],
  [409, "UNAVAILABLE"],
  [413, "CONTEXT_TOO_LONG"],
  [422, "REQUEST_REFUSED"],
  [429, "RATE_LIMITED"],
  [500, "UNAVAILABLE"],
  [503, "UNAVAILABLE"],
  [529, "UNAVAILABLE"],
])("status %i is %s", (status, trouble) => {
  expect(troubleOfStatus(status)).toBe(trouble);
});

test.each([
  [{}, undefined],
  [{ "retry-after": "" }, undefined],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": "12" }, 12],
  [{ "retry-after": " 1.5 " }, 1.5],
  [{ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, 0],
])("the headers %j ask for %p seconds", (headers, seconds) => {
  expect(readRetryAfter(new Headers(headers))).toBe(seconds);
});

test("a date in retry-after counts from now", () => {
  const inAMinute = new Date(Date.now() + 60_000).toUTCString();
  const seconds = readRetryAfter(new Headers({ "retry-after": inAMinute })) ?? 0;
  expect(seconds).toBeGreaterThan(57);
  expect(seconds).toBeLessThanOrEqual(60);
});

test("a failure names the provider and carries what it was told", () => {
  const failure = providerFailure("RATE_LIMITED", { provider: "OPENAI", status: 429, retryAfterSeconds: 3 });
  expect(failure).toMatchObject({ code: "PROVIDER_RATE_LIMITED", retryable: true, retryAfterSeconds: 3 });
  expect(failure.message).toMatch(/^OpenAI is limiting requests/);
});

test.each([
  ["", { arguments: {} }],
  [" ", { arguments: {} }],
  ['{"a":[1]}', { arguments: { a: [1] } }],
  ['{"a":', { arguments: {}, invalidArguments: '{"a":' }],
  ["[]", { arguments: {}, invalidArguments: "[]" }],
  ["null", { arguments: {}, invalidArguments: "null" }],
  ["7", { arguments: {}, invalidArguments: "7" }],
])("the tool arguments %j are read", (text, read) => {
  expect(readToolArguments(text)).toEqual(read);
});
