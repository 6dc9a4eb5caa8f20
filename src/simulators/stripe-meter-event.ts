import { randomUUID } from "node:crypto";
import type Stripe from "stripe";
import { z } from "zod";
import { SimulatedRefusal } from "./simulated-refusal";
import { formExpand, formInteger, readStripeFields, type StripeFields } from "./stripe-form";
import type { TakenMeterEvent } from "./stripe-ledger";
import type { StripeMeters } from "./stripe-meters";

const parameters = z.strictObject({
  event_name: z.string().min(1).max(100),
  payload: z.record(z.string(), z.string()),
  identifier: z.string().min(1).max(100).optional(),
  timestamp: formInteger.optional(),
  expand: formExpand,
});

// How far an event's time may be from now, in seconds.
const MAX_AGE = 35 * 86_400;
const MAX_AHEAD = 5 * 60;
const MAX_DIGITS = 15;

/** A meter event that Stripe would take, if its identifier is new. */
export interface MeterEventRequest {
  event: Omit<TakenMeterEvent, "receivedAt" | "counts">;
  payload: Record<string, string>;
}

/**
 * Reads `POST /v1/billing/meter_events`. Throws Stripe's refusal of what is wrong with it; `now` is in seconds since 1970.
 * Stripe documents the codes of events that it refuses afterwards (stripe-error-report.ts). That it gives the same ones at once is
 * an assumption: a client should go by the status, and by the message where an event exists already.
 */
export function readMeterEvent(
  fields: StripeFields,
  meters: StripeMeters,
  knowsCustomer: (id: string) => boolean,
  now: number,
): MeterEventRequest {
  const { event_name, payload, identifier = randomUUID(), timestamp = now } = readStripeFields(parameters, fields);
  const meter = meters.activeOf(event_name);
  const customerKey = meter.customer_mapping.event_payload_key;
  const customer = customerOf(payload, customerKey);
  const value = readValue(payload, meter.value_settings.event_payload_key);
  if (timestamp < now - MAX_AGE) {
    throw invalid("timestamp", "timestamp_too_far_in_past", "The timestamp must be within the past 35 calendar days.");
  }
  if (timestamp > now + MAX_AHEAD) {
    throw invalid("timestamp", "timestamp_in_future", "The timestamp must not be more than 5 minutes in the future.");
  }
  if (!knowsCustomer(customer)) throw noSuchCustomer(customer, `payload[${customerKey}]`);
  return { event: { identifier, eventName: event_name, customer, value, timestamp }, payload };
}

/** Stripe's answer to an event that it took. */
export function meterEventBody({ event, payload }: MeterEventRequest, now: number): Stripe.Billing.MeterEvent {
  return {
    object: "billing.meter_event",
    created: now,
    event_name: event.eventName,
    identifier: event.identifier,
    livemode: false,
    payload,
    timestamp: event.timestamp,
  };
}

/** How Stripe refuses a customer that it has not, or has no longer. */
export function noSuchCustomer(id: string, param: string): SimulatedRefusal {
  return invalid(param, "resource_missing", `No such customer: '${id}'`);
}

function customerOf(payload: Record<string, string>, key: string): string {
  const customer = payload[key];
  if (customer !== undefined && customer !== "") return customer;
  throw invalid("payload", "meter_event_no_customer_defined", `Customer mapping key ${key} not found in payload.`);
}

function readValue(payload: Record<string, string>, key: string): number {
  const value = payload[key];
  const param = `payload[${key}]`;
  if (value === undefined || value === "") {
    throw invalid("payload", "meter_event_value_not_found", `Value key ${key} not found in payload.`);
  }
  const [, digits] = /^-?0*(\d+)$/.exec(value) ?? [];
  if (digits === undefined)
    throw invalid(param, "meter_event_invalid_value", `Invalid value: ${value}. It must be whole.`);
  if (digits.length > MAX_DIGITS) {
    throw invalid(
      param,
      "meter_event_value_too_many_digits",
      `The value in the event payload can have at most ${MAX_DIGITS} digits. Received ${value}.`,
    );
  }
  return Number(value);
}

function invalid(param: string, code: string, message: string): SimulatedRefusal {
  return new SimulatedRefusal({ status: 400, code, param, message });
}
