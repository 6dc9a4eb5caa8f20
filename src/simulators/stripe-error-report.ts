import { createHmac, randomBytes } from "node:crypto";
import type Stripe from "stripe";
import { SimulatedRefusal } from "./simulated-refusal";

/** What an error report says. */
export interface ErrorReport {
  /** Of the events that were taken and turned out to be invalid; Stripe names some of them, never surely all. */
  identifiers: readonly string[];
  /** Stripe's word for what is wrong, e.g. `meter_event_customer_not_found`. */
  code: string;
  /** How many events it is about; default: as many as it names. */
  errorCount?: number | undefined;
}

/** Where a report goes. */
export interface ErrorReportDestination {
  webhookUrl: string;
  /** The destination's signing secret, `whsec_…`. */
  secret: string;
}

type ErrorReportEvent = Omit<
  Stripe.Events.V1BillingMeterErrorReportTriggeredEvent,
  "fetchRelatedObject" | "context" | "reason"
> & { context: null; reason: null };

/** How long before a report its window begins, in milliseconds. */
const WINDOW_MS = 10_000;

/** Makes, keeps and delivers the events by which Stripe tells that it took a meter event and cannot count it. */
export class StripeErrorReports {
  readonly #now: () => number;
  readonly #events = new Map<string, ErrorReportEvent>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Makes a report about events of a meter, and keeps it to be fetched. Returns its event id. */
  make(meterId: string, { identifiers, code, errorCount = identifiers.length }: ErrorReport): string {
    const id = `evt_test_${randomBytes(16).toString("hex")}`;
    const now = this.#now();
    this.#events.set(id, {
      id,
      object: "v2.core.event",
      type: "v1.billing.meter.error_report_triggered",
      livemode: false,
      created: new Date(now).toISOString(),
      context: null,
      reason: null,
      related_object: { id: meterId, type: "billing.meter", url: `/v1/billing/meters/${meterId}` },
      data: {
        developer_message_summary: `There ${errorCount === 1 ? "is 1 invalid event" : `are ${errorCount} invalid events`}`,
        reason: {
          error_count: errorCount,
          error_types: [
            {
              code,
              error_count: errorCount,
              sample_errors: identifiers.map((identifier) => ({ error_message: code, request: { identifier } })),
            },
          ],
        },
        validation_start: new Date(now - WINDOW_MS).toISOString(),
        validation_end: new Date(now).toISOString(),
      },
    });
    return id;
  }

  /** `GET /v2/core/events/:id`. Throws a 404 refusal where there is none. */
  get(id: string): ErrorReportEvent {
    const event = this.#events.get(id);
    if (event !== undefined) return event;
    throw new SimulatedRefusal({ status: 404, code: "not_found", message: `No such event: ${id}` });
  }

  /**
   * Posts the thin notification of a report, which names the event and says nothing of what is wrong. Resolves with the
   * receiver's status; rejects where nobody listens. Stripe delivers at least once: so may the caller.
   */
  async deliver(id: string, { webhookUrl, secret }: ErrorReportDestination): Promise<number> {
    const { data: _, ...notification } = this.get(id);
    const body = JSON.stringify(notification);
    const response = await fetch(webhookUrl, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8", "stripe-signature": signatureOf(body, secret) },
      body,
    });
    await response.body?.cancel();
    return response.status;
  }
}

// By the machine's clock, not the simulator's: the receiver refuses what was signed more than five minutes ago.
function signatureOf(body: string, secret: string): string {
  const signedAt = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", secret).update(`${signedAt}.${body}`).digest("hex");
  return `t=${signedAt},v1=${signature}`;
}
