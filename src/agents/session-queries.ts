// Reading sessions and threads, and what sessions used. Every query starts from what the viewer may see: members their own,
// admins and owners the workspace's. Reading a running turn counts as following it.
import type { DataSource, ObjectLiteral, SelectQueryBuilder } from "typeorm";

import type { Viewer } from "../workspaces/authenticate";
import type { ModelMode } from "../workspaces/model-mode";
import { isAdmin } from "../workspaces/permissions";
import { AgentSessionEntity, type AgentSessionStatus } from "./agent-session.entity";
import { touchAfterSeconds } from "./followed-at";
import { ThreadEntity } from "./thread.entity";
import { totalTokens } from "./token-usage";
import { type RequestedPeriod, readUsagePeriod } from "./usage-period";
import { summarizeUsage, type UsageScope, type UsageSummary } from "./usage-summary";

export interface SessionFilter {
  buddies?: readonly string[] | null;
  modes?: readonly ModelMode[] | null;
  statuses?: readonly AgentSessionStatus[] | null;
  modelId?: string | null;
  threadId?: string | null;
  startedAfter?: Date | null;
  startedBefore?: Date | null;
  topLevelOnly?: boolean | null;
}

export interface SessionOrder {
  field: "STARTED_AT" | "TOTAL_TOKENS";
  direction: "ASC" | "DESC";
}

/** Where a page begins: after the row with this sort value and id. */
export interface PagePosition {
  /** Tokens, or milliseconds since 1970. */
  value: number;
  id: string;
}

export interface Page<Row> {
  rows: { row: Row; position: PagePosition }[];
  hasNextPage: boolean;
}

export interface SessionQueries {
  /** A session that the viewer may see; null otherwise. */
  find(viewer: Viewer, sessionId: string): Promise<AgentSessionEntity | null>;
  list(
    viewer: Viewer,
    filter: SessionFilter,
    order: SessionOrder,
    page: { first: number; after: PagePosition | null },
  ): Promise<Page<AgentSessionEntity>>;
  count(viewer: Viewer, filter: SessionFilter): Promise<number>;
  findThread(viewer: Viewer, threadId: string): Promise<ThreadEntity | null>;
  listThreads(viewer: Viewer, page: { first: number; after: PagePosition | null }): Promise<Page<ThreadEntity>>;
  /** What the sessions that the viewer may see used in a period. Throws `BAD_USER_INPUT`. */
  usage(viewer: Viewer, period: RequestedPeriod): Promise<UsageSummary>;
}

/** What a list is ordered by: an expression of the row, and its value as a position keeps it. */
interface Sort<Row> {
  expression: string;
  type: "timestamptz" | "bigint";
  valueOf(row: Row): number;
}

const SESSION_SORTS: Record<SessionOrder["field"], Sort<AgentSessionEntity>> = {
  STARTED_AT: {
    expression: "row.started_at",
    type: "timestamptz",
    valueOf: ({ startedAt }) => startedAt.getTime(),
  },
  TOTAL_TOKENS: {
    expression: "(row.input_tokens + row.output_tokens + row.cache_read_tokens + row.cache_write_tokens)",
    type: "bigint",
    valueOf: ({ usage }) => totalTokens(usage),
  },
};
const THREAD_SORT: Sort<ThreadEntity> = {
  expression: "row.updated_at",
  type: "timestamptz",
  valueOf: ({ updatedAt }) => updatedAt.getTime(),
};

export function createSessionQueries(dataSource: DataSource, turnUnattendedSeconds: number): SessionQueries {
  const touchAfter = touchAfterSeconds(turnUnattendedSeconds);
  const followed = async (read: AgentSessionEntity[]) => {
    const running = read.filter((session) => session.endedAt === null).map(({ id }) => id);
    if (running.length > 0) await touch(dataSource, running, touchAfter);
  };
  const sessions = (viewer: Viewer) => visible(dataSource, AgentSessionEntity, viewer);
  const threads = (viewer: Viewer) => visible(dataSource, ThreadEntity, viewer);

  return {
    async find(viewer, sessionId) {
      const session = await sessions(viewer).andWhere("row.id = :sessionId", { sessionId }).getOne();
      if (session !== null) await followed([session]);
      return session;
    },
    async list(viewer, filter, order, page) {
      const query = filtered(sessions(viewer), filter);
      const read = await readPage(query, SESSION_SORTS[order.field], order.direction, page);
      await followed(read.rows.map(({ row }) => row));
      return read;
    },
    count: (viewer, filter) => filtered(sessions(viewer), filter).getCount(),
    findThread: (viewer, threadId) => threads(viewer).andWhere("row.id = :threadId", { threadId }).getOne(),
    listThreads: (viewer, page) => readPage(threads(viewer), THREAD_SORT, "DESC", page),
    usage: async (viewer, period) => summarizeUsage(dataSource, scopeOf(viewer), readUsagePeriod(period, new Date())),
  };
}

/**
 * Whose rows the viewer may see: the one place that says so. It holds for sums too: by buddy and moment they would tell a member
 * of each single turn of somebody else's.
 */
function scopeOf(viewer: Viewer): UsageScope {
  return { workspaceId: viewer.workspaceId, userId: isAdmin(viewer) ? null : viewer.userId };
}

/** The rows of a table with `workspace_id` and `user_id` that the viewer may see. */
function visible<Row extends ObjectLiteral>(
  dataSource: DataSource,
  entity: new () => Row,
  viewer: Viewer,
): SelectQueryBuilder<Row> {
  const { workspaceId, userId } = scopeOf(viewer);
  const query = dataSource
    .getRepository(entity)
    .createQueryBuilder("row")
    .where("row.workspace_id = :workspaceId", { workspaceId });
  return userId === null ? query : query.andWhere("row.user_id = :userId", { userId });
}

function filtered(
  query: SelectQueryBuilder<AgentSessionEntity>,
  filter: SessionFilter,
): SelectQueryBuilder<AgentSessionEntity> {
  const conditions: [string, unknown][] = [
    ["row.buddy_slug = ANY(:buddies)", filter.buddies?.map(searchable)],
    ["row.mode = ANY(:modes)", filter.modes],
    ["row.status = ANY(:statuses)", filter.statuses],
    ["row.model_id = :modelId", filter.modelId && searchable(filter.modelId)],
    ["row.thread_id = :threadId", filter.threadId],
    ["row.started_at >= :startedAfter", filter.startedAfter],
    ["row.started_at < :startedBefore", filter.startedBefore],
  ];
  for (const [condition, value] of conditions) {
    const name = /:(\w+)/.exec(condition)?.[1];
    if (value !== undefined && value !== null && name !== undefined) query.andWhere(condition, { [name]: value });
  }
  return filter.topLevelOnly ? query.andWhere("row.parent_id IS NULL") : query;
}

/** The database keeps no NUL, and fails even when asked for one: what is asked for instead is not there either. */
function searchable(text: string): string {
  return text.replaceAll("\0", "\ufffd");
}

/** One page by keyset: as quick on the thousandth page as on the first, and steady while rows are added. */
async function readPage<Row extends ObjectLiteral & { id: string }>(
  query: SelectQueryBuilder<Row>,
  sort: Sort<Row>,
  direction: "ASC" | "DESC",
  { first, after }: { first: number; after: PagePosition | null },
): Promise<Page<Row>> {
  if (after !== null) {
    const comparison = direction === "ASC" ? ">" : "<";
    query.andWhere(
      `(${sort.expression}, row.id) ${comparison} (CAST(:afterValue AS ${sort.type}), CAST(:afterId AS uuid))`,
      { afterValue: sort.type === "timestamptz" ? new Date(after.value) : after.value, afterId: after.id },
    );
  }
  const found = await query
    .orderBy(sort.expression, direction)
    .addOrderBy("row.id", direction)
    .limit(first + 1)
    .getMany();
  const rows = found.slice(0, first).map((row) => ({ row, position: { value: sort.valueOf(row), id: row.id } }));
  return { rows, hasNextPage: found.length > first };
}

async function touch(dataSource: DataSource, sessionIds: readonly string[], touchAfter: number): Promise<void> {
  await dataSource.query(
    `UPDATE agent_sessions SET last_followed_at = now()
     WHERE (id = ANY($1) OR id IN (SELECT parent_id FROM agent_sessions WHERE id = ANY($1))) AND status IN ('PENDING', 'RUNNING') AND last_followed_at < now() - make_interval(secs => $2)`,
    [sessionIds, touchAfter],
  );
}
