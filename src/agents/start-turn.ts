// Start or attach: the same idempotency key of the same user is the same turn. Whoever inserts the row runs the turn; whoever
// finds it attaches. The database decides who was first, by its unique indexes, so that any number of servers may ask.
import type { DataSource } from "typeorm";

import { isDatabaseAway } from "../database/is-database-away";
import { OUTAGE_PATIENCE_MS, outlastOutage } from "../database/outlast-outage";
import { RequestError } from "../errors";
import { newId } from "../ids";
import type { RateLimit } from "../rate-limits";
import type { TurnObserver } from "../tracing/turn-observer";
import type { Viewer } from "../workspaces/authenticate";
import type { ModelMode } from "../workspaces/model-mode";
import { isAdmin } from "../workspaces/permissions";
import { workspaceDisabled } from "../workspaces/workspace-disabled";
import type { AcceptedSession } from "./accepted-session";
import { AgentSessionEntity } from "./agent-session.entity";
import { insertSession, newSession } from "./insert-session";
import type { LoadRouting } from "./routing";
import { ThreadEntity } from "./thread.entity";
import type { TurnLog } from "./turn-log";
import type { CheckedTurnRequest } from "./turn-request";

/** A turn that this process has just accepted and must run. */
export interface AcceptedTurn extends AcceptedSession {
  /** Modes for this turn and all that it delegates, by slug. */
  overrides: ReadonlyMap<string, ModelMode>;
}

export type StartOrAttach = { started: AcceptedTurn } | { attached: AgentSessionEntity };

export interface StartTurnOptions {
  dataSource: DataSource;
  log: Pick<TurnLog, "open" | "discard">;
  loadRouting: LoadRouting;
  observer: Pick<TurnObserver, "traceIdOf">;
  /** By user. */
  turnStarts: RateLimit;
  /** This process, as it stands in `lease_owner`. */
  owner: string;
  /** Throws when no new turn may be started here, as at shutdown. Attaching is always possible. */
  checkAccepting: () => void;
  /** Ends a session of which nobody knows whether it was inserted. */
  abandon: (accepted: AcceptedSession) => void;
}

/**
 * Throws a `RequestError` when the turn is not accepted; then there is no row. A database that is away for a moment is waited for;
 * one that stays away rejects as its driver does.
 */
export async function startOrAttach(
  options: StartTurnOptions,
  viewer: Viewer,
  request: CheckedTurnRequest,
): Promise<StartOrAttach> {
  const patience = AbortSignal.timeout(OUTAGE_PATIENCE_MS);
  const find = () => outlastOutage(() => findTurn(options.dataSource, viewer, request), patience);
  const existing = await find();
  if (existing !== null) return { attached: existing };

  options.checkAccepting();
  await options.turnStarts.take(viewer.userId);
  const { threadId } = request;
  const [routing, thread] = await Promise.all([
    outlastOutage(() => options.loadRouting(viewer.workspaceId), patience),
    threadId === null ? null : outlastOutage(() => findThread(options.dataSource, viewer, threadId), patience),
  ]);
  const { buddy, overrides } = request;
  const decision = routing.decide(buddy, overrides.get(buddy.slug) ?? null);
  if (decision.outcome === "REFUSED") throw new RequestError(decision.code, decision.message);

  const session = newSession({
    workspaceId: viewer.workspaceId,
    userId: viewer.userId,
    threadId: thread?.id ?? newId(),
    parentId: null,
    buddy,
    prompt: request.message,
    route: decision.route,
    idempotencyKey: request.idempotencyKey,
    requestHash: request.requestHash,
    requestId: `req_${newId().replaceAll("-", "")}`,
  });
  session.traceId = options.observer.traceIdOf(session.id);
  options.log.open(session.id);
  const accepted = { session, buddy, overrides, key: routing.keyOf(decision.route) };
  const insert = () => insertSession(options.dataSource, session, options.owner);
  const inserted = await outlastOutage(insert, patience).catch((error) => {
    options.log.discard(session.id);
    if (isDatabaseAway(error)) options.abandon(accepted);
    throw error;
  });
  if (inserted !== "INSERTED") {
    options.log.discard(session.id);
    if (inserted === "WORKSPACE_DISABLED") throw workspaceDisabled();
    // Somebody was first: either with this very request, or with another turn in this thread.
    const first = await find();
    if (first !== null) {
      await options.turnStarts.giveBack(viewer.userId);
      return { attached: first };
    }
    throw new RequestError("THREAD_BUSY", "This conversation has a turn running: wait for it, or cancel it first.");
  }
  return { started: accepted };
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
  if (session.erasedAt !== null) {
    // Nothing is left to tell whether it was this request, nor of what it was answered.
    throw new RequestError(
      "IDEMPOTENCY_KEY_MISMATCH",
      "This idempotency key belongs to a turn whose content has been erased: make a new one for each message.",
      ["input", "idempotencyKey"],
    );
  }
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
