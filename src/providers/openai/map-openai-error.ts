import { APIConnectionError, APIConnectionTimeoutError, APIError } from "openai";
import type { TurnFailure } from "../../errors";
import type { ProviderTrouble } from "../provider-failure";
import { providerFailure, readRetryAfter, troubleOfStatus } from "../provider-failure";
import { systemCode } from "../system-code";

/** What OpenAI's codes mean, where the HTTP status says less or there is none, as with an error event in a stream. */
const TROUBLE_OF_CODE: Record<string, ProviderTrouble> = {
  insufficient_quota: "CREDIT_EXHAUSTED",
  billing_not_active: "CREDIT_EXHAUSTED",
  billing_hard_limit_reached: "CREDIT_EXHAUSTED",
  credit_balance_exhausted: "CREDIT_EXHAUSTED",
  context_length_exceeded: "CONTEXT_TOO_LONG",
  // Comes with a 403 too, for a model that the key's project may not use: the key itself is good.
  model_not_found: "MODEL_MISSING",
  // A 403 that says nothing of the key, but of where this server stands.
  unsupported_country_region_territory: "REQUEST_REFUSED",
  invalid_api_key: "KEY_REFUSED",
  rate_limit_exceeded: "RATE_LIMITED",
  invalid_prompt: "REQUEST_REFUSED",
  bio_policy: "REQUEST_REFUSED",
};

// OpenAI tells these two from others of their status by their words only.
const TOO_LARGE_FOR_RATE_LIMIT = /^(\d+ )?request too large/i;
const ORGANIZATION_UNVERIFIED = /organization must be verified/i;

/** What the SDK threw while a call was being made, or what an error event in its stream said. */
export function mapOpenAiError(error: unknown): TurnFailure {
  if (error instanceof APIConnectionTimeoutError) return providerFailure("NO_ANSWER", { provider: "OPENAI" });
  if (error instanceof APIConnectionError) {
    return providerFailure("UNREACHABLE", { provider: "OPENAI", errorType: systemCode(error.cause) });
  }
  if (!(error instanceof APIError)) return providerFailure("REQUEST_REFUSED", { provider: "OPENAI" });

  return providerFailure(troubleOf(error), {
    provider: "OPENAI",
    status: error.status,
    errorType: error.code ?? error.type,
    retryAfterSeconds: readRetryAfter(error.headers),
  });
}

function troubleOf({ status, code, type, message }: APIError): ProviderTrouble {
  // No wait helps a request that is larger than a whole minute's allowance.
  if (status === 429 && TOO_LARGE_FOR_RATE_LIMIT.test(message)) return "CONTEXT_TOO_LONG";
  if (status !== undefined && status < 500 && ORGANIZATION_UNVERIFIED.test(message)) return "MODEL_MISSING";
  return TROUBLE_OF_CODE[code ?? ""] ?? TROUBLE_OF_CODE[type ?? ""] ?? troubleOfStatus(status ?? 500);
}
