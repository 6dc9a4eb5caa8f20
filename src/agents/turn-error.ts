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
    retryAfterSeconds: failure.retryAfterSeconds ?? null,
    requestId,
  };
}
