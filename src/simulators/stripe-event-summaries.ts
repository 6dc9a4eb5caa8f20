import { createHash } from "node:crypto";
import type Stripe from "stripe";
import { z } from "zod";
import { SimulatedRefusal } from "./simulated-refusal";
import { formInteger, readStripeFields, type StripeFields } from "./stripe-form";
import type { TakenMeterEvent } from "./stripe-ledger";
import { listParameters, stripePage } from "./stripe-list";

const parameters = z.strictObject({
  customer: z.string().min(1),
  start_time: formInteger,
  end_time: formInteger,
  value_grouping_window: z.enum(["hour", "day"]).optional(),
  ...listParameters,
});

// Seconds.
const MINUTE = 60;
const WINDOWS = { hour: 3_600, day: 86_400 };

/**
 * `GET /v1/billing/meters/:id/event_summaries`: what a customer's events come to from `start_time` up to, and not including,
 * `end_time`. The newest window comes first; one without events is left out.
 */
export function listEventSummaries(
  meter: Stripe.Billing.Meter,
  fields: StripeFields,
  events: readonly TakenMeterEvent[],
): object {
  const { customer, start_time, end_time, value_grouping_window, ...page } = readStripeFields(parameters, fields);
  const alignment = value_grouping_window === undefined ? MINUTE : WINDOWS[value_grouping_window];
  checkAligned("start_time", start_time, alignment);
  checkAligned("end_time", end_time, alignment);
  if (end_time <= start_time) {
    throw new SimulatedRefusal({ status: 400, param: "end_time", message: "end_time must be after start_time" });
  }
  const width = value_grouping_window === undefined ? end_time - start_time : alignment;
  const sums = new Map<number, number>();
  for (const event of events) {
    const { timestamp } = event;
    if (event.customer !== customer || event.eventName !== meter.event_name || !event.counts) continue;
    if (timestamp < start_time || timestamp >= end_time) continue;
    const start = start_time + Math.floor((timestamp - start_time) / width) * width;
    sums.set(start, (sums.get(start) ?? 0) + event.value);
  }
  const summaries = [...sums]
    .sort(([earlier], [later]) => later - earlier)
    .map(([start, sum]) => summaryOf(meter.id, customer, start, start + width, sum));
  return stripePage(summaries, `/v1/billing/meters/${meter.id}/event_summaries`, page);
}

function checkAligned(param: string, seconds: number, alignment: number): void {
  if (seconds % alignment === 0) return;
  const boundary = alignment === MINUTE ? "minute" : alignment === WINDOWS.hour ? "hour" : "UTC day";
  throw new SimulatedRefusal({ status: 400, param, message: `${param} must be aligned with ${boundary} boundaries` });
}

function summaryOf(
  meter: string,
  customer: string,
  start: number,
  end: number,
  sum: number,
): Stripe.Billing.MeterEventSummary {
  const hash = createHash("sha256").update([meter, customer, start, end].join("\n")).digest("hex");
  return {
    id: `mtrusg_test_${hash.slice(0, 32)}`,
    object: "billing.meter_event_summary",
    aggregated_value: sum,
    end_time: end,
    livemode: false,
    meter,
    start_time: start,
  };
}
