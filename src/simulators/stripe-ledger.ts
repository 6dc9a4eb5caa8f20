import { SimulatedRefusal } from "./simulated-refusal";

/** A meter event as it was taken. */
export interface TakenMeterEvent {
  identifier: string;
  eventName: string;
  customer: string;
  value: number;
  /** When it happened, as its sender says; seconds since 1970. */
  timestamp: number;
  /** Milliseconds since 1970, by the simulator's clock. */
  receivedAt: number;
  /** Whether it counts: not cancelled by an adjustment, nor reported invalid afterwards. */
  counts: boolean;
}

/** How long an identifier is remembered, in milliseconds. Stripe promises at least this, and nothing beyond. */
const IDENTIFIER_MEMORY_MS = 24 * 3_600_000;

/**
 * What the meter has really taken. It is what a test compares with: nothing here depends on whether the client heard of it.
 * The same identifier twice means that a customer is billed twice.
 */
export class StripeLedger {
  readonly #now: () => number;
  readonly #events: TakenMeterEvent[] = [];
  readonly #latest = new Map<string, TakenMeterEvent>();
  readonly #inFlight = new Map<string, number>();
  readonly #mostConcurrent = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  /** Events refused because their identifier was there already. */
  duplicatesRefused = 0;
  /** Answers that were made and never arrived whole. */
  answersLost = 0;
  /** Answers that were given again to an idempotency key seen before. */
  answersReplayed = 0;
  /** Requests that failed before their event was taken, by a fault or an outage. */
  failures = 0;
  /** Requests refused because another of the same customer was under way. */
  lockTimeouts = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Oldest first. */
  get events(): readonly TakenMeterEvent[] {
    return this.#events;
  }

  /** What a customer is to pay for: the sum of the events that count. */
  sumOf(customer: string): number {
    return this.sums()[customer] ?? 0;
  }

  /** The same for all customers. */
  sums(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { customer, value, counts } of this.#events) {
      if (counts) sums[customer] = (sums[customer] ?? 0) + value;
    }
    return sums;
  }

  /** The most requests of one customer that were ever under way at the same time, the refused ones included. */
  mostConcurrent(customer: string): number {
    return this.#mostConcurrent.get(customer) ?? 0;
  }

  mostConcurrentOfAll(): Record<string, number> {
    return Object.fromEntries(this.#mostConcurrent);
  }

  /** Requests of a customer that are under way now. */
  inFlight(customer: string): number {
    return this.#inFlight.get(customer) ?? 0;
  }

  /** Resolves once the predicate is true: now, or when something changes. */
  waitFor(predicate: (ledger: StripeLedger) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        try {
          if (!predicate(this)) return;
          resolve();
        } catch (error) {
          reject(error);
        }
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Takes an event. Throws Stripe's refusal where the identifier was taken within the last 24 hours. */
  take(event: Omit<TakenMeterEvent, "receivedAt" | "counts">): TakenMeterEvent {
    const latest = this.#latest.get(event.identifier);
    if (latest !== undefined && this.#now() - latest.receivedAt < IDENTIFIER_MEMORY_MS) {
      this.duplicatesRefused += 1;
      this.changed();
      // Stripe gives no `code` here: the message is all there is to tell it by.
      throw new SimulatedRefusal({
        status: 400,
        message: `An event already exists with identifier ${event.identifier}.`,
      });
    }
    return this.add(event);
  }

  /** Adds an event that the client under test never sent. */
  add(event: Omit<TakenMeterEvent, "receivedAt" | "counts">): TakenMeterEvent {
    const taken = { ...event, receivedAt: this.#now(), counts: true };
    this.#events.push(taken);
    this.#latest.set(event.identifier, taken);
    this.changed();
    return taken;
  }

  /** Makes an event one that was never taken. False where there is none. */
  remove(identifier: string): boolean {
    const latest = this.#latest.get(identifier);
    if (latest === undefined) return false;
    this.#latest.delete(identifier);
    this.#events.splice(this.#events.indexOf(latest), 1);
    this.changed();
    return true;
  }

  /** Makes an event one that was taken and does not count. Undefined where there is none. */
  strike(identifier: string): TakenMeterEvent | undefined {
    const latest = this.#latest.get(identifier);
    if (latest === undefined) return undefined;
    latest.counts = false;
    this.changed();
    return latest;
  }

  /** Counts a request of a customer that has arrived; call what it returns when it is through. */
  enter(customer: string): () => void {
    const now = this.inFlight(customer) + 1;
    this.#inFlight.set(customer, now);
    this.#mostConcurrent.set(customer, Math.max(now, this.mostConcurrent(customer)));
    this.changed();
    return () => {
      this.#inFlight.set(customer, this.inFlight(customer) - 1);
      this.changed();
    };
  }

  /** Tells those who wait that something is different. */
  changed(): void {
    for (const look of [...this.#waiting]) look();
  }
}
