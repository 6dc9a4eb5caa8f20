// One billable fact to Stripe's meter, and what its answer means. Stripe's own words are never kept: only their meaning.
import Stripe from "stripe";

import { publicId } from "../ids";

/** A billable fact as the meter takes it. */
export interface MeterFact {
  sessionId: string;
  customerId: string;
  value: number;
  occurredAt: Date;
}

export type MeterAnswer =
  /** The meter has it, now or since an earlier try. */
  | { outcome: "DELIVERED" }
  /**
   * Not now. `known`: this try was certainly not taken; otherwise nobody knows. `reason` is a word for the ledger and the log.
   */
  | { outcome: "LATER"; reason: string; known: boolean; retryAfterSeconds: number | null }
  /** Never, as it is. */
  | { outcome: "REFUSED"; reason: string };

export interface Meter {
  /** Sends one fact. Never rejects. Sent twice, it counts once, for at least a day: the meter knows it by its session. */
  send(fact: MeterFact): Promise<MeterAnswer>;
}

/** How the meter knows a session, e.g. `ses_01a2…`: what its users see as the session's id. */
export function meterIdentifier(sessionId: string): string {
  return publicId("session", sessionId);
}

export function createStripeMeter(stripe: Stripe, eventName: string): Meter {
  return {
    async send({ sessionId, customerId, value, occurredAt }) {
      try {
        await stripe.billing.meterEvents.create({
          event_name: eventName,
          identifier: meterIdentifier(sessionId),
          payload: { stripe_customer_id: customerId, value: String(value) },
          timestamp: Math.floor(occurredAt.getTime() / 1000),
        });
        return { outcome: "DELIVERED" };
      } catch (error) {
        return readRefusal(error);
      }
    },
  };
}

// Stripe tells a duplicate from other bad requests by its words only.
const ALREADY_THERE = /already exists/i;

function readRefusal(error: unknown): MeterAnswer {
  if (!(error instanceof Stripe.errors.StripeError)) return later("NO_ANSWER", error, false);
  const { statusCode, code } = error;
  if (statusCode === undefined) return later("NO_ANSWER", error, false);
  if (statusCode === 400 && ALREADY_THERE.test(error.message)) return { outcome: "DELIVERED" };
  switch (statusCode) {
    case 401:
    case 403:
      // Says nothing of the event: it waits until the operator has mended the key.
      return later("KEY_REFUSED", error, true);
    case 429:
      return later("RATE_LIMITED", error, true);
    case 409:
      return later("CONFLICT", error, false);
    default:
      if (statusCode >= 500) return later("METER_UNAVAILABLE", error, false);
      return { outcome: "REFUSED", reason: plainCode(code) ?? `HTTP_${statusCode}` };
  }
}

function later(reason: string, error: unknown, known: boolean): MeterAnswer {
  const header = error instanceof Stripe.errors.StripeError ? Number(error.headers?.["retry-after"]) : Number.NaN;
  return { outcome: "LATER", reason, known, retryAfterSeconds: header > 0 ? header : null };
}

/** A code as Stripe documents them, e.g. `resource_missing`; nothing that could be a sentence. */
function plainCode(code: string | undefined): string | null {
  return code !== undefined && /^[a-z0-9_]{1,80}$/.test(code) ? code : null;
}
