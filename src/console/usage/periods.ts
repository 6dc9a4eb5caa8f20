// Days and months are UTC's, as on the bill.
export type PeriodName = "month" | "last" | "week" | "days";

interface Period {
  label: string;
  of(now: Date): { from: string | null; to: string | null };
}

const midnight = (now: Date, days: number) =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + days)).toISOString();
const month = (now: Date, months: number) =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months)).toISOString();

export const PERIODS: Record<PeriodName, Period> = {
  month: { label: "This billing month", of: () => ({ from: null, to: null }) },
  last: { label: "Last billing month", of: (now) => ({ from: month(now, -1), to: month(now, 0) }) },
  week: { label: "The last 7 days", of: (now) => ({ from: midnight(now, -6), to: null }) },
  days: { label: "The last 30 days", of: (now) => ({ from: midnight(now, -29), to: null }) },
};
