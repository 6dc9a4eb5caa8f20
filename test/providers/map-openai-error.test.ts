import { expect, test } from "@jest/globals";
import { APIConnectionError, APIConnectionTimeoutError, APIError } from "openai";
import { mapOpenAiError } from "../../src/providers/openai/map-openai-error";

interface ErrorBody {
  type?: string | null;
  code?: string | null;
  message?: string;
  param?: string | null;
}

const httpError = (status: number, error: ErrorBody, headers = {}) =>
  APIError.generate(status, { error: { message: "words", param: null, ...error } }, undefined, new Headers(headers));
const errorEvent = (code: string | null) =>
  new APIError(undefined, { type: "error", code, message: "words", param: null }, undefined, undefined);

test.each([
  ["server_error", "PROVIDER_UNAVAILABLE", true],
  ["rate_limit_exceeded", "PROVIDER_RATE_LIMITED", true],
  ["insufficient_quota", "PROVIDER_QUOTA_EXCEEDED", false],
  ["context_length_exceeded", "CONTEXT_TOO_LONG", false],
  ["invalid_prompt", "INTERNAL", false],
  ["something_new", "PROVIDER_UNAVAILABLE", true],
  [null, "PROVIDER_UNAVAILABLE", true],
] as const)("an error event with the code %s is %s", (code, expected, retryable) => {
  expect(mapOpenAiError(errorEvent(code))).toMatchObject({ code: expected, retryable });
});

test.each([
  "insufficient_quota",
  "credit_balance_exhausted",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
])("a 429 of type insufficient_quota for %s is no rate limit", (code) => {
  const error = httpError(429, { type: "insufficient_quota", code });
  expect(mapOpenAiError(error)).toMatchObject({ code: "PROVIDER_QUOTA_EXCEEDED", retryable: false });
});

test("a request that is larger than a minute's allowance is too long, not too early", () => {
  const message = "Request too large for gpt-5.2 on tokens per min (TPM): Limit 30000, Requested 40000.";
  const error = httpError(429, { type: "tokens", code: "rate_limit_exceeded", message });
  expect(mapOpenAiError(error)).toMatchObject({ code: "CONTEXT_TOO_LONG", retryable: false });
});

test.each([
  [404, { type: "invalid_request_error", code: "model_not_found" }],
  [403, { type: "invalid_request_error", code: "model_not_found" }],
  [
    400,
    {
      type: "invalid_request_error",
      code: "unsupported_value",
      param: "stream",
      message: "Your organization must be verified to stream this model.",
    },
  ],
])("a model that the key may not call is named as the trouble, on %i %j", (status, body) => {
  const failure = mapOpenAiError(httpError(status, body));
  expect(failure).toMatchObject({ code: "PROVIDER_UNAVAILABLE", retryable: false });
  expect(failure.message).toMatch(/model is not available to this OpenAI key/);
});

test("a place that OpenAI does not serve says nothing of the key", () => {
  const error = httpError(403, { type: "request_forbidden", code: "unsupported_country_region_territory" });
  expect(mapOpenAiError(error)).toMatchObject({ code: "INTERNAL", retryable: false });
});

test("no answer in time and no connection are open to a retry", () => {
  const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  const unreachable = mapOpenAiError(new APIConnectionError({ cause: new Error("fetch failed", { cause: refused }) }));
  expect(unreachable).toMatchObject({ code: "PROVIDER_UNAVAILABLE", retryable: true });
  expect(String(unreachable.cause)).toBe("Error: OPENAI UNREACHABLE ECONNREFUSED");
  const late = mapOpenAiError(new APIConnectionTimeoutError());
  expect(late).toMatchObject({ code: "PROVIDER_UNAVAILABLE", retryable: true });
  expect(late.message).toMatch(/in time/);
});

test("the cause keeps the status and the code, else the type, and no word of OpenAI's", () => {
  const cause = (error: ErrorBody) => String(mapOpenAiError(httpError(401, error)).cause);
  expect(cause({ type: "invalid_request_error", code: "invalid_api_key", message: "Incorrect API key: sk-1" })).toBe(
    "Error: OPENAI KEY_REFUSED 401 invalid_api_key",
  );
  expect(cause({ type: "invalid_request_error", code: null })).toBe(
    "Error: OPENAI KEY_REFUSED 401 invalid_request_error",
  );
  expect(cause({ type: "sk-secret-1", code: "sk-secret-1" })).toBe("Error: OPENAI KEY_REFUSED 401");
});

test("whatever else is thrown becomes a failure that no retry mends, without its words", () => {
  const failure = mapOpenAiError(new TypeError("Bearer sk-secret-1 is an invalid header value"));
  expect(failure).toMatchObject({ code: "INTERNAL", retryable: false });
  expect(`${failure.message}${failure.cause}`).not.toContain("secret");
});
