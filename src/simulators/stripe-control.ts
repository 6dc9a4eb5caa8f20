import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { sendJson } from "./provider-simulator";
import { readBody } from "./read-body";
import { serveSimulatorControl } from "./simulator-control";
import type { StripeAccount } from "./stripe-account";
import { stripeFaultSettings } from "./stripe-faults";

const meterEvent = z.strictObject({
  identifier: z.string(),
  eventName: z.string(),
  customer: z.string(),
  value: z.int(),
  timestamp: z.int(),
});
const clockCommand = z.union([z.strictObject({ advanceMs: z.number() }), z.strictObject({ now: z.number() })]);
const customerCommand = z.union([z.strictObject({ add: z.string() }), z.strictObject({ remove: z.string() })]);
const errorReport = z.strictObject({
  identifiers: z.array(z.string()),
  code: z.string(),
  errorCount: z.int().optional(),
  webhookUrl: z.url(),
  secret: z.string(),
});

/**
 * The Stripe simulator's own pages, for one that runs in another process:
 *
 * - `GET /_simulator/events`: what was taken, and the counts of the ledger. `POST` adds an event, `DELETE ?identifier=…` removes one.
 * - `POST /_simulator/faults` with settings, `DELETE` for none.
 * - `POST /_simulator/clock` with `{"advanceMs": …}` or `{"now": …}`, milliseconds.
 * - `POST /_simulator/customers` with `{"add": id}` or `{"remove": id}`.
 * - `POST /_simulator/error-reports`: makes a report and delivers it; answers with its event id and the webhook's status.
 *
 * Journal and keys are those of every simulator (simulator-control.ts). No key is asked for.
 */
export async function serveStripeControl(
  account: StripeAccount,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const command = `${request.method} ${url.pathname}`;
  const commands: Record<string, (body: unknown) => object | boolean | Promise<object>> = {
    "GET /_simulator/events": () => groundTruth(account),
    "POST /_simulator/events": (body) => take(meterEvent, body, (event) => account.ledger.add(event)),
    "DELETE /_simulator/events": () => account.ledger.remove(url.searchParams.get("identifier") ?? ""),
    "POST /_simulator/faults": (body) => take(stripeFaultSettings, body, (faults) => account.faults.set(faults)),
    "DELETE /_simulator/faults": () => take(z.unknown(), null, () => account.faults.clear()),
    "POST /_simulator/clock": (body) =>
      take(clockCommand, body, (clock) =>
        "now" in clock ? account.clock.set(clock.now) : account.clock.advance(clock.advanceMs),
      ),
    "POST /_simulator/customers": (body) =>
      take(customerCommand, body, (customer) =>
        "add" in customer ? account.addCustomer(customer.add) : account.removeCustomer(customer.remove),
      ),
    "POST /_simulator/error-reports": (body) => {
      const parsed = errorReport.safeParse(body);
      return parsed.success && account.reportErrors(parsed.data);
    },
  };
  const run = commands[command];
  if (run === undefined) return await serveSimulatorControl(url.pathname, request, response, account);
  const { json } = await readBody(request);
  const outcome = await run(json);
  if (typeof outcome === "object") sendJson(response, 200, outcome);
  else response.writeHead(outcome ? 204 : 400).end();
}

function take<T>(schema: z.ZodType<T>, body: unknown, act: (value: T) => unknown): boolean {
  const parsed = schema.safeParse(body);
  if (parsed.success) act(parsed.data);
  return parsed.success;
}

function groundTruth({ ledger }: StripeAccount): object {
  const { events, duplicatesRefused, answersLost, answersReplayed, failures, lockTimeouts } = ledger;
  return {
    events,
    sums: ledger.sums(),
    mostConcurrent: ledger.mostConcurrentOfAll(),
    duplicatesRefused,
    answersLost,
    answersReplayed,
    failures,
    lockTimeouts,
  };
}
