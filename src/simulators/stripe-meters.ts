import { createHash } from "node:crypto";
import type Stripe from "stripe";
import { SimulatedRefusal } from "./simulated-refusal";

/** The billing meters of the simulated account: each sums the values of its events per customer. */
export class StripeMeters {
  readonly #now: () => number;
  readonly #meters: Stripe.Billing.Meter[];

  /** `now` in seconds since 1970. The ids follow from the names. */
  constructor(eventNames: readonly string[], now: () => number) {
    this.#now = now;
    this.#meters = eventNames.map((eventName) => meterOf(eventName, now()));
  }

  /** Newest first, as Stripe lists them. */
  list(status: "active" | "inactive" | undefined): Stripe.Billing.Meter[] {
    return this.#meters.filter((meter) => status === undefined || meter.status === status).reverse();
  }

  /** Throws a 404 refusal where there is none. */
  get(id: string): Stripe.Billing.Meter {
    const meter = this.#meters.find((candidate) => candidate.id === id);
    if (meter !== undefined) return meter;
    throw new SimulatedRefusal({
      status: 404,
      code: "resource_missing",
      param: "id",
      message: `No such billing meter: '${id}'`,
    });
  }

  /** The meter that takes events of this name. Throws a refusal where none is active. */
  activeOf(eventName: string): Stripe.Billing.Meter {
    const meter = this.#meters.find((candidate) => candidate.event_name === eventName && candidate.status === "active");
    if (meter !== undefined) return meter;
    throw new SimulatedRefusal({
      status: 400,
      param: "event_name",
      message: `No active meter found for event name "${eventName}".`,
    });
  }

  /** Switches a meter on or off. Throws a 404 refusal where there is none. */
  setStatus(id: string, status: "active" | "inactive"): Stripe.Billing.Meter {
    const meter = this.get(id);
    meter.status = status;
    meter.updated = this.#now();
    meter.status_transitions.deactivated_at = status === "inactive" ? this.#now() : null;
    return meter;
  }
}

function meterOf(eventName: string, now: number): Stripe.Billing.Meter {
  return {
    id: `mtr_test_${createHash("sha256").update(eventName).digest("hex").slice(0, 24)}`,
    object: "billing.meter",
    created: now,
    customer_mapping: { event_payload_key: "stripe_customer_id", type: "by_id" },
    default_aggregation: { formula: "sum" },
    display_name: eventName,
    event_name: eventName,
    event_time_window: null,
    livemode: false,
    status: "active",
    status_transitions: { deactivated_at: null },
    updated: now,
    value_settings: { event_payload_key: "value" },
  };
}
