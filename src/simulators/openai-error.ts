import { type KeyTrouble, maskSimulatedKey } from "./simulated-keys";
import type { Refusal } from "./simulated-refusal";

const INVALID = "invalid_request_error";

// OpenAI's documented error codes: the type each belongs to, and a message for a script that gives none.
const BY_CODE: Record<string, { type: string; message: string }> = {
  invalid_api_key: { type: INVALID, message: "Incorrect API key provided" },
  insufficient_quota: {
    type: "insufficient_quota",
    message: "You exceeded your current quota, please check your plan and billing details",
  },
  rate_limit_exceeded: { type: "requests", message: "Rate limit reached" },
  context_length_exceeded: { type: INVALID, message: "Your input exceeds the context window of this model" },
  model_not_found: { type: INVALID, message: "The model does not exist or you do not have access to it" },
  invalid_encrypted_content: { type: INVALID, message: "The encrypted content could not be verified" },
  server_error: { type: "server_error", message: "The server had an error while processing your request" },
};

const BY_STATUS: Record<number, { code?: string; message?: string }> = {
  400: { message: "The request is invalid" },
  401: { code: "invalid_api_key" },
  403: { message: "You have insufficient permissions for this operation" },
  404: { message: "Not found" },
  413: { message: "Request exceeds the maximum size" },
  429: { code: "rate_limit_exceeded" },
  503: { code: "server_error", message: "The engine is currently overloaded, please try again later" },
};

/** The error of a refused request, and of the `error` event in a stream. */
export function openAiError({ status, type, code, message, param }: Refusal): object {
  // A script has one word for what went wrong: the type, or the code where only that tells it apart.
  const typeIsCode = type !== undefined && type in BY_CODE;
  const known = BY_STATUS[status] ?? {};
  const error = code ?? (typeIsCode ? type : (known.code ?? (status < 500 ? undefined : "server_error")));
  const documented = error === undefined ? undefined : BY_CODE[error];
  return {
    message: message ?? (typeIsCode ? undefined : known.message) ?? documented?.message ?? `Status ${status}`,
    type: (typeIsCode ? undefined : type) ?? documented?.type ?? INVALID,
    param: param ?? null,
    code: error ?? null,
  };
}

/** The body of OpenAI's answer to a refused request. */
export function openAiErrorBody(refusal: Refusal): object {
  return { error: openAiError(refusal) };
}

/** How OpenAI refuses a key. */
export function openAiKeyRefusal(trouble: Exclude<KeyTrouble, "silent">, key: string): Refusal {
  switch (trouble) {
    case "malformed":
      return {
        status: 401,
        message: key === "" ? "You didn't provide an API key" : `Incorrect API key provided: ${maskSimulatedKey(key)}`,
      };
    case "rejected":
      return { status: 401, message: `Incorrect API key provided: ${key}` };
    case "forbidden":
      return { status: 403 };
    case "ratelimited":
      return { status: 429, retryAfterSeconds: 1 };
    case "broken":
      return { status: 500 };
    case "nocredit":
      return { status: 429, code: "insufficient_quota" };
  }
}
