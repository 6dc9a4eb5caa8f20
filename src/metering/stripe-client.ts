import Stripe from "stripe";

import type { Secret } from "../secret";
import { createStripeHttpClient } from "./stripe-http-client";

export interface StripeConnectionOptions {
  secretKey: Secret;
  /** Stripe's own where it is left out. */
  apiBase?: string | undefined;
}

/** How long one request may take, in milliseconds. Without an answer by then, nobody knows whether it was taken. */
export const STRIPE_TIMEOUT_MS = 10_000;

/** The official SDK's client. Holds the plaintext key: never log it. Retrying is the caller's. */
export function connectStripe({ secretKey, apiBase }: StripeConnectionOptions): Stripe {
  const address = apiBase === undefined ? {} : addressOf(new URL(apiBase));
  return secretKey.use(
    (plaintext) =>
      new Stripe(plaintext, {
        ...address,
        httpClient: createStripeHttpClient(),
        timeout: STRIPE_TIMEOUT_MS,
        maxNetworkRetries: 0,
        telemetry: false,
      }),
  );
}

function addressOf({ protocol, hostname, port }: URL) {
  const scheme = protocol === "http:" ? ("http" as const) : ("https" as const);
  // An IPv6 address has brackets in a URL, and none where one connects to it.
  const host = hostname.replace(/^\[|\]$/g, "");
  return { protocol: scheme, host, port: port || (scheme === "http" ? 80 : 443) };
}
