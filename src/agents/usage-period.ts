import { RequestError } from "../errors";
import { DAY_MS } from "./tools/built-in/calendar-date";

/** A span of time: `from` is part of it, `to` is not. */
export interface UsagePeriod {
  from: Date;
  to: Date;
}

/** Either end may be left out. */
export interface RequestedPeriod {
  from?: Date | null;
  to?: Date | null;
}

/** The longest period that is added up at once: a leap year, and a day for ends that are midnights of another time zone. */
export const LONGEST_PERIOD_DAYS = 367;

/**
 * The period that is asked for. Left out, `from` is the start of the current billing month, which is the calendar month at UTC,
 * and `to` is now. Throws `BAD_USER_INPUT`.
 */
export function readUsagePeriod(asked: RequestedPeriod, now: Date): UsagePeriod {
  const from = asked.from ?? new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()));
  // A millisecond on, because `to` is exclusive: what ended at this very moment counts, and no month is too young to be asked for.
  const to = asked.to ?? new Date(now.getTime() + 1);
  if (from >= to) {
    throw new RequestError(
      "BAD_USER_INPUT",
      "`from` must be before `to`: give an earlier `from` or a later `to`. Left out, `from` is the start of this month (UTC) and `to` is now.",
      ["from"],
    );
  }
  if (to.getTime() - from.getTime() > LONGEST_PERIOD_DAYS * DAY_MS) {
    throw new RequestError(
      "BAD_USER_INPUT",
      `\`from\` and \`to\` may be at most ${LONGEST_PERIOD_DAYS} days apart: ask for a longer time in several periods.`,
      ["from"],
    );
  }
  return { from, to };
}
