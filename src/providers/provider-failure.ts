// Every way a model call fails, in our own words. A provider's text never enters a `TurnFailure`, not even its cause: it may
// echo the key. What is kept for the log is the status and the provider's short name for the error.

import type { TurnErrorCode } from "../errors";
import { TurnFailure } from "../errors";
import type { LlmProvider } from "./language-model";
import { PROVIDER_NAMES } from "./provider-names";

export type ProviderTrouble =
  | "KEY_REFUSED"
  | "CREDIT_EXHAUSTED"
  | "MODEL_MISSING"
  | "CONTEXT_TOO_LONG"
  | "RATE_LIMITED"
  | "REQUEST_REFUSED"
  | "UNAVAILABLE"
  | "UNREACHABLE"
  | "NO_ANSWER"
  | "STREAM_BROKEN";

export interface ProviderFailureDetails {
  provider: LlmProvider;
  /** HTTP status; left out where there was none. */
  status?: number | undefined;
  /** The provider's or the system's short name for the error, e.g. `overloaded_error` or `ECONNREFUSED`. */
  errorType?: string | undefined;
  retryAfterSeconds?: number | undefined;
}

interface TroubleEntry {
  code: TurnErrorCode;
  /** Left out where the code's own answer holds. */
  retryable?: boolean;
  sentence(name: string): string;
}

const TROUBLES: Record<ProviderTrouble, TroubleEntry> = {
  KEY_REFUSED: {
    code: "PROVIDER_AUTHENTICATION_FAILED",
    sentence: (name) => `${name} did not accept the API key. An admin must configure a new one.`,
  },
  CREDIT_EXHAUSTED: {
    code: "PROVIDER_QUOTA_EXCEEDED",
    sentence: (name) => `The ${name} account has no credit left. Add credit or raise its spend limit, then try again.`,
  },
  MODEL_MISSING: {
    code: "PROVIDER_UNAVAILABLE",
    retryable: false,
    sentence: (name) =>
      `The model is not available to this ${name} key. Use a key that may call it, or choose another mode for the buddy.`,
  },
  CONTEXT_TOO_LONG: {
    code: "CONTEXT_TOO_LONG",
    sentence: () => "The conversation is too long for the model. Start a new thread or send a shorter message.",
  },
  RATE_LIMITED: {
    code: "PROVIDER_RATE_LIMITED",
    sentence: (name) => `${name} is limiting requests at the moment. Wait a little, then try again.`,
  },
  REQUEST_REFUSED: {
    code: "INTERNAL",
    retryable: false,
    sentence: (name) =>
      `${name} refused the request. Trying again will not help; please report it, and quote the request id.`,
  },
  UNAVAILABLE: {
    code: "PROVIDER_UNAVAILABLE",
    sentence: (name) => `${name} is not available at the moment. Try again in a few minutes.`,
  },
  UNREACHABLE: {
    code: "PROVIDER_UNAVAILABLE",
    sentence: (name) => `${name} could not be reached. Try again in a few minutes.`,
  },
  NO_ANSWER: {
    code: "PROVIDER_UNAVAILABLE",
    sentence: (name) => `${name} did not begin to answer in time. Try again.`,
  },
  STREAM_BROKEN: {
    code: "PROVIDER_STREAM_BROKEN",
    sentence: (name) => `${name}'s answer broke off before its end. Try again.`,
  },
};

/** A short name and nothing else: no key, which has hyphens, and no sentence fits this. */
const SHORT_NAME = /^[A-Za-z][A-Za-z_]{0,63}$/;

export function providerFailure(trouble: ProviderTrouble, details: ProviderFailureDetails): TurnFailure {
  const { code, retryable, sentence } = TROUBLES[trouble];
  return new TurnFailure(code, sentence(PROVIDER_NAMES[details.provider]), {
    ...(retryable === undefined ? {} : { retryable }),
    ...(details.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: details.retryAfterSeconds }),
    cause: new Error(describe(trouble, details)),
  });
}

/** What an HTTP status means where the provider says nothing more exact. */
export function troubleOfStatus(status: number): ProviderTrouble {
  switch (status) {
    case 401:
    case 403:
      return "KEY_REFUSED";
    case 402:
      return "CREDIT_EXHAUSTED";
    case 404:
      return "MODEL_MISSING";
    case 413:
      return "CONTEXT_TOO_LONG";
    case 429:
      return "RATE_LIMITED";
    // A timeout and a conflict on the provider's side: the same request may do better later.
    case 408:
    case 409:
      return "UNAVAILABLE";
    default:
      return status >= 500 ? "UNAVAILABLE" : "REQUEST_REFUSED";
  }
}

/** Seconds that a `retry-after` header asks for, given as seconds or as a date; undefined where it says nothing usable. */
export function readRetryAfter(headers: Headers | undefined): number | undefined {
  const value = headers?.get("retry-after")?.trim();
  if (!value) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

function describe(trouble: ProviderTrouble, { provider, status, errorType }: ProviderFailureDetails): string {
  const shortName = errorType !== undefined && SHORT_NAME.test(errorType) ? errorType : undefined;
  return [provider, trouble, status, shortName].filter((word) => word !== undefined).join(" ");
}
