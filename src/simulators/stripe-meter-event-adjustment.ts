import type Stripe from "stripe";
import { z } from "zod";
import { SimulatedRefusal } from "./simulated-refusal";
import { formExpand, readStripeFields, type StripeFields } from "./stripe-form";
import type { StripeLedger } from "./stripe-ledger";
import type { StripeMeters } from "./stripe-meters";

const parameters = z.strictObject({
  event_name: z.string().min(1).max(100),
  type: z.enum(["cancel"]),
  cancel: z.strictObject({ identifier: z.string().min(1).max(100) }),
  expand: formExpand,
});

/** How long after its receipt an event can be cancelled, in milliseconds. */
const CANCELLABLE_MS = 24 * 3_600_000;

/**
 * Reads `POST /v1/billing/meter_event_adjustments`, and gives what cancels the event: it counts no more, and its identifier stays
 * taken. Throws Stripe's refusal; `now` is in milliseconds since 1970.
 */
export function readAdjustment(
  fields: StripeFields,
  meters: StripeMeters,
  ledger: StripeLedger,
  now: number,
): () => Stripe.Billing.MeterEventAdjustment {
  const { event_name, cancel } = readStripeFields(parameters, fields);
  meters.activeOf(event_name);
  const { identifier } = cancel;
  const event = ledger.events.findLast((taken) => taken.identifier === identifier && taken.eventName === event_name);
  if (event === undefined) throw invalid(`No such meter event: '${identifier}'`);
  if (now - event.receivedAt > CANCELLABLE_MS) {
    throw invalid("Meter events can be cancelled only within 24 hours of their receipt.");
  }
  return () => {
    ledger.strike(identifier);
    return {
      object: "billing.meter_event_adjustment",
      cancel: { identifier },
      event_name,
      livemode: false,
      status: "pending",
      type: "cancel",
    };
  };
}

function invalid(message: string): SimulatedRefusal {
  return new SimulatedRefusal({ status: 400, param: "cancel[identifier]", message });
}
