import type { DataSource } from "typeorm";

import { isDatabaseAway } from "../database/is-database-away";
import { outlastOutage } from "../database/outlast-outage";
import type { Logger } from "../logger";
import type { Buddy } from "../workspaces/buddies";
import type { AcceptedSession } from "./accepted-session";
import { insertSession, newSession } from "./insert-session";
import { logFallback } from "./log-fallback";
import type { LoadRouting } from "./routing";
import type { AcceptedTurn } from "./start-turn";
import { digestOf } from "./turn-request";

export interface AcceptDelegatedOptions {
  dataSource: DataSource;
  loadRouting: LoadRouting;
  /** This process, as it stands in `lease_owner`. */
  owner: string;
  /** Ends a session of which nobody knows whether it was inserted. */
  abandon: (accepted: AcceptedSession) => void;
  logger: Logger;
}

/**
 * Gives delegated work a session of its own: a route decided now for the buddy that does it, and a row below the delegating one.
 * Refused where the workspace's rules would refuse a person's turn; then there is no row. A database that is away is waited for until
 * `signal` aborts.
 */
export async function acceptDelegated(
  { dataSource, loadRouting, owner, abandon, logger }: AcceptDelegatedOptions,
  { session: parent, overrides }: AcceptedTurn,
  buddy: Buddy,
  task: string,
  signal: AbortSignal,
): Promise<AcceptedSession | { refused: string }> {
  const routing = await outlastOutage(() => loadRouting(parent.workspaceId), signal);
  const decision = routing.decide(buddy, overrides.get(buddy.slug) ?? null);
  if (decision.outcome === "REFUSED") return { refused: decision.message };

  const session = newSession({
    workspaceId: parent.workspaceId,
    userId: parent.userId,
    threadId: parent.threadId,
    parentId: parent.id,
    buddy,
    prompt: task,
    route: decision.route,
    idempotencyKey: null,
    requestHash: digestOf(buddy, task),
    requestId: parent.requestId,
  });
  session.traceId = parent.traceId;
  const accepted = { session, buddy, key: routing.keyOf(decision.route) };
  const inserted = await outlastOutage(() => insertSession(dataSource, session, owner), signal).catch((error) => {
    if (isDatabaseAway(error)) abandon(accepted);
    throw error;
  });
  if (inserted === "WORKSPACE_DISABLED") return { refused: "the workspace is disabled." };
  if (inserted === "CONFLICT")
    throw new Error("a delegated session was not inserted, though nothing can stand in its way");
  logFallback(logger, session);
  return accepted;
}
