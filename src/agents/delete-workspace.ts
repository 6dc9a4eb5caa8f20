// Deletes a workspace: all that was said and stored in it is erased, and what a bill rests on stays, with the workspace's own row,
// so that its id means one tenant for ever. In pages of one transaction each: interrupted, it is simply done again.
import { setTimeout as wait } from "node:timers/promises";
import type { DataSource, EntityManager } from "typeorm";

import { ProviderKeyEntity } from "../provider-keys/provider-key.entity";
import { ProviderKeyEventEntity } from "../provider-keys/provider-key-event.entity";
import { disableWorkspace } from "../workspaces/administer-workspace";
import { BuddyModeEntity } from "../workspaces/buddy-mode.entity";
import { RoutingPolicyEntity } from "../workspaces/routing-policy.entity";
import { WorkspaceEntity } from "../workspaces/workspace.entity";
import { cancelTurns } from "./cancel-turns";
import { ERASE_CONTENT } from "./erased-content";
import type { Payer } from "./model-route";

/** What was found and is gone. */
export interface DeletedWorkspace {
  providerKeys: number;
  /** Sessions that the workspace paid for itself: nothing is left of them. */
  ownKeySessions: number;
  /** Sessions that Waypath paid for: their figures stay. */
  meteredSessions: number;
}

/** Turns that did not end in time. Nothing has been erased. */
export class TurnsStillRunning extends Error {
  constructor(readonly sessions: number) {
    super(`${sessions} sessions are still running`);
    this.name = "TurnsStillRunning";
  }
}

export interface DeleteWorkspaceOptions {
  dataSource: DataSource;
  workspaceId: string;
  /** How long its turns may take to end, in milliseconds: a dead server's are settled by another within 20 seconds. */
  patienceMs?: number;
}

/** After so long, in seconds, no server lets a disabled workspace begin anything. */
const SHUT_AFTER_SECONDS = 3;
const PATIENCE_MS = 45_000;
const LOOK_AGAIN_MS = 250;
/** Sessions of one transaction. */
const PAGE = 500;
/** Where the first page begins. */
const AFTER_ALL: Pick<SessionRow, "started_at" | "id"> = {
  started_at: "infinity",
  id: "ffffffff-ffff-ffff-ffff-ffffffffffff",
};

interface SessionRow {
  id: string;
  thread_id: string;
  payer: Payer;
  started_at: Date | "infinity";
}

/**
 * Disables the workspace, stops its turns and waits for their end, then erases. Safe to repeat. Null: there is no such workspace.
 * Throws `TurnsStillRunning`; the workspace is then disabled, and no more.
 */
export async function deleteWorkspace(options: DeleteWorkspaceOptions): Promise<DeletedWorkspace | null> {
  const { dataSource, workspaceId, patienceMs = PATIENCE_MS } = options;
  if ((await disableWorkspace(dataSource, workspaceId)) === null) return null;
  await stopTurns(dataSource, workspaceId, patienceMs);

  const { manager } = dataSource;
  // Its name is its id again, as before a token gave it one.
  const deleted = { name: workspaceId, deletedAt: () => "COALESCE(deleted_at, now())" };
  await manager.update(WorkspaceEntity, { id: workspaceId }, deleted);
  const keys = await manager.delete(ProviderKeyEntity, { workspaceId });
  await manager.delete(ProviderKeyEventEntity, { workspaceId });
  await manager.delete(BuddyModeEntity, { workspaceId });
  await manager.delete(RoutingPolicyEntity, { workspaceId });
  const sessions = await eraseSessions(dataSource, workspaceId);
  await forgetPeople(manager, workspaceId);
  return { providerKeys: keys.affected ?? 0, ...sessions };
}

/** Resolves once no turn of the workspace runs and none can begin. */
async function stopTurns(dataSource: DataSource, workspaceId: string, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    // Asked each time: a turn may have begun in the moment before everybody was out.
    const running = await cancelTurns(dataSource, workspaceId);
    const [{ shut }]: [{ shut: boolean }] = await dataSource.query(
      "SELECT disabled_at < now() - make_interval(secs => $2) AS shut FROM workspaces WHERE id = $1",
      [workspaceId, SHUT_AFTER_SECONDS],
    );
    if (running === 0 && shut) return;
    if (Date.now() > deadline) throw new TurnsStillRunning(running);
    await wait(LOOK_AGAIN_MS);
  }
}

/** Newest first: what was delegated goes before the session that its row hangs on. */
async function eraseSessions(dataSource: DataSource, workspaceId: string) {
  const counted = { ownKeySessions: 0, meteredSessions: 0 };
  for (let before = AFTER_ALL; ; ) {
    const page: SessionRow[] = await dataSource.query(
      `SELECT id, thread_id, payer, started_at FROM agent_sessions
       WHERE workspace_id = $1 AND (started_at, id) < ($2::timestamptz, $3::uuid)
       ORDER BY started_at DESC, id DESC LIMIT $4`,
      [workspaceId, before.started_at, before.id, PAGE],
    );
    const last = page.at(-1);
    if (last === undefined) return counted;
    before = last;
    await dataSource.transaction((manager) => erasePage(manager, page));
    for (const { payer } of page) counted[payer === "WORKSPACE" ? "ownKeySessions" : "meteredSessions"] += 1;
  }
}

async function erasePage(manager: EntityManager, page: readonly SessionRow[]): Promise<void> {
  const paidBy = (payer: Payer) => page.filter((row) => row.payer === payer).map(({ id }) => id);
  const [ownKey, metered] = [paidBy("WORKSPACE"), paidBy("WAYPATH")];
  const threads = [...new Set(page.map((row) => row.thread_id))];
  await manager.query("DELETE FROM messages WHERE session_id = ANY($1)", [[...ownKey, ...metered]]);
  await manager.query(
    `UPDATE agent_sessions SET ${ERASE_CONTENT}, error = NULL, idempotency_key = NULL, trace_id = NULL WHERE id = ANY($1)`,
    [metered],
  );
  // What Waypath paid for stays, though the session that delegated it goes.
  await manager.query("UPDATE agent_sessions SET parent_id = NULL WHERE parent_id = ANY($1)", [ownKey]);
  await manager.query("DELETE FROM agent_sessions WHERE id = ANY($1)", [ownKey]);
  await manager.query("UPDATE threads SET title = '' WHERE id = ANY($1)", [threads]);
  await manager.query(
    "DELETE FROM threads WHERE id = ANY($1) AND NOT EXISTS (SELECT FROM agent_sessions WHERE thread_id = threads.id)",
    [threads],
  );
}

/** Sessions refer to people, so that their rows stay; nothing in them tells who it was. */
async function forgetPeople(manager: EntityManager, workspaceId: string): Promise<void> {
  await manager.query(
    "UPDATE users SET sub = 'deleted-' || id, name = 'deleted', email = NULL WHERE workspace_id = $1",
    [workspaceId],
  );
}
