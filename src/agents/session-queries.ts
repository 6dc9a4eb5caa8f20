// Reading sessions and threads, and what sessions used. Every query starts from what the viewer may see: members their own,
// admins and owners the workspace's. Reading a running turn counts as following it.
import type { DataSource, ObjectLiteral, SelectQueryBuilder } from "typeorm";

import type { Viewer } from "../workspaces/authenticate";
import type { ModelMode } from "../workspaces/model-mode";
import { isAdmin } from "../workspaces/permissions";
import { AgentSessionEntity, type AgentSessionStatus } from "./agent-session.entity";
import { createFairShare } from "./fair-share";
import { touchAfterSeconds } from "./followed-at";
import { type Page, type PageRange, readPage, readPageOfEach, type Sort } from "./read-page";
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

export interface SessionQueries {
  /** A session that the viewer may see; null otherwise. */
  find(viewer: Viewer, sessionId: string): Promise<AgentSessionEntity | null>;
  list(viewer: Viewer, filter: SessionFilter, order: SessionOrder, page: PageRange): Promise<Page<AgentSessionEntity>>;
  count(viewer: Viewer, filter: SessionFilter): Promise<number>;
  /** The same page of top-level turns, oldest first, of each of these threads. */
  turnsOf(viewer: Viewer, threadIds: readonly string[], page: PageRange): Promise<Page<AgentSessionEntity>[]>;
  /** How many top-level turns each of these threads has. */
  countTurnsOf(viewer: Viewer, threadIds: readonly string[]): Promise<number[]>;
  findThread(viewer: Viewer, threadId: string): Promise<ThreadEntity | null>;
  listThreads(viewer: Viewer, page: PageRange): Promise<Page<ThreadEntity>>;
  /** What the sessions that the viewer may see used in a period. Throws `BAD_USER_INPUT`. */
  usage(viewer: Viewer, period: RequestedPeriod): Promise<UsageSummary>;
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

/** Lists and sums that one user has made at once: of six connections, so that two who read without end leave room for others. */
const AT_ONCE = 2;

export interface SessionQueriesOptions {
  /** For single rows. */
  dataSource: DataSource;
  /** For lists and sums, which may take long. */
  reading: DataSource;
  turnUnattendedSeconds: number;
}

export function createSessionQueries({
  dataSource,
  reading,
  turnUnattendedSeconds,
}: SessionQueriesOptions): SessionQueries {
  const touchAfter = touchAfterSeconds(turnUnattendedSeconds);
  const followed = async (read: AgentSessionEntity[]) => {
    const running = read.filter((session) => session.endedAt === null).map(({ id }) => id);
    if (running.length > 0) await touch(dataSource, running, touchAfter);
  };
  const share = createFairShare(AT_ONCE);
  const sessions = (viewer: Viewer, from = reading) => visible(from, AgentSessionEntity, viewer);
  const threads = (viewer: Viewer) => visible(reading, ThreadEntity, viewer);

  return {
    async find(viewer, sessionId) {
      const session = await sessions(viewer, dataSource).andWhere("row.id = :sessionId", { sessionId }).getOne();
      if (session !== null) await followed([session]);
      return session;
    },
    async list(viewer, filter, order, page) {
      const query = filtered(sessions(viewer), filter);
      const read = await share(viewer.userId, () => readPage(query, SESSION_SORTS[order.field], order.direction, page));
      await followed(read.rows.map(({ row }) => row));
      return read;
    },
    count: (viewer, filter) => share(viewer.userId, () => filtered(sessions(viewer), filter).getCount()),
    async turnsOf(viewer, threadIds, page) {
      const turns = filtered(sessions(viewer), { topLevelOnly: true });
      const listOf = ({ threadId }: AgentSessionEntity) => threadId;
      const lists = { column: "thread_id", values: threadIds, listOf };
      const read = await share(viewer.userId, () => readPageOfEach(turns, lists, SESSION_SORTS.STARTED_AT, page));
      await followed(read.flatMap(({ rows }) => rows.map(({ row }) => row)));
      return read;
    },
    async countTurnsOf(viewer, threadIds) {
      const query = filtered(sessions(viewer), { topLevelOnly: true })
        .andWhere("row.thread_id = ANY(:threadIds)", { threadIds })
        .select("row.thread_id", "thread_id")
        .addSelect("count(*)", "turns")
        .groupBy("row.thread_id");
      const counted = await share(viewer.userId, () => query.getRawMany<{ thread_id: string; turns: string }>());
      const turns = new Map(counted.map((thread) => [thread.thread_id, Number(thread.turns)]));
      return threadIds.map((id) => turns.get(id) ?? 0);
    },
    findThread: (viewer, threadId) => threads(viewer).andWhere("row.id = :threadId", { threadId }).getOne(),
    listThreads: (viewer, page) => share(viewer.userId, () => readPage(threads(viewer), THREAD_SORT, "DESC", page)),
    async usage(viewer, period) {
      const within = readUsagePeriod(period, new Date());
      return share(viewer.userId, () => summarizeUsage(reading, scopeOf(viewer), within));
    },
  };
}

/**
 * Whose rows the viewer may see, for all that is read; which thread they may go on with, `start-turn` asks in one statement with the
 * rest that a turn needs. It holds for sums too: by buddy and moment they would tell a member
 * of each single turn of somebody else's.
 */
function scopeOf(viewer: Viewer): UsageScope {
  return { workspaceId: viewer.workspaceId, userId: isAdmin(viewer) ? null : viewer.userId };
}

/** Whether the viewer may see this row. */
export function mayRead(viewer: Viewer, row: { workspaceId: string; userId: string }): boolean {
  const { workspaceId, userId } = scopeOf(viewer);
  return row.workspaceId === workspaceId && (userId === null || row.userId === userId);
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

async function touch(dataSource: DataSource, sessionIds: readonly string[], touchAfter: number): Promise<void> {
  await dataSource.query(
    `UPDATE agent_sessions SET last_followed_at = now()
     WHERE (id = ANY($1) OR id IN (SELECT parent_id FROM agent_sessions WHERE id = ANY($1))) AND ended_at IS NULL AND last_followed_at < now() - make_interval(secs => $2)`,
    [sessionIds, touchAfter],
  );
}
