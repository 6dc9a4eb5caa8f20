import type { KeyTrouble } from "./simulated-keys";
import type { Refusal } from "./simulated-refusal";

const INVALID = "invalid_request_error";
const BY_STATUS: Record<number, { type: string; code: string | null; message: string }> = {
  401: { type: INVALID, code: "invalid_api_key", message: "Incorrect API key provided" },
  403: { type: INVALID, code: null, message: "You have insufficient permissions for this operation" },
  429: { type: "requests", code: "rate_limit_exceeded", message: "Rate limit reached" },
  500: { type: "server_error", code: null, message: "The server had an error while processing your request" },
};

/** The body of OpenAI's answer to a refused request. */
export function openAiErrorBody({ status, type, code, message }: Refusal): object {
  const known = BY_STATUS[status];
  return {
    error: {
      message: message ?? known?.message ?? `Status ${status}`,
      type: type ?? known?.type ?? (status < 500 ? INVALID : "server_error"),
      param: null,
      code: code ?? known?.code ?? null,
    },
  };
}

/** How OpenAI refuses a key. */
export function openAiKeyRefusal(trouble: Exclude<KeyTrouble, "silent">, key: string): Refusal {
  switch (trouble) {
    case "malformed":
      return { status: 401 };
    case "rejected":
      return { status: 401, message: `Incorrect API key provided: ${key}` };
    case "forbidden":
      return { status: 403 };
    case "ratelimited":
      return { status: 429, retryAfterSeconds: 1 };
    case "broken":
      return { status: 500 };
    case "nocredit":
      return {
        status: 429,
        type: "insufficient_quota",
        code: "insufficient_quota",
        message: "You exceeded your current quota, please check your plan and billing details",
      };
  }
}
