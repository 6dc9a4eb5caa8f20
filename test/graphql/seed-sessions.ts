import type { DataSource } from "typeorm";

import { AgentSessionEntity } from "../../src/agents/agent-session.entity";
import type { ModelRoute } from "../../src/agents/model-route";
import { ThreadEntity } from "../../src/agents/thread.entity";
import { NO_TOKENS, type TokenUsage } from "../../src/agents/token-usage";
import { newId, publicId } from "../../src/ids";

/** What a test cares about in a session; the rest is as of a metered turn that went well. */
export interface SeededSession
  extends Partial<Pick<AgentSessionEntity, "status" | "buddySlug" | "prompt" | "parentId">> {
  id?: string;
  threadId?: string;
  startedAt?: Date;
  /** The moment it started unless said otherwise; ignored while it runs. */
  endedAt?: Date;
  /** Input tokens, for who cares about a count alone. */
  tokens?: number;
  usage?: Partial<TokenUsage>;
  route?: Partial<ModelRoute>;
}

/** Rows as turns leave them, for tests that need more of them than they have turns to run. Resolves with their public ids. */
export async function seedSessions(
  dataSource: DataSource,
  { workspaceId, userId }: { workspaceId: string; userId: string },
  sessions: readonly SeededSession[],
): Promise<string[]> {
  const rows = sessions.map((session) => sessionRow(workspaceId, userId, session));
  const threads = [...new Set(rows.map(({ threadId }) => threadId))];
  await dataSource
    .createQueryBuilder()
    .insert()
    .into(ThreadEntity)
    .values(threads.map((id) => ({ id, workspaceId, userId, title: "A conversation" })))
    .orIgnore()
    .execute();
  await dataSource.getRepository(AgentSessionEntity).insert(rows);
  return rows.map(({ id }) => publicId("session", id));
}

function sessionRow(workspaceId: string, userId: string, { tokens, usage, route, ...session }: SeededSession) {
  const status = session.status ?? "COMPLETED";
  const running = status === "PENDING" || status === "RUNNING";
  const startedAt = session.startedAt ?? session.endedAt ?? new Date();
  return {
    id: newId(),
    workspaceId,
    userId,
    threadId: newId(),
    buddySlug: "campaign",
    buddyName: "Campaign planner",
    requestHash: "",
    requestId: "req_seeded",
    prompt: "",
    startedAt,
    usage: { ...NO_TOKENS, inputTokens: tokens ?? 0, ...usage },
    ...session,
    status,
    route: {
      requestedMode: "METERED",
      modeSource: "DEFAULT",
      mode: "METERED",
      payer: route?.mode === undefined || route.mode === "METERED" ? "WAYPATH" : "WORKSPACE",
      provider: "CLAUDE",
      modelId: "claude-sonnet-4-6",
      modelReason: "",
      ...route,
    },
    endedAt: running ? null : (session.endedAt ?? startedAt),
    // Nobody runs it, but its server is not given up on while a test lasts.
    leaseExpiresAt: running ? new Date(Date.now() + 3_600_000) : null,
  } satisfies Partial<Omit<AgentSessionEntity, "route">> & { route: Partial<ModelRoute> };
}
