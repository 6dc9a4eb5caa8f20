import Stripe from "stripe";

/** What the meter has counted, by its own word. Times are whole minutes; what it has just been sent may be missing. */
export interface MeterSummaries {
  /** Tokens of a customer from `from` up to and without `to`. */
  total(customerId: string, from: Date, to: Date): Promise<number>;
  /** The same by the hour, by its start in milliseconds since 1970; hours without any are left out. Both ends are whole hours. */
  hours(customerId: string, from: Date, to: Date): Promise<Map<number, number>>;
  /** Whether Stripe has said that this account has no such customer: then nothing it does not have is proof of anything. */
  isStranger(customerId: string): boolean;
}

/** Reading may be tried again as it is. */
const AGAIN = { maxNetworkRetries: 3 };
/** Summaries a page: the most that Stripe gives. */
const PAGE_SIZE = 100;

/** Thrown where the account has no meter of that event name. */
export class NoSuchMeterError extends Error {}

export async function createMeterSummaries(stripe: Stripe, eventName: string): Promise<MeterSummaries> {
  const meterId = await findMeter(stripe, eventName);
  const list = (customer: string, from: Date, to: Date) => ({
    customer,
    start_time: from.getTime() / 1000,
    end_time: to.getTime() / 1000,
    limit: PAGE_SIZE,
  });
  const strangers = new Set<string>();
  async function* summaries(params: Stripe.Billing.MeterListEventSummariesParams) {
    try {
      yield* stripe.billing.meters.listEventSummaries(meterId, params, AGAIN);
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeError && error.code === "resource_missing")) throw named(error);
      strangers.add(params.customer);
    }
  }
  return {
    async total(customerId, from, to) {
      let total = 0;
      for await (const summary of summaries(list(customerId, from, to))) total += summary.aggregated_value;
      return total;
    },
    async hours(customerId, from, to) {
      const hours = new Map<number, number>();
      for await (const summary of summaries({ ...list(customerId, from, to), value_grouping_window: "hour" })) {
        hours.set(summary.start_time * 1000, summary.aggregated_value);
      }
      return hours;
    },
    isStranger: (customerId) => strangers.has(customerId),
  };
}

async function findMeter(stripe: Stripe, eventName: string): Promise<string> {
  try {
    for await (const meter of stripe.billing.meters.list({ limit: PAGE_SIZE }, AGAIN)) {
      if (meter.event_name === eventName) return meter.id;
    }
  } catch (error) {
    throw named(error);
  }
  throw new NoSuchMeterError(
    `This Stripe account has no meter with the event name "${eventName}": create it, or set STRIPE_METER_EVENT_NAME.`,
  );
}

/** An operator reads it beside errors of the database: Stripe's own words do not say whose they are. */
function named(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const status = error.statusCode === undefined ? "" : ` (${error.statusCode})`;
  return new Error(`Stripe could not be asked${status}: ${error.message}`, { cause: error });
}
