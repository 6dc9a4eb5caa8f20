import type { KeyTrouble } from "./simulated-keys";
import type { Refusal } from "./simulated-refusal";

const TYPES: Record<number, string> = { 409: "idempotency_error", 500: "api_error", 503: "api_error" };

const MESSAGES: Record<number, { code?: string; message: string }> = {
  401: { message: "Invalid API Key provided" },
  403: { message: "The provided key does not have the required permissions for this endpoint" },
  404: { code: "resource_missing", message: "No such object" },
  409: {
    code: "idempotency_key_in_use",
    message: "There is currently another in-progress request using this idempotency key",
  },
  429: { code: "rate_limit", message: "Request rate limit exceeded" },
  500: { message: "An unexpected error occurred" },
  503: { message: "Stripe is temporarily unavailable" },
};

/** The body of Stripe's answer to a refused request. */
export function stripeErrorBody({ status, type, code, param, message }: Refusal): object {
  const known = MESSAGES[status];
  return {
    error: {
      type: type ?? TYPES[status] ?? "invalid_request_error",
      // Where the refusal has words of its own, it has its own code too, or none.
      ...optional("code", message === undefined ? known?.code : code),
      ...optional("param", param),
      message: message ?? known?.message ?? `Status ${status}`,
    },
  };
}

/** How Stripe refuses a key. */
export function stripeKeyRefusal(trouble: Exclude<KeyTrouble, "silent" | "nocredit">, key: string): Refusal {
  switch (trouble) {
    case "malformed":
      return key === ""
        ? { status: 401, message: "You did not provide an API key." }
        : { status: 401, message: "Invalid API Key provided" };
    case "rejected":
      return { status: 401, message: `Invalid API Key provided: ${key}` };
    case "forbidden":
      return { status: 403 };
    case "ratelimited":
      return { status: 429 };
    case "broken":
      return { status: 500 };
  }
}

function optional(name: string, value: string | undefined): object {
  return value === undefined ? {} : { [name]: value };
}
