import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { SimulatedRefusal } from "./simulated-refusal";
import type { StripeAccount } from "./stripe-account";
import { listEventSummaries } from "./stripe-event-summaries";
import type { FailureStatus } from "./stripe-faults";
import { readStripeFields, type StripeFields } from "./stripe-form";
import type { StripeAnswer } from "./stripe-idempotency";
import { listParameters, stripePage } from "./stripe-list";
import { meterEventBody, noSuchCustomer, readMeterEvent } from "./stripe-meter-event";
import { readAdjustment } from "./stripe-meter-event-adjustment";

/** What an endpoint does once its parameters are checked. */
export type StripeWork = () => Promise<StripeAnswer>;

const meterListParameters = z.strictObject({ status: z.enum(["active", "inactive"]).optional(), ...listParameters });

/** Checks a request and says what is to be done. Throws Stripe's refusal; `failure` is how a meter event is to fail. */
export function prepareStripeWork(
  account: StripeAccount,
  method: string,
  path: string,
  fields: StripeFields,
  failure: FailureStatus | null,
): StripeWork {
  const route = `${method} ${path}`;
  const [, meterId = "", action] = /^\/v1\/billing\/meters\/(\w+)(?:\/(\w+))?$/.exec(path) ?? [];
  const [, eventId] = /^GET \/v2\/core\/events\/(\w+)$/.exec(route) ?? [];
  if (route === "POST /v1/billing/meter_events") return prepareMeterEvent(account, fields, failure);
  if (route === "POST /v1/billing/meter_event_adjustments") return prepareAdjustment(account, fields);
  if (route === "GET /v1/billing/meters") return ok(() => listMeters(account, fields));
  if (eventId !== undefined) return ok(() => account.reports.get(eventId));
  if (method === "GET" && meterId !== "" && action === undefined) return ok(() => account.meters.get(meterId));
  if (method === "GET" && action === "event_summaries") return ok(() => summaries(account, meterId, fields));
  if (method === "POST" && action === "deactivate") return ok(() => account.meters.setStatus(meterId, "inactive"));
  if (method === "POST" && action === "reactivate") return ok(() => account.meters.setStatus(meterId, "active"));
  throw new SimulatedRefusal({ status: 404, message: `Unrecognized request URL (${method}: ${path}).` });
}

function prepareMeterEvent(account: StripeAccount, fields: StripeFields, failure: FailureStatus | null): StripeWork {
  const { ledger, faults, hold, clock } = account;
  if (failure !== null && failure !== 500) throw new SimulatedRefusal({ status: failure });
  const request = readMeterEvent(fields, account.meters, (id) => account.knowsCustomer(id), clock.seconds());
  const { customer } = request.event;
  const leave = ledger.enter(customer);
  if (ledger.inFlight(customer) > 1) {
    leave();
    ledger.lockTimeouts += 1;
    throw new SimulatedRefusal({
      status: 429,
      code: "lock_timeout",
      message: "This object cannot be accessed right now because another API request is currently accessing it.",
    });
  }
  return async () => {
    try {
      if (faults.settings.latencyMs > 0) await pause(faults.settings.latencyMs);
      await hold.pass("before-taking");
      if (failure !== null) throw new SimulatedRefusal({ status: failure });
      ledger.take(request.event);
      await hold.pass("before-answer");
      return { status: 200, body: meterEventBody(request, clock.seconds()) };
    } finally {
      // Before the answer leaves: whoever has it may send the next one.
      leave();
    }
  };
}

function prepareAdjustment(account: StripeAccount, fields: StripeFields): StripeWork {
  const adjust = readAdjustment(fields, account.meters, account.ledger, account.clock.now());
  return async () => ({ status: 200, body: adjust() });
}

function listMeters(account: StripeAccount, fields: StripeFields): object {
  const { status, ...page } = readStripeFields(meterListParameters, fields);
  return stripePage(account.meters.list(status), "/v1/billing/meters", page);
}

function summaries(account: StripeAccount, meterId: string, fields: StripeFields): object {
  const { customer } = fields;
  if (typeof customer === "string" && !account.knowsCustomer(customer)) throw noSuchCustomer(customer, "customer");
  const aggregatedUntil = account.clock.now() - account.faults.settings.summaryLagMs;
  const aggregated = account.ledger.events.filter((event) => event.receivedAt <= aggregatedUntil);
  return listEventSummaries(account.meters.get(meterId), fields, aggregated);
}

function ok(body: () => object): StripeWork {
  return async () => ({ status: 200, body: body() });
}
