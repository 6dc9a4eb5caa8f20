// The error family. Everything that may reach a client is one of the two classes below and carries a sentence of our own:
// a provider's words are never forwarded, because they may echo a key. Whatever is neither class is a fault of ours and is masked.

/** Why a request was not accepted. The doors turn it into a GraphQL error, a `userErrors` entry or an HTTP status. */
export type RequestErrorCode =
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "BAD_USER_INPUT"
  | "INVALID_PROVIDER_KEY"
  | "PROVIDER_UNREACHABLE"
  | "PROVIDER_NOT_CONFIGURED"
  | "MODEL_NOT_AVAILABLE"
  | "IDEMPOTENCY_KEY_MISMATCH"
  | "THREAD_BUSY"
  | "TURN_ALREADY_ENDED"
  | "RATE_LIMITED"
  | "SERVICE_UNAVAILABLE";

/** A request that was refused before anything was started or stored. `message` is safe to show to the user as it is. */
export class RequestError extends Error {
  readonly code: RequestErrorCode;
  /** Path of the offending input, e.g. `["input", "apiKey"]`. */
  readonly field: readonly string[] | undefined;
  /** When the same request may do better. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: RequestErrorCode, message: string, field?: readonly string[], retryAfterSeconds?: number) {
    super(message);
    this.name = "RequestError";
    this.code = code;
    this.field = field;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Why an accepted turn failed. */
export type TurnErrorCode =
  | "PROVIDER_AUTHENTICATION_FAILED"
  | "PROVIDER_RATE_LIMITED"
  | "PROVIDER_QUOTA_EXCEEDED"
  | "PROVIDER_UNAVAILABLE"
  | "CONTEXT_TOO_LONG"
  | "PROVIDER_KEY_UNREADABLE"
  | "PROVIDER_STREAM_BROKEN"
  | "INTERRUPTED"
  | "TIMEOUT"
  | "INTERNAL";

// Decided here once: whether the same request may do better later. Nobody downstream guesses from a status or a text.
const RETRYABLE: Record<TurnErrorCode, boolean> = {
  PROVIDER_AUTHENTICATION_FAILED: false,
  PROVIDER_RATE_LIMITED: true,
  PROVIDER_QUOTA_EXCEEDED: false,
  PROVIDER_UNAVAILABLE: true,
  CONTEXT_TOO_LONG: false,
  PROVIDER_KEY_UNREADABLE: false,
  PROVIDER_STREAM_BROKEN: true,
  INTERRUPTED: true,
  TIMEOUT: true,
  INTERNAL: true,
};

export interface TurnFailureOptions {
  /** Overrides the code's own answer, e.g. a 400 that no retry can mend. */
  retryable?: boolean;
  /** Seconds the provider asked us to wait. */
  retryAfterSeconds?: number;
  /** Kept for the log, redacted there; never sent to a client. */
  cause?: unknown;
}

/** An accepted turn that could not be finished. `message` is safe to show to the user as it is. */
export class TurnFailure extends Error {
  readonly code: TurnErrorCode;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: TurnErrorCode, message: string, options: TurnFailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "TurnFailure";
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE[code];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
