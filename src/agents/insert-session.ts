import type { DataSource } from "typeorm";

import { newId } from "../ids";
import type { Buddy } from "../workspaces/buddies";
import { AgentSessionEntity } from "./agent-session.entity";
import { LEASE_SECONDS } from "./checkpoints";
import { NO_TOKENS } from "./token-usage";

/** What a session is accepted with; all the rest begins empty. */
export type NewSession = Pick<
  AgentSessionEntity,
  | "workspaceId"
  | "userId"
  | "threadId"
  | "parentId"
  | "prompt"
  | "route"
  | "idempotencyKey"
  | "requestHash"
  | "requestId"
> & { buddy: Buddy };

/** Characters of the first message that become a thread's title. */
const TITLE_CHARACTERS = 80;

export function newSession({ buddy, ...accepted }: NewSession): AgentSessionEntity {
  return Object.assign(new AgentSessionEntity(), {
    ...accepted,
    id: newId(),
    buddySlug: buddy.slug,
    buddyName: buddy.name,
    status: "PENDING",
    text: "",
    toolCalls: [],
    usage: { ...NO_TOKENS },
    usageSource: null,
    finishReason: null,
    error: null,
    traceId: null,
    lastSequence: 0,
    cancelRequestedAt: null,
    firstTextAt: null,
    endedAt: null,
    erasedAt: null,
  } satisfies Partial<AgentSessionEntity>);
}

/** `CONFLICT`: the idempotency key is known, or the thread is busy. Nothing was inserted but with `INSERTED`. */
export type Insertion = "INSERTED" | "CONFLICT" | "WORKSPACE_DISABLED";

/**
 * Inserts the session, and its thread or the thread's new time, in one statement, and fills in when that was. The workspace's row
 * is held meanwhile: whoever disables the workspace comes before, and is seen, or after, and sees the session. Safe to repeat when
 * the answer was lost. Its row says that it runs: whoever inserts it begins at once, and would need another statement to say so
 * then. What is told of its beginning says that it is `PENDING`, as `newSession` made it.
 */
export async function insertSession(
  dataSource: DataSource,
  session: AgentSessionEntity,
  owner: string,
): Promise<Insertion> {
  const { route } = session;
  const [row]: { started_at: Date | null; open: boolean }[] = await dataSource.query(
    `WITH workspace AS (
       SELECT id FROM workspaces WHERE id = $2 AND disabled_at IS NULL FOR SHARE
     ), accepted AS (
       INSERT INTO agent_sessions (id, workspace_id, user_id, thread_id, parent_id, buddy_slug, buddy_name,
         idempotency_key, request_hash, request_id, status, requested_mode, mode_source, mode, fallback_reason, payer,
         provider, model_id, model_reason, masked_key, prompt, trace_id, lease_owner, lease_expires_at)
       SELECT $1::uuid, id, $3::uuid, $4::uuid, $5::uuid, $6, $7, $8, $9, $10, 'RUNNING', $11, $12, $13, $14, $15, $16, $17,
         $18, $19, $20, $21, $22::uuid, now() + make_interval(secs => $23)
       FROM workspace
       ON CONFLICT DO NOTHING
       RETURNING started_at
     ), thread AS (
       INSERT INTO threads (id, workspace_id, user_id, title)
       SELECT $4::uuid, $2, $3::uuid, $24 FROM accepted
       ON CONFLICT (id) DO UPDATE SET updated_at = now()
     )
     SELECT (SELECT started_at FROM accepted) AS started_at, EXISTS (SELECT FROM workspace) AS open`,
    [
      session.id,
      session.workspaceId,
      session.userId,
      session.threadId,
      session.parentId,
      session.buddySlug,
      session.buddyName,
      session.idempotencyKey,
      session.requestHash,
      session.requestId,
      route.requestedMode,
      route.modeSource,
      route.mode,
      route.fallbackReason,
      route.payer,
      route.provider,
      route.modelId,
      route.modelReason,
      route.maskedKey,
      session.prompt,
      session.traceId,
      owner,
      LEASE_SECONDS,
      titleOf(session.prompt),
    ],
  );
  const startedAt = row?.started_at ?? (await findStart(dataSource, session.id));
  if (startedAt === null) return row?.open ? "CONFLICT" : "WORKSPACE_DISABLED";
  session.startedAt = startedAt;
  session.lastFollowedAt = startedAt;
  return "INSERTED";
}

/**
 * When an earlier try of this very session began it; null where none did. An earlier try that was still committing is what the statement waited
 * for, and sees as little of as of any other row that came after its own beginning.
 */
async function findStart(dataSource: DataSource, id: string): Promise<Date | null> {
  const [row]: { started_at: Date }[] = await dataSource.query("SELECT started_at FROM agent_sessions WHERE id = $1", [
    id,
  ]);
  return row?.started_at ?? null;
}

function titleOf(message: string): string {
  const line = message.trim().split(/\s+/).join(" ");
  const characters = [...line];
  return characters.length <= TITLE_CHARACTERS ? line : `${characters.slice(0, TITLE_CHARACTERS - 1).join("")}…`;
}
