import Stripe from "stripe";
import { z } from "zod";

/** The code of errors that stand for an answer which something else than Stripe has given. */
export const NOT_STRIPE = "not_stripe";

/**
 * How the SDK reaches Stripe: as it does by itself, but for two things. A request whose connection closes is not sent a second time
 * behind its caller's back: what the second one is told would not be true of the first. And only an answer in Stripe's own form is
 * one: the SDK takes whatever has no `error` in it for success, a proxy's 503 too, and ends the process over a body such as
 * `"Service Unavailable"`.
 */
export function createStripeHttpClient(): Stripe.HttpClient {
  const client = Stripe.createNodeHttpClient();
  return {
    getClientName: () => client.getClientName(),
    async makeRequest(...request) {
      const response = await client.makeRequest(...request).catch((error: unknown) => {
        throw isClosedConnection(error) ? new Error("the connection was closed", { cause: error }) : error;
      });
      return {
        getStatusCode: () => response.getStatusCode(),
        getHeaders: () => response.getHeaders(),
        getRawResponse: () => response.getRawResponse(),
        toStream: (onComplete) => response.toStream(onComplete),
        toJSON: () => readBody(response),
      };
    },
  };
}

/** What the SDK knows closed connections by: these alone it tries again although it was told not to. */
function isClosedConnection(error: unknown): boolean {
  const closed: readonly unknown[] = Stripe.HttpClient.CONNECTION_CLOSED_ERROR_CODES;
  return typeof error === "object" && error !== null && "code" in error && closed.includes(error.code);
}

async function readBody(response: Stripe.HttpClientResponse): Promise<unknown> {
  const body: unknown = await response.toJSON().catch((error: unknown) => {
    // Anything else is an answer that broke off.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  });
  if (isStripes(response.getStatusCode(), body)) return body;
  return {
    error: {
      type: "api_error",
      code: NOT_STRIPE,
      message: "The answer is not Stripe's: something on the way gave it, e.g. a proxy.",
    },
  };
}

const object = z.object({ object: z.string(), error: z.null().optional() });
const refusal = z.object({ error: z.object({ type: z.string() }) });

function isStripes(status: number, body: unknown): boolean {
  if (status >= 400) return refusal.safeParse(body).success;
  return status >= 200 && status < 300 && object.safeParse(body).success;
}
