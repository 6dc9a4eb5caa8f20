import type { JsonValue } from "../../../providers/language-model";
import { ToolFailure } from "../tool";

export const DAY_MS = 24 * 3600 * 1000;

/** JSON Schema of a date, with what it means. */
export function dateSchema(description: string): { type: string; format: string; description: string } {
  return { type: "string", format: "date", description: `${description} As YYYY-MM-DD.` };
}

/** Years that a plan or a report can be about. */
const DATE = /^(19|2\d)\d{2}-\d{2}-\d{2}$/;

/** Midnight UTC of a `YYYY-MM-DD` that the calendar has. Throws a `ToolFailure` that names the argument. */
export function readDate(value: JsonValue | undefined, argument: string): Date {
  const text = String(value);
  const date = new Date(DATE.test(text) ? `${text}T00:00:00Z` : Number.NaN);
  // The parser moves 30 February into March.
  if (Number.isNaN(date.getTime()) || formatDate(date) !== text) {
    throw new ToolFailure(`"${argument}" must be a date that exists, as YYYY-MM-DD.`);
  }
  return date;
}

/** The date at UTC, as `YYYY-MM-DD`. */
export function formatDate(date: Date): string {
  return date.toISOString().slice(0, 10);
}
