import { SimulatedClock } from "./simulated-clock";
import { SimulatedKeys } from "./simulated-keys";
import { SimulatorJournal } from "./simulator-journal";
import { type ErrorReport, type ErrorReportDestination, StripeErrorReports } from "./stripe-error-report";
import { StripeFaults } from "./stripe-faults";
import { StripeHold } from "./stripe-hold";
import { StripeIdempotency } from "./stripe-idempotency";
import { StripeLedger } from "./stripe-ledger";
import { StripeMeters } from "./stripe-meters";

/** All that a simulated Stripe account has and remembers. */
export class StripeAccount {
  readonly clock: SimulatedClock;
  readonly meters: StripeMeters;
  readonly ledger: StripeLedger;
  readonly faults: StripeFaults;
  readonly hold = new StripeHold();
  readonly idempotency: StripeIdempotency;
  readonly reports: StripeErrorReports;
  readonly keys = new SimulatedKeys(/^(sk|rk)_[!-~]{1,250}$/);
  readonly journal = new SimulatorJournal("/v1/billing/meter_events");
  readonly #missingCustomers = new Set<string>();

  constructor({ seed, now, eventNames }: { seed: number; now: () => number; eventNames: readonly string[] }) {
    this.clock = new SimulatedClock(now);
    const clock = (): number => this.clock.now();
    this.meters = new StripeMeters(eventNames, () => this.clock.seconds());
    this.ledger = new StripeLedger(clock);
    this.faults = new StripeFaults(seed);
    this.idempotency = new StripeIdempotency(clock);
    this.reports = new StripeErrorReports(clock);
  }

  /** Any id of a customer's shape is one, unless it was removed. */
  knowsCustomer(id: string): boolean {
    return /^cus_\w+$/.test(id) && !this.#missingCustomers.has(id);
  }

  removeCustomer(id: string): void {
    this.#missingCustomers.add(id);
  }

  /** Takes `removeCustomer` back. */
  addCustomer(id: string): void {
    this.#missingCustomers.delete(id);
  }

  /** Tells a webhook that events which were taken are invalid; they count no more. Resolves with its answer's status. */
  async reportErrors({
    webhookUrl,
    secret,
    ...report
  }: ErrorReport & ErrorReportDestination): Promise<DeliveredReport> {
    const struck = report.identifiers.map((identifier) => this.ledger.strike(identifier));
    const eventName = struck.find((event) => event !== undefined)?.eventName;
    const meters = this.meters.list(undefined);
    const meter = meters.find((candidate) => candidate.event_name === eventName) ?? meters[0];
    const id = this.reports.make(meter?.id ?? "", report);
    return { id, status: await this.reports.deliver(id, { webhookUrl, secret }) };
  }
}

/** A report that was sent: the id of its event, and what the webhook answered. */
export interface DeliveredReport {
  id: string;
  status: number;
}
