// Start or attach: the same idempotency key of the same user is the same turn. Whoever inserts the row runs the turn; whoever
// finds it attaches. The database decides who was first, by its unique indexes, so that any number of servers may ask.
import type { DataSource } from "typeorm";

import { RequestError } from "../errors";
import { newId } from "../ids";
import type { ProviderKeyEntity } from "../provider-keys/provider-key.entity";
import type { Viewer } from "../workspaces/authenticate";
import type { Buddy } from "../workspaces/buddies";
import { isAdmin } from "../workspaces/permissions";
import { AgentSessionEntity } from "./agent-session.entity";
import { LEASE_SECONDS } from "./checkpoints";
import type { ModelRoute } from "./model-route";
import type { LoadRouting } from "./routing";
import { ThreadEntity } from "./thread.entity";
import { NO_TOKENS } from "./token-usage";
import type { TurnLog } from "./turn-log";
import type { CheckedTurnRequest } from "./turn-request";

/** A turn that this process has just accepted and must run. */
export interface AcceptedTurn {
  session: AgentSessionEntity;
  buddy: Buddy;
  /** The workspace's key that the route is pinned to; null for metered turns. */
  key: ProviderKeyEntity | null;
}

export type StartOrAttach = { started: AcceptedTurn } | { attached: AgentSessionEntity };

export interface StartTurnOptions {
  dataSource: DataSource;
  log: Pick<TurnLog, "open" | "discard">;
  loadRouting: LoadRouting;
  /** This process, as it stands in `lease_owner`. */
  owner: string;
  /** Throws when no new turn may be started here, as at shutdown. Attaching is always possible. */
  checkAccepting: () => void;
}

/** Characters of the first message that become a thread's title. */
const TITLE_CHARACTERS = 80;

/** Throws a `RequestError` when the turn is not accepted; then there is no row. */
export async function startOrAttach(
  options: StartTurnOptions,
  viewer: Viewer,
  request: CheckedTurnRequest,
): Promise<StartOrAttach> {
  const existing = await findTurn(options.dataSource, viewer, request);
  if (existing !== null) return { attached: existing };

  options.checkAccepting();
  const [routing, thread] = await Promise.all([
    options.loadRouting(viewer.workspaceId),
    request.threadId === null ? null : findThread(options.dataSource, viewer, request.threadId),
  ]);
  const decision = routing.decide(request.buddy.slug, request.overrides.get(request.buddy.slug) ?? null);
  if (decision.outcome === "REFUSED") throw new RequestError(decision.code, decision.message);

  const session = newSession(viewer, request, decision.route, thread?.id ?? newId());
  options.log.open(session.id);
  const startedAt = await insertSession(options.dataSource, session, options.owner).catch((error) => {
    options.log.discard(session.id);
    throw error;
  });
  if (startedAt === null) {
    options.log.discard(session.id);
    // Somebody was first: either with this very request, or with another turn in this thread.
    const first = await findTurn(options.dataSource, viewer, request);
    if (first !== null) return { attached: first };
    throw new RequestError("THREAD_BUSY", "This conversation has a turn running: wait for it, or cancel it first.");
  }
  session.startedAt = startedAt;
  session.lastFollowedAt = startedAt;
  const key = decision.route.payer === "WORKSPACE" ? routing.key(decision.route.provider) : null;
  return { started: { session, buddy: request.buddy, key } };
}

/** The turn that this request's key already names; null where there is none. Throws when it was another request. */
async function findTurn(
  dataSource: DataSource,
  viewer: Viewer,
  request: CheckedTurnRequest,
): Promise<AgentSessionEntity | null> {
  if (request.idempotencyKey === null) return null;
  const session = await dataSource.getRepository(AgentSessionEntity).findOneBy({
    workspaceId: viewer.workspaceId,
    userId: viewer.userId,
    idempotencyKey: request.idempotencyKey,
  });
  if (session === null) return null;
  const sameThread = request.threadId === null || request.threadId === session.threadId;
  if (session.requestHash !== request.requestHash || !sameThread) {
    throw new RequestError(
      "IDEMPOTENCY_KEY_MISMATCH",
      "This idempotency key was used for another request: make a new one for each message.",
      ["input", "idempotencyKey"],
    );
  }
  return session;
}

/** A thread that the viewer may continue. */
async function findThread(dataSource: DataSource, viewer: Viewer, threadId: string): Promise<ThreadEntity> {
  const thread = await dataSource.getRepository(ThreadEntity).findOneBy({
    id: threadId,
    workspaceId: viewer.workspaceId,
    ...(isAdmin(viewer) ? {} : { userId: viewer.userId }),
  });
  if (thread === null) {
    throw new RequestError("NOT_FOUND", "There is no such conversation, or you may not see it.", ["input", "threadId"]);
  }
  return thread;
}

function newSession(
  viewer: Viewer,
  request: CheckedTurnRequest,
  route: ModelRoute,
  threadId: string,
): AgentSessionEntity {
  const session = new AgentSessionEntity();
  return Object.assign(session, {
    id: newId(),
    workspaceId: viewer.workspaceId,
    userId: viewer.userId,
    threadId,
    parentId: null,
    buddySlug: request.buddy.slug,
    buddyName: request.buddy.name,
    idempotencyKey: request.idempotencyKey,
    requestHash: request.requestHash,
    requestId: `req_${newId().replaceAll("-", "")}`,
    status: "PENDING",
    route,
    prompt: request.message,
    text: "",
    usage: { ...NO_TOKENS },
    usageSource: null,
    finishReason: null,
    error: null,
    lastSequence: 0,
    cancelRequestedAt: null,
    firstTextAt: null,
    endedAt: null,
  } satisfies Partial<AgentSessionEntity>);
}

/**
 * Inserts the session, and its thread or the thread's new time, in one statement. Null: nothing was inserted, because the
 * idempotency key is known or the thread is busy.
 */
async function insertSession(dataSource: DataSource, session: AgentSessionEntity, owner: string): Promise<Date | null> {
  const { route } = session;
  const rows: { started_at: Date }[] = await dataSource.query(
    `WITH accepted AS (
       INSERT INTO agent_sessions (id, workspace_id, user_id, thread_id, buddy_slug, buddy_name, idempotency_key,
         request_hash, request_id, status, requested_mode, mode_source, mode, fallback_reason, payer, provider, model_id,
         model_reason, masked_key, prompt, lease_owner, lease_expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
         now() + make_interval(secs => $22))
       ON CONFLICT DO NOTHING
       RETURNING started_at
     ), thread AS (
       INSERT INTO threads (id, workspace_id, user_id, title)
       SELECT $4, $2, $3, $23 FROM accepted
       ON CONFLICT (id) DO UPDATE SET updated_at = now()
     )
     SELECT started_at FROM accepted`,
    [
      session.id,
      session.workspaceId,
      session.userId,
      session.threadId,
      session.buddySlug,
      session.buddyName,
      session.idempotencyKey,
      session.requestHash,
      session.requestId,
      session.status,
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
      owner,
      LEASE_SECONDS,
      titleOf(session.prompt),
    ],
  );
  return rows[0]?.started_at ?? null;
}

function titleOf(message: string): string {
  const line = message.trim().split(/\s+/).join(" ");
  const characters = [...line];
  return characters.length <= TITLE_CHARACTERS ? line : `${characters.slice(0, TITLE_CHARACTERS - 1).join("")}…`;
}
