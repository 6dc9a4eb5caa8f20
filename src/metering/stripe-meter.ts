// One billable fact to Stripe's meter, and what its answer means. Stripe's own words are never kept: only their meaning.

import Stripe from "stripe";

import { endsWithin } from "../ends-within";
import { publicId, uuidOf } from "../ids";
import { STRIPE_TIMEOUT_MS } from "./stripe-client";
import { NOT_STRIPE } from "./stripe-http-client";

/** A billable fact as the meter takes it. */
export interface MeterFact {
  sessionId: string;
  /** How often it was put in line again after the meter had refused it. */
  resent: number;
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

/** How the meter knows a fact: by its session's id as its users see it, `ses_01a2…`, and `ses_01a2….2` after one refusal. */
export function meterIdentifier({ sessionId, resent }: Pick<MeterFact, "sessionId" | "resent">): string {
  const id = publicId("session", sessionId);
  return resent === 0 ? id : `${id}.${resent + 1}`;
}

/** The fact that an identifier names; null for one that is not ours. */
export function parseMeterIdentifier(identifier: string): Pick<MeterFact, "sessionId" | "resent"> | null {
  const [, id = "", number = "1"] = /^(\w+)(?:\.(\d{1,9}))?$/.exec(identifier) ?? [];
  const sessionId = uuidOf("session", id);
  return sessionId === null ? null : { sessionId, resent: Number(number) - 1 };
}

/** The SDK's own limit begins once a connection is there; this one holds for all of it, in milliseconds. */
const ANSWER_MS = STRIPE_TIMEOUT_MS + 2_000;

export function createStripeMeter(stripe: Stripe, eventName: string): Meter {
  return {
    async send(fact) {
      const identifier = meterIdentifier(fact);
      const answer = stripe.billing.meterEvents
        .create({
          event_name: eventName,
          identifier,
          payload: { stripe_customer_id: fact.customerId, value: String(fact.value) },
          timestamp: Math.floor(fact.occurredAt.getTime() / 1000),
        })
        .then((event) => readAnswer(event, identifier), readRefusal);
      return (await endsWithin(ANSWER_MS, answer)) ? answer : later("NO_ANSWER", null, false);
    },
  };
}

/** Only the event itself, by its name, says that it was taken. */
function readAnswer({ object, identifier }: Stripe.Billing.MeterEvent, sent: string): MeterAnswer {
  const isOurs = object === "billing.meter_event" && identifier === sent;
  return isOurs ? { outcome: "DELIVERED" } : later("NOT_STRIPE", null, false);
}

// Stripe tells a duplicate from other bad requests by its words only.
const ALREADY_THERE = /already exists/i;

function readRefusal(error: unknown): MeterAnswer {
  if (!(error instanceof Stripe.errors.StripeError)) return later("NO_ANSWER", error, false);
  const { statusCode, code, param } = error;
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
      // Says nothing of the event either: the account has no such meter, or none that is active.
      if (param === "event_name") return later("NO_METER", error, true);
      if (statusCode >= 500) return later("METER_UNAVAILABLE", error, false);
      // Whoever it was may have passed the event on all the same.
      if (code === NOT_STRIPE) return later("NOT_STRIPE", error, false);
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
