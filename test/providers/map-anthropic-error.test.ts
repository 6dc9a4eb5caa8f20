import { APIConnectionError, APIConnectionTimeoutError, APIError } from "@anthropic-ai/sdk";
import { expect, test } from "@jest/globals";
import { mapAnthropicError } from "../../src/providers/anthropic/map-anthropic-error";

const body = (type: string, message: string, details?: object) => ({
  type: "error",
  error: { type, message, details },
  request_id: null,
});
const httpError = (status: number, type: string, message = "words", headers = {}, details?: object) =>
  APIError.generate(status, body(type, message, details), undefined, new Headers(headers));
const errorEvent = (type: string) => new APIError(undefined, body(type, "words"), undefined, new Headers());

test.each([
  ["overloaded_error", "PROVIDER_UNAVAILABLE", true],
  ["api_error", "PROVIDER_UNAVAILABLE", true],
  ["timeout_error", "PROVIDER_UNAVAILABLE", true],
  ["rate_limit_error", "PROVIDER_RATE_LIMITED", true],
  ["billing_error", "PROVIDER_QUOTA_EXCEEDED", false],
  ["invalid_request_error", "INTERNAL", false],
  ["something_new", "PROVIDER_UNAVAILABLE", true],
] as const)("an error event of type %s is %s", (type, code, retryable) => {
  expect(mapAnthropicError(errorEvent(type))).toMatchObject({ code, retryable });
});

test.each(["contract_spend_limit_reached", "enforced_spend_limit_reached"])("a 429 for %s is no rate limit", (code) => {
  const error = httpError(429, "rate_limit_error", "words", {}, { error_code: code });
  expect(mapAnthropicError(error)).toMatchObject({ code: "PROVIDER_QUOTA_EXCEEDED", retryable: false });
});

test("words about credit or length count in a 400 only", () => {
  expect(mapAnthropicError(httpError(500, "api_error", "prompt is too long")).code).toBe("PROVIDER_UNAVAILABLE");
});

test("a model that the key may not call is named as the trouble", () => {
  expect(mapAnthropicError(httpError(404, "not_found_error")).message).toMatch(
    /model is not available to this Claude key/,
  );
});

test("no answer in time and no connection are open to a retry", () => {
  const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  const unreachable = mapAnthropicError(
    new APIConnectionError({ cause: new Error("fetch failed", { cause: refused }) }),
  );
  expect(unreachable).toMatchObject({ code: "PROVIDER_UNAVAILABLE", retryable: true });
  expect(String(unreachable.cause)).toBe("Error: CLAUDE UNREACHABLE ECONNREFUSED");
  const late = mapAnthropicError(new APIConnectionTimeoutError());
  expect(late).toMatchObject({ code: "PROVIDER_UNAVAILABLE", retryable: true });
  expect(late.message).toMatch(/in time/);
});

test("the cause keeps the status and the type, and no word of the provider's", () => {
  expect(String(mapAnthropicError(httpError(401, "authentication_error", "bad sk-ant-secret-1")).cause)).toBe(
    "Error: CLAUDE KEY_REFUSED 401 authentication_error",
  );
  expect(String(mapAnthropicError(httpError(401, "sk-ant-secret-1")).cause)).toBe("Error: CLAUDE KEY_REFUSED 401");
});

test("whatever else is thrown becomes a failure that no retry mends, without its words", () => {
  const failure = mapAnthropicError(new TypeError("Bearer sk-ant-secret-1 is an invalid header value"));
  expect(failure).toMatchObject({ code: "INTERNAL", retryable: false });
  expect(`${failure.message}${failure.cause}`).not.toContain("secret");
});
