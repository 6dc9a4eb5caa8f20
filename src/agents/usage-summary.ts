// What sessions used in a period: the one place that adds them up, in one pass of the database over their rows.
//
// A session counts once it has ended, and at the moment it ended, because that is how it is billed: `meter_events.occurred_at` is
// its `ended_at`. So the metered part of a period is what that period's bill says, and a period that is over never changes again.
// What a running session has used so far is, like its bill, still to come.
import type { DataSource } from "typeorm";

import type { LlmProvider } from "../providers/language-model";
import { MODEL_MODES, type ModelMode } from "../workspaces/model-mode";
import { addUsage, NO_TOKENS, type TokenUsage, totalTokens } from "./token-usage";
import { DAY_MS } from "./tools/built-in/calendar-date";
import type { UsagePeriod } from "./usage-period";

/** Whose sessions are added up. */
export interface UsageScope {
  workspaceId: string;
  /** Null for everybody's. */
  userId: string | null;
}

/** Delegated work is counted in the session that did it, and in no other. */
export interface UsageTotals {
  sessions: number;
  usage: TokenUsage;
}

export interface UsageSummary extends UsagePeriod {
  total: UsageTotals;
  /** What Waypath paid, and bills. */
  metered: UsageTotals;
  /** What the workspace's own keys paid. */
  byok: UsageTotals;
  /** In the order of `MODEL_MODES`, only those that were used. */
  byMode: { mode: ModelMode; totals: UsageTotals }[];
  /** Most tokens first. */
  byBuddy: { slug: string; totals: UsageTotals }[];
  /** Most tokens first. */
  byModel: { provider: LlmProvider; modelId: string; totals: UsageTotals }[];
  /** Every UTC day that the period touches, oldest first. Of the first and the last day only what is within the period. */
  daily: { day: Date; metered: UsageTotals; byok: UsageTotals }[];
}

/** The sessions that have mode, model, buddy and day in common. */
interface UsageGroup {
  mode: ModelMode;
  provider: LlmProvider;
  modelId: string;
  slug: string;
  day: Date;
  totals: UsageTotals;
}

/** The driver reads counts, and sums of `bigint`, as text. */
interface UsageRow extends Omit<UsageGroup, "totals"> {
  sessions: string;
  input_tokens: string;
  output_tokens: string;
  cache_read_tokens: string;
  cache_write_tokens: string;
  reasoning_tokens: string | null;
}

export async function summarizeUsage(
  dataSource: DataSource,
  scope: UsageScope,
  period: UsagePeriod,
): Promise<UsageSummary> {
  const groups = await readGroups(dataSource, scope, period);
  const byMode = partition(groups, ({ mode }) => mode);
  const byDay = partition(groups, ({ day }) => day.getTime());
  const byModel = [...partition(groups, ({ provider }) => provider)].flatMap(([provider, ofProvider]) =>
    [...partition(ofProvider, ({ modelId }) => modelId)].map(([modelId, of]) => ({ provider, modelId, of })),
  );
  return {
    ...period,
    total: sum(groups),
    ...byPayer(groups),
    byMode: MODEL_MODES.flatMap((mode) => {
      const of = byMode.get(mode);
      return of === undefined ? [] : [{ mode, totals: sum(of) }];
    }),
    byBuddy: [...partition(groups, ({ slug }) => slug)]
      .map(([slug, of]) => ({ slug, totals: sum(of) }))
      .sort(largestFirst),
    byModel: byModel.map(({ of, ...model }) => ({ ...model, totals: sum(of) })).sort(largestFirst),
    daily: daysOf(period).map((day) => ({ day, ...byPayer(byDay.get(day.getTime()) ?? []) })),
  };
}

async function readGroups(
  dataSource: DataSource,
  { workspaceId, userId }: UsageScope,
  { from, to }: UsagePeriod,
): Promise<UsageGroup[]> {
  // Ordered, so that what is equally large does not change places.
  const rows = await dataSource.query<UsageRow[]>(
    `SELECT mode, provider, model_id AS "modelId", buddy_slug AS slug, date_trunc('day', ended_at, 'UTC') AS day,
            count(*) AS sessions, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
            sum(cache_read_tokens) AS cache_read_tokens, sum(cache_write_tokens) AS cache_write_tokens,
            sum(reasoning_tokens) AS reasoning_tokens
     FROM agent_sessions
     WHERE workspace_id = $1 AND ended_at >= $2 AND ended_at < $3 AND ($4::uuid IS NULL OR user_id = $4)
     GROUP BY 1, 2, 3, 4, 5 ORDER BY slug, provider, "modelId"`,
    [workspaceId, from, to, userId],
  );
  return rows.map(({ mode, provider, modelId, slug, day, ...counts }) => ({
    mode,
    provider,
    modelId,
    slug,
    day,
    totals: {
      sessions: Number(counts.sessions),
      usage: {
        inputTokens: Number(counts.input_tokens),
        outputTokens: Number(counts.output_tokens),
        cacheReadTokens: Number(counts.cache_read_tokens),
        cacheWriteTokens: Number(counts.cache_write_tokens),
        reasoningTokens: counts.reasoning_tokens === null ? null : Number(counts.reasoning_tokens),
      },
    },
  }));
}

function partition<Key>(groups: readonly UsageGroup[], keyOf: (group: UsageGroup) => Key): Map<Key, UsageGroup[]> {
  const parts = new Map<Key, UsageGroup[]>();
  for (const group of groups) {
    const part = parts.get(keyOf(group));
    if (part === undefined) parts.set(keyOf(group), [group]);
    else part.push(group);
  }
  return parts;
}

function byPayer(groups: readonly UsageGroup[]): { metered: UsageTotals; byok: UsageTotals } {
  return {
    metered: sum(groups.filter(({ mode }) => mode === "METERED")),
    byok: sum(groups.filter(({ mode }) => mode !== "METERED")),
  };
}

function sum(groups: readonly UsageGroup[]): UsageTotals {
  return {
    sessions: groups.reduce((sessions, { totals }) => sessions + totals.sessions, 0),
    usage: groups.reduce<TokenUsage>((usage, { totals }) => addUsage(usage, totals.usage), NO_TOKENS),
  };
}

function largestFirst(left: { totals: UsageTotals }, right: { totals: UsageTotals }): number {
  return totalTokens(right.totals.usage) - totalTokens(left.totals.usage);
}

/** The midnights, UTC, that the days of a period begin with. */
function daysOf({ from, to }: UsagePeriod): Date[] {
  const first = Math.floor(from.getTime() / DAY_MS);
  const end = Math.ceil(to.getTime() / DAY_MS);
  return Array.from({ length: end - first }, (_, index) => new Date((first + index) * DAY_MS));
}
