// The ledger against the meter's own word, customer by customer. Hours that agree are taken as right, unless every minute is asked
// for; one that does not is cut in halves until the minutes are found. What was sent without an answer is settled by what the meter
// shows, and only where it must show all that it has.
import type { DataSource } from "typeorm";

import { explainedBy } from "./explained-by";
import {
  billedCustomers,
  type LedgerEvent,
  type LedgerMinute,
  ledgerMinutes,
  settleDelivered,
  settleUnsent,
  type Unassigned,
  unassignedEvents,
} from "./ledger-minutes";
import type { MeterSummaries } from "./meter-summaries";

/** A minute in which ledger and meter differ. */
export interface Drift {
  customerId: string;
  minute: Date;
  /** Tokens that the meter should have, and those it has. */
  ledger: number;
  meter: number;
}

/** An event that was sent without an answer, and that nothing explains yet. */
export interface Unsettled {
  sessionId: string;
  customerId: string;
  minute: Date;
  value: number;
}

export interface Reconciliation {
  customers: number;
  drift: Drift[];
  /** Unanswered events that the meter turned out to have, or not to have: those are sent again. */
  foundDelivered: number;
  sentAgain: number;
  unsettled: Unsettled[];
  /** Events that the meter refused, and their tokens: nobody is billed for them. */
  refused: { events: number; tokens: number };
  /** Events that wait to be sent, and those that the meter has taken too recently to show them for certain. */
  waiting: number;
  notShown: number;
  /** What workspaces without a customer have used. */
  unassigned: Unassigned[];
}

export interface ReconcileOptions {
  dataSource: DataSource;
  summaries: MeterSummaries;
  /** Whole minutes; `to` is left out. */
  from: Date;
  to: Date;
  /** Also within hours whose sums agree, where one minute could have what another lacks: up to sixty requests for a busy hour. */
  everyMinute?: boolean;
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
    unsettled: [],
    refused: { events: 0, tokens: 0 },
    waiting: 0,
    notShown: 0,
    unassigned: await unassignedEvents(dataSource, from, to),
  };
  for (const customerId of customers) {
    const minutes = await ledgerMinutes(dataSource, customerId, from, to);
    const events = minutes.flatMap((minute) => minute.events);
    const refused = events.filter(({ state }) => state === "FAILED");
    result.refused.events += refused.length;
    result.refused.tokens += sum(refused);
    result.waiting += events.filter(({ state }) => state === "PENDING").length;
    result.notShown += events.filter(({ state, shown }) => state === "DELIVERED" && !shown).length;
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
    const events = this.minutes
      .filter(({ minute }) => minute >= from && minute < to)
      .flatMap((minute) => minute.events);
    const ledger = sum(events.filter(isCounted));
    // Where neither has anything, no minute of it needs to be looked at.
    if (ledger === meter && !events.some(isOpen) && (meter === 0 || !this.options.everyMinute)) return;
    if (to.getTime() - from.getTime() <= MINUTE_MS) return this.compareMinute(from, meter, events);
    const middle = new Date(from.getTime() + Math.floor((to.getTime() - from.getTime()) / MINUTE_MS / 2) * MINUTE_MS);
    const first = await this.options.summaries.total(this.customerId, from, middle);
    await this.compare({ from, to: middle, meter: first });
    await this.compare({ from: middle, to, meter: meter - first });
  }

  private async compareMinute(minute: Date, meter: number, events: readonly LedgerEvent[]): Promise<void> {
    const open = events.filter(isOpen);
    const unanswered = open.filter(({ state }) => state === "AMBIGUOUS");
    const ledger = sum(events.filter(isCounted));
    const difference = meter - ledger;
    const leave = () => {
      const { customerId } = this;
      this.result.unsettled.push(
        ...unanswered.map(({ sessionId, value }) => ({ sessionId, customerId, minute, value })),
      );
    };
    const drifts = () => {
      const drift = { customerId: this.customerId, minute, ledger, meter };
      this.result.drift.push(drift);
      this.options.onDrift?.(drift);
      leave();
    };
    // Whatever of it the meter has, it cannot have less than none of the open ones, or more than all of them.
    if (difference < 0 || difference > sum(open)) return drifts();
    // While others of this minute are on their way, it cannot be told whose tokens these are; and an account that does not know the
    // customer, because it is the wrong one, would prove that nothing was ever billed.
    const allIsShown = open.every(({ state, shown }) => state === "AMBIGUOUS" && shown);
    if (!allIsShown || this.options.summaries.isStranger(this.customerId)) return leave();
    const there = explainedBy(unanswered, difference);
    if (there === "NONE") return drifts();
    if (there === "SEVERAL") return leave();
    await this.settle(unanswered, there);
  }

  /** `there`: those of the unanswered events that the meter has. */
  private async settle(unanswered: readonly LedgerEvent[], there: readonly LedgerEvent[]): Promise<void> {
    const { dataSource } = this.options;
    for (const event of unanswered) {
      const { sessionId, value } = event;
      if (there.includes(event)) {
        this.result.foundDelivered += await settleDelivered(dataSource, sessionId);
        continue;
      }
      // Of two with the same value either may be the one that the meter has: sent again under its name, it could be taken for a
      // second try of itself, and the other one's tokens would be lost.
      const hasTwin = there.some((other) => other.value === value);
      this.result.sentAgain += await settleUnsent(dataSource, sessionId, hasTwin);
    }
  }
}

/** The meter has it, and shows it. */
function isCounted({ state, shown }: LedgerEvent): boolean {
  return state === "DELIVERED" && shown;
}

/** The meter may have it and show it, or not. */
function isOpen({ state, shown }: LedgerEvent): boolean {
  return state === "AMBIGUOUS" || state === "PENDING" || (state === "DELIVERED" && !shown);
}

function sum(events: readonly { value: number }[]): number {
  return events.reduce((total, { value }) => total + value, 0);
}
