import { expect, test } from "@jest/globals";

import { LONGEST_PERIOD_DAYS, type RequestedPeriod, readUsagePeriod } from "../../src/agents/usage-period";
import { RequestError } from "../../src/errors";

const NOW = "2026-05-14T09:30:00.000Z";

function read(asked: { from?: string | null; to?: string | null }, now = NOW): string {
  const instant = (text: string | null | undefined) => (typeof text === "string" ? new Date(text) : text);
  const period: RequestedPeriod = { from: instant(asked.from), to: instant(asked.to) };
  const { from, to } = readUsagePeriod(period, new Date(now));
  return `${from.toISOString()} ${to.toISOString()}`;
}

test.each([
  ["the month so far", {}, NOW, "2026-05-01T00:00:00.000Z 2026-05-14T09:30:00.001Z"],
  ["nulls like nothing", { from: null, to: null }, NOW, "2026-05-01T00:00:00.000Z 2026-05-14T09:30:00.001Z"],
  ["the first moment of a month", {}, "2026-06-01T00:00:00Z", "2026-06-01T00:00:00.000Z 2026-06-01T00:00:00.001Z"],
  ["the last moment of a year", {}, "2026-12-31T23:59:59.999Z", "2026-12-01T00:00:00.000Z 2027-01-01T00:00:00.000Z"],
  ["a leap day", {}, "2028-02-29T12:00:00Z", "2028-02-01T00:00:00.000Z 2028-02-29T12:00:00.001Z"],
  [
    "from an instant until now",
    { from: "2026-01-15T08:00:00Z" },
    NOW,
    "2026-01-15T08:00:00.000Z 2026-05-14T09:30:00.001Z",
  ],
  [
    "the month up to an instant",
    { to: "2026-05-02T00:00:00Z" },
    NOW,
    "2026-05-01T00:00:00.000Z 2026-05-02T00:00:00.000Z",
  ],
  [
    "a month to come",
    { from: "2027-01-01T00:00:00Z", to: "2027-02-01T00:00:00Z" },
    NOW,
    "2027-01-01T00:00:00.000Z 2027-02-01T00:00:00.000Z",
  ],
  [
    "a single millisecond",
    { from: "2026-01-01T00:00:00.000Z", to: "2026-01-01T00:00:00.001Z" },
    NOW,
    "2026-01-01T00:00:00.000Z 2026-01-01T00:00:00.001Z",
  ],
  [
    "a leap year in another zone",
    { from: "2028-01-01T00:00:00-08:00", to: "2029-01-01T00:00:00-08:00" },
    NOW,
    "2028-01-01T08:00:00.000Z 2029-01-01T08:00:00.000Z",
  ],
  [
    "the longest period",
    { from: "2026-01-01T00:00:00Z", to: "2027-01-03T00:00:00Z" },
    NOW,
    "2026-01-01T00:00:00.000Z 2027-01-03T00:00:00.000Z",
  ],
])("%s", (_what, asked, now, expected) => {
  expect(read(asked, now)).toBe(expected);
});

const REVERSED = expect.stringContaining("`from` must be before `to`: give an earlier `from` or a later `to`.");
const TOO_LONG = `\`from\` and \`to\` may be at most ${LONGEST_PERIOD_DAYS} days apart: ask for a longer time in several periods.`;

test.each([
  ["an empty period", { from: "2026-05-01T00:00:00Z", to: "2026-05-01T00:00:00Z" }, REVERSED],
  ["a reversed one", { from: "2026-05-02T00:00:00Z", to: "2026-05-01T00:00:00Z" }, REVERSED],
  ["a beginning to come, without an end", { from: "2026-05-14T09:30:00.001Z" }, REVERSED],
  ["an end before this month, without a beginning", { to: "2026-05-01T00:00:00Z" }, REVERSED],
  ["a millisecond too much", { from: "2026-01-01T00:00:00Z", to: "2027-01-03T00:00:00.001Z" }, TOO_LONG],
  ["all of time", { from: "0001-01-01T00:00:00Z", to: "9999-12-31T23:59:59.999Z" }, TOO_LONG],
])("%s is refused", (_what, asked, message) => {
  const refused = expect.objectContaining({ code: "BAD_USER_INPUT", field: ["from"], message });
  expect(() => read(asked)).toThrow(RequestError);
  expect(() => read(asked)).toThrow(refused);
});
