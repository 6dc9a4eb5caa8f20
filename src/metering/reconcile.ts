// The ledger against the meter's own word, customer by customer. Hours that agree are taken as right; one that does not is cut in
// halves until the minutes are found. What was sent without an answer is settled by what the meter shows.
import type { DataSource } from "typeorm";

import { explainedBy } from "./explained-by";
import { billedCustomers, type LedgerMinute, ledgerMinutes, settleDelivered, settleUnsent } from "./ledger-minutes";
import type { MeterSummaries } from "./meter-summaries";

/** A minute in which ledger and meter differ. */
export interface Drift {
  customerId: string;
  minute: Date;
  /** Tokens that the meter should have, and those it has. */
  ledger: number;
  meter: number;
}

export interface Reconciliation {
  customers: number;
  drift: Drift[];
  /** Unanswered events that the meter turned out to have, or not to have: those are sent again. */
  foundDelivered: number;
  sentAgain: number;
  /** Unanswered events that nothing explains yet. */
  unsettled: number;
  /** Events that the meter refused, and their tokens: nobody is billed for them. */
  refused: { events: number; tokens: number };
  /** Events that wait to be sent. */
  waiting: number;
}

export interface ReconcileOptions {
  dataSource: DataSource;
  summaries: MeterSummaries;
  /** Whole minutes; `to` is left out. */
  from: Date;
  to: Date;
  /** Told of each minute that differs, as soon as it is found. */
  onDrift?(drift: Drift): void;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export async function reconcile(options: ReconcileOptions): Promise<Reconciliation> {
  const { dataSource, from, to } = options;
  const customers = await billedCustomers(dataSource, from, to);
  const result: Reconciliation = {
    customers: customers.length,
    drift: [],
    foundDelivered: 0,
    sentAgain: 0,
    unsettled: 0,
    refused: { events: 0, tokens: 0 },
    waiting: 0,
  };
  for (const customerId of customers) {
    const minutes = await ledgerMinutes(dataSource, customerId, from, to);
    for (const { refused, waiting } of minutes) {
      result.refused.events += refused.length;
      result.refused.tokens += sum(refused);
      result.waiting += waiting.length;
    }
    const comparison = new Comparison(options, customerId, minutes, result);
    for (const part of await wholeHours(options.summaries, customerId, from, to)) await comparison.compare(part);
  }
  return result;
}

/** A stretch of time and what the meter has for it. */
interface Part {
  from: Date;
  to: Date;
  meter: number;
}

/** The time cut at the full hours, each with what the meter has for it; the meter is asked once for all the full ones. */
async function wholeHours(summaries: MeterSummaries, customerId: string, from: Date, to: Date): Promise<Part[]> {
  const firstHour = new Date(Math.ceil(from.getTime() / HOUR_MS) * HOUR_MS);
  const lastHour = new Date(Math.floor(to.getTime() / HOUR_MS) * HOUR_MS);
  const total = async (start: Date, end: Date): Promise<Part[]> =>
    start < end ? [{ from: start, to: end, meter: await summaries.total(customerId, start, end) }] : [];
  if (firstHour > lastHour) return total(from, to);

  const hours = firstHour < lastHour ? await summaries.hours(customerId, firstHour, lastHour) : new Map();
  const full: Part[] = [];
  for (let start = firstHour.getTime(); start < lastHour.getTime(); start += HOUR_MS) {
    full.push({ from: new Date(start), to: new Date(start + HOUR_MS), meter: hours.get(start) ?? 0 });
  }
  return [...(await total(from, firstHour)), ...full, ...(await total(lastHour, to))];
}

class Comparison {
  constructor(
    private readonly options: ReconcileOptions,
    private readonly customerId: string,
    private readonly minutes: readonly LedgerMinute[],
    private readonly result: Reconciliation,
  ) {}

  async compare({ from, to, meter }: Part): Promise<void> {
    const within = this.minutes.filter(({ minute }) => minute >= from && minute < to);
    const ledger = sum(within.flatMap(({ delivered }) => delivered));
    const open = within.some(({ unanswered, waiting }) => unanswered.length + waiting.length > 0);
    if (ledger === meter && !open) return;
    if (to.getTime() - from.getTime() > MINUTE_MS) {
      const middle = new Date(from.getTime() + Math.floor((to.getTime() - from.getTime()) / MINUTE_MS / 2) * MINUTE_MS);
      const first = await this.options.summaries.total(this.customerId, from, middle);
      await this.compare({ from, to: middle, meter: first });
      await this.compare({ from: middle, to, meter: meter - first });
      return;
    }
    await this.settleMinute(from, ledger, meter, within[0]);
  }

  private async settleMinute(minute: Date, ledger: number, meter: number, at: LedgerMinute | undefined): Promise<void> {
    const { dataSource, onDrift } = this.options;
    const unanswered = at?.unanswered ?? [];
    const waiting = at?.waiting ?? [];
    // What is just being sent may be there already, and is left to the relay.
    const there = explainedBy([...unanswered, ...waiting], meter - ledger);
    if (there === null) {
      const drift = { customerId: this.customerId, minute, ledger, meter };
      this.result.drift.push(drift);
      this.result.unsettled += unanswered.length;
      onDrift?.(drift);
      return;
    }
    // While others of this minute are on their way, it cannot be told whose tokens these are; and an account that does not know the
    // customer, because it is the wrong one, would prove that nothing was ever billed.
    if (waiting.length > 0 || this.options.summaries.isStranger(this.customerId)) {
      this.result.unsettled += unanswered.length;
      return;
    }
    for (const event of unanswered) {
      if (there.includes(event)) this.result.foundDelivered += await settleDelivered(dataSource, event);
      else if (event.settled) this.result.sentAgain += await settleUnsent(dataSource, event);
      else this.result.unsettled += 1;
    }
  }
}

function sum(events: readonly { value: number }[]): number {
  return events.reduce((total, { value }) => total + value, 0);
}
