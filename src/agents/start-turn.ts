// Start or attach: the same idempotency key of the same user is the same turn. Whoever inserts the row runs the turn; whoever
// finds it attaches. The database decides who was first, by its unique indexes, so that any number of servers may ask.
import type { DataSource } from "typeorm";

import { entityOf, type RawRow } from "../database/entity-of";
import { isDatabaseAway } from "../database/is-database-away";
import { OUTAGE_PATIENCE_MS, outlastOutage } from "../database/outlast-outage";
import { RequestError } from "../errors";
import { newId } from "../ids";
import type { RateLimit } from "../rate-limits";
import type { TurnObserver } from "../tracing/turn-observer";
import type { Viewer } from "../workspaces/authenticate";
import type { ModelMode } from "../workspaces/model-mode";
import { isAdmin } from "../workspaces/permissions";
import { workspaceDisabled } from "../workspaces/unauthenticated";
import type { AcceptedSession } from "./accepted-session";
import { AgentSessionEntity } from "./agent-session.entity";
import { insertSession, newSession } from "./insert-session";
import type { LoadRouting } from "./routing";
import type { TurnLog } from "./turn-log";
import type { CheckedTurnRequest } from "./turn-request";

/** A turn that this process has just accepted and must run. */
export interface AcceptedTurn extends AcceptedSession {
  /** Modes for this turn and all that it delegates, by slug. */
  overrides: ReadonlyMap<string, ModelMode>;
  /** Then nothing was said before. */
  threadIsNew: boolean;
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
  const find = () => outlastOutage(() => findNamed(options.dataSource, viewer, request), patience);
  if (request.resumes) {
    const { turn } = await find();
    if (turn === null) throw nothingToResume();
    return { attached: turn };
  }
  // At once, though whoever attaches needs no route: who starts waits for one answer alone.
  const [named, routing] = await Promise.all([
    find(),
    outlastOutage(() => options.loadRouting(viewer.workspaceId), patience),
  ]);
  if (named.turn !== null) return { attached: named.turn };
  options.checkAccepting();
  // Not at once as well: near the limit those who attach would stand in the way of one who starts.
  await options.turnStarts.take(viewer.userId);
  if (request.threadId !== null && named.threadId === null) throw noSuchThread();
  const { buddy, overrides } = request;
  const decision = routing.decide(buddy, overrides.get(buddy.slug) ?? null);
  if (decision.outcome === "REFUSED") throw new RequestError(decision.code, decision.message);

  const session = newSession({
    workspaceId: viewer.workspaceId,
    userId: viewer.userId,
    threadId: named.threadId ?? newId(),
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
  const threadIsNew = named.threadId === null;
  const accepted = { session, buddy, overrides, threadIsNew, key: routing.keyOf(decision.route) };
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
    if (first.turn !== null) {
      await options.turnStarts.giveBack(viewer.userId);
      return { attached: first.turn };
    }
    throw new RequestError("THREAD_BUSY", "This conversation has a turn running: wait for it, or cancel it first.");
  }
  return { started: accepted };
}

/** What a request names. */
interface Named {
  /** The turn of its idempotency key; null where there is none. */
  turn: AgentSessionEntity | null;
  /** The thread, if the viewer may continue it; null where they may not, or none is named. */
  threadId: string | null;
}

/** Throws when the key names another request's turn. */
async function findNamed(dataSource: DataSource, viewer: Viewer, request: CheckedTurnRequest): Promise<Named> {
  const { idempotencyKey, threadId } = request;
  if (idempotencyKey === null && threadId === null) return { turn: null, threadId: null };
  const [row]: { turn: RawRow | null; thread_id: string | null }[] = await dataSource.query(
    `SELECT (SELECT to_jsonb(turn) FROM agent_sessions turn
             WHERE workspace_id = $1 AND user_id = $2 AND idempotency_key = $3) AS turn,
            (SELECT id FROM threads WHERE id = $4 AND workspace_id = $1 AND ($5 OR user_id = $2)) AS thread_id`,
    [viewer.workspaceId, viewer.userId, idempotencyKey, threadId, isAdmin(viewer)],
  );
  const turn = row?.turn ? entityOf(dataSource, AgentSessionEntity, row.turn) : null;
  if (turn !== null) checkSame(turn, request);
  return { turn, threadId: row?.thread_id ?? null };
}

/** Throws when the turn was another request's. */
function checkSame(turn: AgentSessionEntity, request: CheckedTurnRequest): void {
  const sameThread = request.threadId === null || request.threadId === turn.threadId;
  if (turn.erasedAt !== null) {
    // Nothing is left to tell whether it was this request, nor of what it was answered.
    throw new RequestError(
      "IDEMPOTENCY_KEY_MISMATCH",
      "This idempotency key belongs to a turn whose content has been erased: make a new one for each message.",
      ["input", "idempotencyKey"],
    );
  }
  if (turn.requestHash !== request.requestHash || !sameThread) {
    throw new RequestError(
      "IDEMPOTENCY_KEY_MISMATCH",
      "This idempotency key was used for another request: make a new one for each message.",
      ["input", "idempotencyKey"],
    );
  }
}

function nothingToResume(): RequestError {
  const sentence =
    "There is no turn of yours with this idempotency key to go on with: ask from the beginning to start one.";
  return new RequestError("NOT_FOUND", sentence, ["input", "idempotencyKey"]);
}

function noSuchThread(): RequestError {
  const sentence = "There is no such conversation, or you may not see it.";
  return new RequestError("NOT_FOUND", sentence, ["input", "threadId"]);
}
