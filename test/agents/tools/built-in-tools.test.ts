import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { compareRates } from "../../../src/agents/tools/built-in/compare-rates";
import { tellTime } from "../../../src/agents/tools/built-in/current-time";
import { measureText } from "../../../src/agents/tools/built-in/measure-text";
import { twoSidedProbability } from "../../../src/agents/tools/built-in/normal-distribution";
import { createBuiltInTools } from "../../../src/agents/tools/built-in-tools";
import { createToolbox, type Toolbox } from "../../../src/agents/tools/toolbox";
import { createDataSource } from "../../../src/database/data-source";
import { ENTITIES } from "../../../src/entities";
import { newId } from "../../../src/ids";
import { createLogger } from "../../../src/logger";
import type { JsonObject } from "../../../src/providers/language-model";
import { BUILT_IN_TOOL_NAMES } from "../../../src/workspaces/built-in-tool-names";
import { seedSessions } from "../../graphql/seed-sessions";
import { createTestDatabase, type TestDatabase } from "../../support/database";

let database: TestDatabase;
let dataSource: DataSource;
let toolbox: Toolbox;
const logs: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, entities: ENTITIES, poolSize: 2 }).initialize();
  toolbox = createToolbox({
    tools: createBuiltInTools({ dataSource }),
    allowed: BUILT_IN_TOOL_NAMES,
    logger: createLogger("debug", { write: (line) => logs.push(line) }),
  });
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

async function call(name: string, args: JsonObject, workspaceId = "acme") {
  const { signal } = new AbortController();
  const context = { workspaceId, userId: "user", buddy: "analyst", sessionId: "session", signal };
  const outcome = await toolbox.call({ name, arguments: args }, context);
  return "result" in outcome ? outcome.result : outcome.errorMessage;
}

test("there is one for every name that a buddy can be allowed, and each can be offered", () => {
  expect(toolbox.definitions.map(({ name }) => name)).toEqual([...BUILT_IN_TOOL_NAMES]);
  for (const { description } of toolbox.definitions) expect(description).toMatch(/^[A-Z].*\.$/);
  expect(logs).toEqual([]);
});

describe("current_time", () => {
  test.each([
    ["2026-03-29T00:59:59Z", "Europe/Berlin", "2026-03-29", "01:59:59", "Sunday", "+01:00"],
    ["2026-03-29T01:00:00Z", "Europe/Berlin", "2026-03-29", "03:00:00", "Sunday", "+02:00"],
    ["2026-12-31T18:30:00Z", "Asia/Kathmandu", "2027-01-01", "00:15:00", "Friday", "+05:45"],
    ["2026-11-23T00:00:00Z", "America/New_York", "2026-11-22", "19:00:00", "Sunday", "-05:00"],
    ["2026-11-23T00:00:00Z", "UTC", "2026-11-23", "00:00:00", "Monday", "+00:00"],
  ])("%s is in %s: %s %s, %s, %s", (instant, timeZone, date, time, weekday, utcOffset) => {
    const utc = new Date(instant);
    expect(tellTime(utc, timeZone)).toEqual({ utc: utc.toISOString(), timeZone, date, time, weekday, utcOffset });
  });

  test("is now, and at UTC unless asked otherwise", async () => {
    const before = Date.now();
    const { utc, timeZone } = (await call("current_time", {})) as { utc: string; timeZone: string };
    expect(Date.parse(utc)).toBeGreaterThanOrEqual(before);
    expect(timeZone).toBe("UTC");
  });

  test("does not know every time zone", async () => {
    expect(await call("current_time", { timeZone: "Mars/Olympus" })).toContain('"timeZone" must be an IANA time zone');
  });
});

describe("list_dates", () => {
  test("lists both days and what is between, with ISO weeks over the turn of a year", async () => {
    expect(await call("list_dates", { from: "2026-12-31", to: "2027-01-04" })).toEqual([
      { date: "2026-12-31", weekday: "Thursday", week: "2026-W53" },
      { date: "2027-01-01", weekday: "Friday", week: "2026-W53" },
      { date: "2027-01-02", weekday: "Saturday", week: "2026-W53" },
      { date: "2027-01-03", weekday: "Sunday", week: "2026-W53" },
      { date: "2027-01-04", weekday: "Monday", week: "2027-W01" },
    ]);
    expect(await call("list_dates", { from: "2024-12-30", to: "2024-12-30" })).toEqual([
      { date: "2024-12-30", weekday: "Monday", week: "2025-W01" },
    ]);
  });

  test("lists certain weekdays, and a leap day", async () => {
    const listed = await call("list_dates", { from: "2028-02-25", to: "2028-03-07", weekdays: ["Tuesday"] });
    expect(listed).toEqual([
      { date: "2028-02-29", weekday: "Tuesday", week: "2028-W09" },
      { date: "2028-03-07", weekday: "Tuesday", week: "2028-W10" },
    ]);
  });

  test("lists a year at most", async () => {
    expect(await call("list_dates", { from: "2028-01-01", to: "2029-01-01" })).toHaveLength(367);
    expect(await call("list_dates", { from: "2028-01-01", to: "2029-01-02" })).toBe(
      '"from" and "to" must be within 366 days of each other.',
    );
  });

  test.each([
    [{ from: "2027-02-29", to: "2027-03-01" }, '"from" must be a date that exists, as YYYY-MM-DD.'],
    [{ from: "2027-02-01", to: "tomorrow" }, '"to" must be a date that exists, as YYYY-MM-DD.'],
    [{ from: "+275760-09-13", to: "2027-01-01" }, '"from" must be a date that exists, as YYYY-MM-DD.'],
    [{ from: "2027-02-02", to: "2027-02-01" }, '"from" must not be after "to".'],
    [{ from: "2027-02-02", to: "2027-02-02", weekdays: ["Funday"] }, '"weekdays.0" must be one of ["Sunday",'],
  ])("%j: %s", async (args, problem) => {
    expect(await call("list_dates", args)).toContain(problem);
  });
});

describe("measure_text", () => {
  test.each<[string, string, JsonObject]>([
    ["nothing", "", { characters: 0, codePoints: 0, utf16Length: 0, bytes: 0, words: 0, lines: 0, weightedLength: 0 }],
    ["words and lines", "Spring sale:\r\nit's on!\n", { characters: 22, utf16Length: 23, words: 4, lines: 3 }],
    ["an accent of its own", "Cafe\u0301", { characters: 4, codePoints: 5, bytes: 6, weightedLength: 4 }],
    ["a family", "👨‍👩‍👧‍👦!", { characters: 2, codePoints: 8, utf16Length: 12, bytes: 26, weightedLength: 3 }],
    ["a flag and a key", "🇩🇪1️⃣", { characters: 2, weightedLength: 4 }],
    ["Japanese", "春の セール", { characters: 6, weightedLength: 11 }],
    ["quotation marks, a dash and an ellipsis", "“a” – …", { characters: 7, weightedLength: 8 }],
    ["a link", "See https://example.com/a-very-long-path?with=a&query=that#counts now", { weightedLength: 31 }],
    ["two links", "http://a.example\nhttps://b.example/ü", { weightedLength: 47 }],
  ])("of %s", async (_what, text, expected) => {
    expect(measureText(text)).toMatchObject(expected);
    expect(await call("measure_text", { text })).toEqual(measureText(text));
  });

  test("of a book is refused", async () => {
    expect(await call("measure_text", { text: "x".repeat(50_001) })).toContain(
      "must NOT have more than 50000 characters",
    );
  });
});

describe("compare_rates", () => {
  test.each([
    [0, 1],
    [1, 0.31731050786291415],
    [1.959963984540054, 0.05],
    [-2.5758293035489004, 0.01],
    [4.2, 2.6691498031812692e-5],
    [4.3, 1.7079810941983632e-5],
    [6, 1.973175290075396e-9],
    [10, 1.523970604832105e-23],
    [37, 1.1451142445050278e-299],
  ])("%d standard deviations are exceeded with a probability of %d", (z, probability) => {
    const relative = twoSidedProbability(z) / probability;
    expect(Math.abs(relative - 1)).toBeLessThan(1e-10);
  });

  test("gives Newcombe's published interval, and the pooled test", () => {
    expect(compareRates({ successes: 48, trials: 80 }, { successes: 56, trials: 70 })).toMatchObject({
      rateA: 0.6,
      rateB: 0.8,
      difference: 0.2,
      relativeDifference: 0.333333,
      interval95: [expect.closeTo(0.0524, 4), expect.closeTo(0.3339, 4)],
      pValue: expect.closeTo(0.008045, 6),
      significantAt5Percent: true,
      caution: null,
    });
  });

  test("holds at the edges, and says when there are too few cases", () => {
    expect(compareRates({ successes: 0, trials: 10 }, { successes: 0, trials: 20 })).toMatchObject({
      difference: 0,
      relativeDifference: null,
      interval95: [expect.closeTo(-0.2775, 4), expect.closeTo(0.1611, 4)],
      pValue: 1,
      significantAt5Percent: false,
      caution: "Too few cases for the p-value to be trusted. Collect more.",
    });
    expect(compareRates({ successes: 10, trials: 10 }, { successes: 0, trials: 20 })).toMatchObject({
      difference: -1,
      interval95: [-1, expect.closeTo(-0.6791, 4)],
    });
    expect(compareRates({ successes: 1e9, trials: 1e9 }, { successes: 0, trials: 1e9 })).toMatchObject({ pValue: 0 });
  });

  test("is asked for two rates that can be", async () => {
    const b = { successes: 1, trials: 2 };
    expect(await call("compare_rates", { a: b, b })).toMatchObject({ difference: 0, pValue: 1 });
    expect(await call("compare_rates", { a: { successes: 3, trials: 2 }, b })).toBe(
      '"a.successes" must not be greater than "a.trials".',
    );
    expect(await call("compare_rates", { a: { successes: 0, trials: 0 }, b })).toContain('"a.trials" must be >= 1');
    expect(await call("compare_rates", { a: { successes: 0.5, trials: 1 }, b })).toContain("must be of type integer");
  });
});

describe("workspace_usage", () => {
  const own = { mode: "BYOK_OPENAI", provider: "OPENAI" } as const;

  beforeAll(async () => {
    for (const workspaceId of ["acme", "other"]) {
      await dataSource.query("INSERT INTO workspaces (id, name) VALUES ($1, $1)", [workspaceId]);
      const users = [newId(), newId()];
      for (const id of users) {
        await dataSource.query("INSERT INTO users (id, workspace_id, sub, name) VALUES ($1::uuid, $2, $1::text, 'A')", [
          id,
          workspaceId,
        ]);
      }
      const [first = "", second = ""] = users;
      await seedSessions(dataSource, { workspaceId, userId: first }, [
        { endedAt: new Date("2026-01-01T00:00:00Z"), tokens: 1 },
        { endedAt: new Date("2026-01-31T23:59:59.999Z"), tokens: 10 },
        { endedAt: new Date("2026-02-01T00:00:00Z"), tokens: 100 },
        { startedAt: new Date("2026-01-31T23:59:00Z"), endedAt: new Date("2026-02-01T00:01:00Z"), tokens: 50_000 },
        { endedAt: new Date("2026-01-15T12:00:00Z"), tokens: 9_007_199_254, route: own },
      ]);
      await seedSessions(dataSource, { workspaceId, userId: second }, [
        { endedAt: new Date("2026-01-20T00:00:00Z"), tokens: 1000 },
        { endedAt: new Date(), tokens: 7 },
        { startedAt: new Date(), tokens: 300_000, status: "RUNNING" },
      ]);
    }
  });

  const used = (mode: string, sessions: number, inputTokens: number) => {
    return {
      mode,
      sessions,
      inputTokens,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      totalTokens: inputTokens,
    };
  };

  test("counts what ended on whole days in the asking user's workspace, by mode and not by user", async () => {
    expect(await call("workspace_usage", { from: "2026-01-01", to: "2026-01-31" })).toEqual({
      from: "2026-01-01",
      to: "2026-01-31",
      sessions: 4,
      totalTokens: 9_007_200_265,
      byMode: [used("METERED", 3, 1011), used("BYOK_OPENAI", 1, 9_007_199_254)],
    });
  });

  test("counts the last thirty days unless asked otherwise, and nothing that still runs", async () => {
    const today = new Date().toISOString().slice(0, 10);
    expect(await call("workspace_usage", {})).toMatchObject({
      to: today,
      sessions: 1,
      byMode: [used("METERED", 1, 7)],
    });
    expect(await call("workspace_usage", { to: "2026-01-30" })).toMatchObject({ from: "2026-01-01", sessions: 3 });
    expect(await call("workspace_usage", {}, "empty")).toMatchObject({ sessions: 0, totalTokens: 0, byMode: [] });
  });

  test.each([
    [{ from: "2026-02-01", to: "2026-01-01" }, '"from" must not be after "to".'],
    [{ from: "2025-01-01", to: "2026-01-03" }, '"from" and "to" must be within 366 days of each other.'],
    [{ from: "2026-13-01" }, '"from" must be a date that exists, as YYYY-MM-DD.'],
    [{ workspace: "other" }, '"workspace" is not known'],
  ])("%j: %s", async (args, problem) => {
    expect(await call("workspace_usage", args)).toContain(problem);
  });
});
