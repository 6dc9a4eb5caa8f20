import type { JsonValue } from "../../../providers/language-model";
import { type Tool, ToolFailure } from "../tool";
import { DAY_MS, dateSchema, formatDate, readDate } from "./calendar-date";

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/** Days between the first and the last date: a year. */
const LONGEST_SPAN_DAYS = 366;

export const listDatesTool: Omit<Tool, "name"> = {
  description:
    "Lists the dates from one day to another with their weekdays and ISO weeks, e.g. for a schedule. At most a year.",
  inputSchema: {
    type: "object",
    properties: {
      from: dateSchema("First day."),
      to: dateSchema("Last day."),
      weekdays: {
        type: "array",
        items: { type: "string", enum: [...WEEKDAYS] },
        description: "Only these weekdays. All when left out.",
      },
    },
    required: ["from", "to"],
    additionalProperties: false,
  },
  async call({ from, to, weekdays }) {
    return listDates(readDate(from, "from"), readDate(to, "to"), Array.isArray(weekdays) ? weekdays : WEEKDAYS);
  },
};

/** Both days included; only those of the given weekdays. */
export function listDates(from: Date, to: Date, weekdays: readonly JsonValue[]): JsonValue[] {
  const days = (to.getTime() - from.getTime()) / DAY_MS;
  if (days < 0) throw new ToolFailure('"from" must not be after "to".');
  if (days > LONGEST_SPAN_DAYS)
    throw new ToolFailure(`"from" and "to" must be within ${LONGEST_SPAN_DAYS} days of each other.`);
  return Array.from({ length: days + 1 }, (_, day) => new Date(from.getTime() + day * DAY_MS))
    .map((date) => ({ date: formatDate(date), weekday: WEEKDAYS[date.getUTCDay()] ?? "", week: isoWeek(date) }))
    .filter(({ weekday }) => weekdays.includes(weekday));
}

/** ISO 8601: a week belongs to the year that has its Thursday, e.g. `2026-W53`. */
function isoWeek(date: Date): string {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY_MS);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS / 7);
  return `${year}-W${String(week).padStart(2, "0")}`;
}
