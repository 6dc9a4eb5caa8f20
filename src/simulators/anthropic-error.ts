import type { KeyTrouble } from "./simulated-keys";
import type { Refusal } from "./simulated-refusal";

// Anthropic's documented error types, and a message for a script that gives none.
const BY_STATUS: Record<number, { type: string; message: string }> = {
  400: { type: "invalid_request_error", message: "The request is invalid" },
  401: { type: "authentication_error", message: "invalid x-api-key" },
  402: { type: "billing_error", message: "There is a problem with your billing or payment details" },
  403: { type: "permission_error", message: "Your API key does not have permission to use the specified resource" },
  404: { type: "not_found_error", message: "Not found" },
  413: { type: "request_too_large", message: "Request exceeds the maximum size" },
  429: { type: "rate_limit_error", message: "This request would exceed your organization's rate limit" },
  500: { type: "api_error", message: "Internal server error" },
  504: { type: "timeout_error", message: "The request timed out" },
  529: { type: "overloaded_error", message: "Overloaded" },
};

/** The body of Anthropic's answer to a refused request, and of the `error` event in a stream. */
export function anthropicErrorBody({ status, type, message }: Refusal, requestId: string): object {
  const known = BY_STATUS[status];
  const fallback = status < 500 ? "invalid_request_error" : "api_error";
  return {
    type: "error",
    error: { type: type ?? known?.type ?? fallback, message: message ?? known?.message ?? `Status ${status}` },
    request_id: requestId,
  };
}

/** How Anthropic refuses a key. */
export function anthropicKeyRefusal(trouble: Exclude<KeyTrouble, "silent">, key: string): Refusal {
  switch (trouble) {
    case "malformed":
      return { status: 401 };
    case "rejected":
      return { status: 401, message: `invalid x-api-key: ${key}` };
    case "forbidden":
      return { status: 403 };
    case "ratelimited":
      return { status: 429, retryAfterSeconds: 1 };
    case "broken":
      return { status: 500 };
    case "nocredit":
      return {
        status: 400,
        message: "Your credit balance is too low to access the Anthropic API. Please add credits.",
      };
  }
}
