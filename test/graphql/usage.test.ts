// What a workspace used in a period: what is counted, when, for whom, and how it is added up.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";

import { NO_TOKENS, type TokenUsage, totalTokens } from "../../src/agents/token-usage";
import { newId } from "../../src/ids";
import { simulate } from "../../src/simulators/script";
import { WorkspaceUsageDocument, type WorkspaceUsageQuery } from "../generated/graphql";
import { startTestServer, type TestServer } from "../support/test-server";
import { type SeededSession, seedSessions } from "./seed-sessions";
import { newWorkspace, type Person, type TestWorkspace } from "./test-workspace";

type Summary = WorkspaceUsageQuery["workspace"]["usage"];

const OWN_CLAUDE = { mode: "BYOK_CLAUDE" } as const;
const OWN_OPENAI = { mode: "BYOK_OPENAI", provider: "OPENAI", modelId: "gpt-4.1" } as const;

let server: TestServer;
let workspace: TestWorkspace;
let admin: Person;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  workspace = newWorkspace(server);
  admin = await workspace.admin();
});

const seed = (person: Person, ...sessions: SeededSession[]) => seedSessions(server.dataSource, person, sessions);

async function usageOf(person: Person, period: { from?: string | null; to?: string | null }): Promise<Summary> {
  return (await person.ask(WorkspaceUsageDocument.toString(), period)).workspace.usage;
}

/** Totals as they are told. */
function totals(sessions: number, used: Partial<TokenUsage> = {}) {
  const usage = { ...NO_TOKENS, ...used };
  return { sessions, usage: { ...usage, totalTokens: totalTokens(usage) } };
}

const NOTHING = totals(0);
const input = (sessions: number, inputTokens: number) => totals(sessions, { inputTokens });
const day = (date: string) => `${date}T00:00:00.000Z`;
const may = (from: number, to: number) => ({
  from: new Date(Date.UTC(2026, 4, from)).toISOString(),
  to: new Date(Date.UTC(2026, 4, to)).toISOString(),
});
const at = (text: string) => new Date(`2026-05-${text}Z`);

describe("what is added up", () => {
  test("every kind of token, in total, by payer, mode, buddy, model and day", async () => {
    await seed(
      admin,
      {
        endedAt: at("10T09:30:00"),
        usage: { inputTokens: 1, outputTokens: 20, cacheReadTokens: 300, cacheWriteTokens: 4_000 },
      },
      { endedAt: at("10T23:00:00"), tokens: 50_000, route: OWN_CLAUDE, buddySlug: "analyst" },
      { endedAt: at("12T00:30:00"), usage: { outputTokens: 700, reasoningTokens: 600 }, route: OWN_OPENAI },
      { endedAt: at("12T11:00:00"), tokens: 8, buddySlug: "analyst", route: { modelId: "claude-haiku-4-5" } },
      { endedAt: at("12T12:00:00"), usage: { outputTokens: 90, reasoningTokens: 5 }, route: OWN_OPENAI },
    );

    const first = { inputTokens: 1, outputTokens: 20, cacheReadTokens: 300, cacheWriteTokens: 4_000 };
    const openAi = totals(2, { outputTokens: 790, reasoningTokens: 605 });
    expect(await usageOf(admin, may(10, 13))).toEqual({
      ...may(10, 13),
      total: totals(5, {
        inputTokens: 50_009,
        outputTokens: 810,
        cacheReadTokens: 300,
        cacheWriteTokens: 4_000,
        reasoningTokens: 605,
      }),
      metered: totals(2, { ...first, inputTokens: 9 }),
      byok: totals(3, { inputTokens: 50_000, outputTokens: 790, reasoningTokens: 605 }),
      byMode: [
        { mode: "METERED", totals: totals(2, { ...first, inputTokens: 9 }) },
        { mode: "BYOK_CLAUDE", totals: input(1, 50_000) },
        { mode: "BYOK_OPENAI", totals: openAi },
      ],
      byBuddy: [
        { buddy: { slug: "analyst" }, totals: input(2, 50_008) },
        { buddy: { slug: "campaign" }, totals: totals(3, { ...first, outputTokens: 810, reasoningTokens: 605 }) },
      ],
      byModel: [
        { modelId: "claude-sonnet-4-6", provider: "CLAUDE", totals: totals(2, { ...first, inputTokens: 50_001 }) },
        { modelId: "gpt-4.1", provider: "OPENAI", totals: openAi },
        { modelId: "claude-haiku-4-5", provider: "CLAUDE", totals: input(1, 8) },
      ],
      daily: [
        { day: day("2026-05-10"), metered: totals(1, first), byok: input(1, 50_000) },
        { day: day("2026-05-11"), metered: NOTHING, byok: NOTHING },
        { day: day("2026-05-12"), metered: input(1, 8), byok: openAi },
      ],
    });
  });

  test("nothing, in a month that nothing happened in: every day of it is there, and no mode, buddy or model", async () => {
    await seed(
      admin,
      { endedAt: at("31T23:59:59.999"), tokens: 1 },
      { endedAt: new Date(day("2026-07-01")), tokens: 1 },
    );

    const { daily, ...summary } = await usageOf(admin, { from: day("2026-06-01"), to: day("2026-07-01") });

    expect(summary).toEqual({
      from: day("2026-06-01"),
      to: day("2026-07-01"),
      total: NOTHING,
      metered: NOTHING,
      byok: NOTHING,
      byMode: [],
      byBuddy: [],
      byModel: [],
    });
    expect(daily).toEqual(
      Array.from({ length: 30 }, (_, index) => ({
        day: day(`2026-06-${String(index + 1).padStart(2, "0")}`),
        metered: NOTHING,
        byok: NOTHING,
      })),
    );
  });

  test("sessions that used nothing: a mode, a buddy and a model are used by being asked", async () => {
    await seed(admin, { endedAt: at("10T09:00:00"), status: "FAILED", route: OWN_CLAUDE });

    expect(await usageOf(admin, may(10, 11))).toMatchObject({
      total: totals(1),
      byMode: [{ mode: "BYOK_CLAUDE", totals: totals(1) }],
      byBuddy: [{ buddy: { slug: "campaign" }, totals: totals(1) }],
      byModel: [{ modelId: "claude-sonnet-4-6", totals: totals(1) }],
    });
  });

  test("more tokens than fit into 32 bits, exactly, up to the last that a number can hold", async () => {
    await seed(
      admin,
      { endedAt: at("10T01:00:00"), tokens: 2 ** 31 },
      { endedAt: at("10T02:00:00"), tokens: 2 ** 31, usage: { reasoningTokens: 2 ** 40 } },
      { endedAt: at("11T01:00:00"), tokens: 2 ** 53 - 1 - 2 ** 32 },
    );

    const { total, daily } = await usageOf(admin, may(10, 12));

    expect(total).toEqual(totals(3, { inputTokens: Number.MAX_SAFE_INTEGER, reasoningTokens: 2 ** 40 }));
    expect(daily[0]?.metered).toEqual(totals(2, { inputTokens: 2 ** 32, reasoningTokens: 2 ** 40 }));
  });

  test("reasoning that some told, and null where none did", async () => {
    await seed(
      admin,
      { endedAt: at("10T01:00:00"), usage: { outputTokens: 9, reasoningTokens: 0 }, route: OWN_OPENAI },
      { endedAt: at("11T01:00:00"), usage: { outputTokens: 9 } },
    );

    const { total, metered, byok } = await usageOf(admin, may(10, 12));

    expect([total, byok, metered].map(({ usage }) => usage.reasoningTokens)).toEqual([0, 0, null]);
  });

  test("the largest come first, and equals keep their order", async () => {
    const used = (buddySlug: string, tokens: number, modelId: string) => ({
      endedAt: at("10T01:00:00"),
      buddySlug,
      tokens,
      route: { modelId },
    });
    await seed(
      admin,
      used("copywriter", 5, "b"),
      used("campaign", 5, "a"),
      used("analyst", 4, "b"),
      used("analyst", 4, "c"),
    );

    const { byBuddy, byModel } = await usageOf(admin, may(10, 11));

    expect(byBuddy.map(({ buddy }) => buddy?.slug)).toEqual(["analyst", "campaign", "copywriter"]);
    expect(byModel.map(({ modelId }) => modelId)).toEqual(["b", "a", "c"]);
  });

  test("buddies that are no more, each for itself", async () => {
    await seed(
      admin,
      { endedAt: at("10T01:00:00"), buddySlug: "gone", tokens: 3 },
      { endedAt: at("10T02:00:00"), buddySlug: "campaign", tokens: 2 },
      { endedAt: at("10T03:00:00"), buddySlug: "gone-too", tokens: 1 },
    );

    const { byBuddy } = await usageOf(admin, may(10, 11));

    expect(byBuddy).toEqual([
      { buddy: null, totals: input(1, 3) },
      { buddy: { slug: "campaign" }, totals: input(1, 2) },
      { buddy: null, totals: input(1, 1) },
    ]);
  });
});

describe("what is counted", () => {
  test("every session that ended, however it ended, and none that runs", async () => {
    await seed(
      admin,
      { endedAt: at("10T01:00:00"), tokens: 1 },
      { endedAt: at("10T01:00:00"), tokens: 10, status: "FAILED" },
      { endedAt: at("10T01:00:00"), tokens: 100, status: "CANCELLED" },
      { endedAt: at("10T01:00:00"), tokens: 1_000, status: "INTERRUPTED" },
      { startedAt: at("10T01:00:00"), tokens: 10_000, status: "RUNNING" },
      { startedAt: at("10T01:00:00"), tokens: 100_000, status: "PENDING" },
    );

    expect((await usageOf(admin, may(10, 11))).total).toEqual(input(4, 1_111));
  });

  test("a session at the moment it ended, which its bill goes by, wherever it began", async () => {
    await seed(
      admin,
      { startedAt: at("09T23:59:00"), endedAt: at("10T00:01:00"), tokens: 1 },
      { startedAt: at("10T23:59:00"), endedAt: at("11T00:01:00"), tokens: 10 },
    );

    expect((await usageOf(admin, may(10, 11))).total).toEqual(input(1, 1));
  });

  test("the beginning of a period belongs to it, its end to the next one", async () => {
    await seed(
      admin,
      { endedAt: at("09T23:59:59.999"), tokens: 1 },
      { endedAt: at("10T00:00:00.000"), tokens: 10 },
      { endedAt: at("10T23:59:59.999"), tokens: 100 },
      { endedAt: at("11T00:00:00.000"), tokens: 1_000 },
    );

    expect((await usageOf(admin, may(10, 11))).total).toEqual(input(2, 110));
    expect((await usageOf(admin, may(9, 12))).daily.map(({ metered }) => metered)).toEqual([
      input(1, 1),
      input(2, 110),
      input(1, 1_000),
    ]);
  });

  test("of a day that the period cuts, only what is within the period", async () => {
    await seed(
      admin,
      { endedAt: at("10T21:59:59.999"), tokens: 1 },
      { endedAt: at("10T22:00:00.000"), tokens: 10 },
      { endedAt: at("11T21:59:59.999"), tokens: 100 },
      { endedAt: at("11T22:00:00.000"), tokens: 1_000 },
    );

    // The 11th of May, two hours east of UTC.
    const summary = await usageOf(admin, { from: "2026-05-11T00:00:00+02:00", to: "2026-05-12T00:00:00+02:00" });

    expect([summary.from, summary.to]).toEqual(["2026-05-10T22:00:00.000Z", "2026-05-11T22:00:00.000Z"]);
    expect(summary.daily).toEqual([
      { day: day("2026-05-10"), metered: input(1, 10), byok: NOTHING },
      { day: day("2026-05-11"), metered: input(1, 100), byok: NOTHING },
    ]);
  });

  test("delegated work in its own session, and not in the one that delegated it", async () => {
    const id = newId();
    await seed(
      admin,
      { endedAt: at("10T01:00:02"), id, buddySlug: "orchestrator", tokens: 10 },
      { endedAt: at("10T01:00:01"), parentId: id, tokens: 100, route: OWN_CLAUDE },
    );

    expect(await usageOf(admin, may(10, 11))).toMatchObject({
      total: input(2, 110),
      metered: input(1, 10),
      byok: input(1, 100),
      byBuddy: [
        { buddy: { slug: "campaign" }, totals: input(1, 100) },
        { buddy: { slug: "orchestrator" }, totals: input(1, 10) },
      ],
    });
  });

  test("a turn as soon as it has ended, with all that it delegated", async () => {
    const used = (count: number) => ({ usage: { input: count, output: count, cacheRead: 0, cacheWrite: 0 } });
    const task = simulate([[used(1), { text: "The plan." }]]);
    const message = simulate([
      [used(10), { tool: "delegate", arguments: { buddy: "campaign", task } }],
      [used(100), { text: "All done." }],
    ]);
    const { startedAt } = await admin.runTurn({ message });

    expect(await usageOf(admin, { from: startedAt })).toMatchObject({
      total: totals(2, { inputTokens: 111, outputTokens: 111 }),
      byBuddy: [
        { buddy: { slug: "orchestrator" }, totals: totals(1, { inputTokens: 110, outputTokens: 110 }) },
        { buddy: { slug: "campaign" }, totals: totals(1, { inputTokens: 1, outputTokens: 1 }) },
      ],
    });
  });
});

describe("whose sessions are counted", () => {
  test("those of the workspace alone", async () => {
    const elsewhere = await newWorkspace(server).admin();
    await seed(elsewhere, { endedAt: at("10T01:00:00"), tokens: 1_000 });
    await seed(admin, { endedAt: at("10T01:00:00"), tokens: 1 });

    expect((await usageOf(admin, may(10, 11))).total).toEqual(input(1, 1));
    expect((await usageOf(elsewhere, may(10, 11))).total).toEqual(input(1, 1_000));
  });

  test("a member's own, and for admins and owners everybody's", async () => {
    const member = await workspace.member();
    const colleague = await workspace.member("colleague");
    await seed(member, { endedAt: at("10T01:00:00"), tokens: 1 });
    await seed(colleague, { endedAt: at("10T01:00:00"), tokens: 10, buddySlug: "analyst", route: OWN_OPENAI });
    await seed(admin, { endedAt: at("11T01:00:00"), tokens: 100 });

    const own = await usageOf(member, may(10, 12));
    expect(own).toEqual({
      ...may(10, 12),
      total: input(1, 1),
      metered: input(1, 1),
      byok: NOTHING,
      byMode: [{ mode: "METERED", totals: input(1, 1) }],
      byBuddy: [{ buddy: { slug: "campaign" }, totals: input(1, 1) }],
      byModel: [{ modelId: "claude-sonnet-4-6", provider: "CLAUDE", totals: input(1, 1) }],
      daily: [
        { day: day("2026-05-10"), metered: input(1, 1), byok: NOTHING },
        { day: day("2026-05-11"), metered: NOTHING, byok: NOTHING },
      ],
    });
    for (const person of [admin, await workspace.owner()]) {
      expect(await usageOf(person, may(10, 12))).toMatchObject({
        total: input(3, 111),
        metered: input(2, 101),
        byok: input(1, 10),
      });
    }
  });
});

describe("the period", () => {
  test.each([
    ["left out", {}],
    ["null", { from: null, to: null }],
  ])("is the calendar month, UTC, up to now when it is %s", async (_how, period) => {
    const before = Date.now();
    const { from, to, daily } = await usageOf(admin, period);
    const after = Date.now();

    // `to` is the first millisecond that has not come yet.
    const now = Date.parse(to) - 1;
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(after);
    const today = new Date(now);
    expect(from).toBe(new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth())).toISOString());
    expect(daily).toHaveLength(today.getUTCDate());
  });

  test("may be 367 days long, and has a day for each", async () => {
    const { daily } = await usageOf(admin, { from: day("2026-01-01"), to: day("2027-01-03") });

    expect(daily).toHaveLength(367);
    expect([daily[0]?.day, daily[58]?.day, daily[59]?.day, daily[366]?.day]).toEqual(
      ["2026-01-01", "2026-02-28", "2026-03-01", "2027-01-02"].map(day),
    );
  });

  test.each([
    ["reversed", may(11, 10), "`from` must be before `to`: give an earlier `from` or a later `to`."],
    ["empty", may(10, 10), "`from` must be before `to`: give an earlier `from` or a later `to`."],
    ["over before this month", { to: day("2026-01-01") }, "Left out, `from` is the start of this month (UTC)"],
    ["yet to begin", { from: day("2999-01-01") }, "and `to` is now."],
    [
      "longer than that",
      { from: day("2026-01-01"), to: "2027-01-03T00:00:00.001Z" },
      "`from` and `to` may be at most 367 days apart: ask for a longer time in several periods.",
    ],
    ["no instant", { from: "yesterday" }, "DateTime"],
  ])("is refused when it is %s", async (_what, period, sentence) => {
    const { data, errors } = await admin.answer(WorkspaceUsageDocument.toString(), period);

    expect(data ?? null).toBeNull();
    expect(errors).toEqual([
      expect.objectContaining({
        message: expect.stringContaining(sentence),
        extensions: { code: "BAD_USER_INPUT" },
      }),
    ]);
  });
});
