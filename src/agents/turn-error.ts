import { TurnFailure } from "../errors";
import type { TurnError } from "./agent-session.entity";

/** What is stored and shown of a failure. Whatever is not one of our typed failures is a fault on our side, and stays masked. */
export function turnErrorOf(error: unknown, requestId: string): TurnError {
  const failure =
    error instanceof TurnFailure
      ? error
      : new TurnFailure("INTERNAL", "Something went wrong on our side. Quote the request id when you report it.");
  return {
    code: failure.code,
    message: failure.message,
    retryable: failure.retryable,
    retryAfterSeconds: wholeSeconds(failure.retryAfterSeconds),
    requestId,
  };
}

/** Rounded up, so that whoever waits has waited long enough; never more than the API's `Int` holds. */
function wholeSeconds(seconds: number | undefined): number | null {
  return seconds === undefined ? null : Math.min(Math.ceil(seconds), 2 ** 31 - 1);
}
