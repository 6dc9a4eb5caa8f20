import { RequestError, type RequestErrorCode } from "../errors";
import type { UserErrorCode } from "./types/enums";

interface UserErrorSource {
  field: readonly string[] | null;
  message: string;
  code: UserErrorCode;
}

// What a user can mend is part of a mutation's payload; everything else (who asks, how often, our faults) is a GraphQL error.
const USER_ERROR_CODES: Partial<Record<RequestErrorCode, UserErrorCode>> = {
  BAD_USER_INPUT: "INVALID",
  NOT_FOUND: "NOT_FOUND",
  INVALID_PROVIDER_KEY: "INVALID_PROVIDER_KEY",
  PROVIDER_UNREACHABLE: "PROVIDER_UNREACHABLE",
  PROVIDER_NOT_CONFIGURED: "PROVIDER_NOT_CONFIGURED",
  MODEL_NOT_AVAILABLE: "MODEL_NOT_AVAILABLE",
  IDEMPOTENCY_KEY_MISMATCH: "IDEMPOTENCY_KEY_MISMATCH",
  THREAD_BUSY: "THREAD_BUSY",
  TURN_ALREADY_ENDED: "TURN_ALREADY_ENDED",
};

/** A mutation's payload: what `attempt` returns, or `failed` with what the user can mend. */
export async function withUserErrors<Result extends object, Failed extends object>(
  attempt: () => Promise<Result>,
  failed: Failed,
): Promise<(Result | Failed) & { userErrors: readonly UserErrorSource[] }> {
  try {
    return { ...(await attempt()), userErrors: [] };
  } catch (error) {
    const code = error instanceof RequestError ? USER_ERROR_CODES[error.code] : undefined;
    if (!(error instanceof RequestError) || code === undefined) throw error;
    return { ...failed, userErrors: [{ field: error.field ?? null, message: error.message, code }] };
  }
}
