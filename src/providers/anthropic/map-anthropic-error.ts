import { APIConnectionError, APIConnectionTimeoutError, APIError } from "@anthropic-ai/sdk";
import type { TurnFailure } from "../../errors";
import type { ProviderTrouble } from "../provider-failure";
import { providerFailure, readRetryAfter, troubleOfStatus } from "../provider-failure";
import { systemCode } from "../system-code";

/** The HTTP status each error type comes with. An error event in a stream has the type only. */
const STATUS_OF_TYPE: Record<string, number> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** Error codes of an account that may not spend more. They come with a 429, but waiting does not help. */
const SPEND_LIMIT_CODES = ["contract_spend_limit_reached", "enforced_spend_limit_reached"];

// Anthropic tells these two from other refused requests by their words only.
const CREDIT_EXHAUSTED = /credit balance is too low/i;
const PROMPT_TOO_LONG = /prompt is too long|exceed context limit/i;

/** What the SDK threw while a call was being made, or found as an error event in its stream. */
export function mapAnthropicError(error: unknown): TurnFailure {
  if (error instanceof APIConnectionTimeoutError) return providerFailure("NO_ANSWER", { provider: "CLAUDE" });
  if (error instanceof APIConnectionError) {
    return providerFailure("UNREACHABLE", { provider: "CLAUDE", errorType: systemCode(error.cause) });
  }
  if (!(error instanceof APIError)) return providerFailure("REQUEST_REFUSED", { provider: "CLAUDE" });

  const errorType = error.type ?? undefined;
  const status = error.status ?? STATUS_OF_TYPE[errorType ?? ""] ?? 500;
  return providerFailure(troubleOf(error, status), {
    provider: "CLAUDE",
    status,
    errorType,
    retryAfterSeconds: readRetryAfter(error.headers),
  });
}

function troubleOf(error: APIError, status: number): ProviderTrouble {
  if (error.errorCode !== null && SPEND_LIMIT_CODES.includes(error.errorCode)) return "CREDIT_EXHAUSTED";
  if (error.type === "billing_error") return "CREDIT_EXHAUSTED";
  if (status === 400 && CREDIT_EXHAUSTED.test(error.apiMessage ?? "")) return "CREDIT_EXHAUSTED";
  if (status === 400 && PROMPT_TOO_LONG.test(error.apiMessage ?? "")) return "CONTEXT_TOO_LONG";
  return troubleOfStatus(status);
}
