import type { JsonObject } from "../../../providers/language-model";
import { type Tool, ToolFailure } from "../tool";

export const currentTimeTool: Omit<Tool, "name"> = {
  description: "Tells the current date, time and weekday, in UTC and in a time zone.",
  inputSchema: {
    type: "object",
    properties: {
      timeZone: { type: "string", description: "IANA name, e.g. Europe/Berlin. UTC when left out." },
    },
    additionalProperties: false,
  },
  call: async ({ timeZone }) => tellTime(new Date(), typeof timeZone === "string" ? timeZone : "UTC"),
};

/** The instant as a calendar and a clock in that zone show it. */
export function tellTime(instant: Date, timeZone: string): JsonObject {
  const parts = Object.fromEntries(
    formatIn(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  return {
    utc: instant.toISOString(),
    timeZone,
    date: `${parts.year}-${parts.month}-${parts.day}`,
    time: `${parts.hour}:${parts.minute}:${parts.second}`,
    weekday: parts.weekday ?? "",
    // "GMT+02:00", and "GMT" alone at UTC.
    utcOffset: parts.timeZoneName?.slice("GMT".length) || "+00:00",
  };
}

function formatIn(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-GB", {
      timeZone,
      calendar: "gregory",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      weekday: "long",
      timeZoneName: "longOffset",
    });
  } catch {
    throw new ToolFailure('"timeZone" must be an IANA time zone, e.g. Europe/Berlin or America/New_York.');
  }
}
