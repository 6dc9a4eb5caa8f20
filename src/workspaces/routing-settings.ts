import type { DataSource } from "typeorm";

import { BuddyModeEntity } from "./buddy-mode.entity";
import { holdOpen } from "./hold-open";
import type { ByokFallback, ModelMode } from "./model-mode";

/** What a workspace has set about routing. Null: never set. */
export interface RoutingSettings {
  defaultMode: ModelMode | null;
  byokFallback: ByokFallback;
  /** Stored modes by buddy slug. */
  buddyModes: ReadonlyMap<string, ModelMode>;
}

/** Stores a buddy's mode; null forgets it, so that the workspace's default applies. */
export async function storeBuddyMode(
  dataSource: DataSource,
  buddy: { workspaceId: string; slug: string },
  mode: ModelMode | null,
): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await holdOpen(manager, buddy.workspaceId);
    const modes = manager.getRepository(BuddyModeEntity);
    if (mode === null) await modes.delete(buddy);
    else await modes.upsert({ ...buddy, mode }, ["workspaceId", "slug"]);
  });
}

/** Changes the routing rules; what is undefined stays as it is. One statement, so that two admins lose nothing. */
export async function updateRoutingPolicy(
  dataSource: DataSource,
  workspaceId: string,
  change: { defaultMode?: ModelMode | undefined; byokFallback?: ByokFallback | undefined },
): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await holdOpen(manager, workspaceId);
    await manager.query(
      `INSERT INTO routing_policies AS policy (workspace_id, default_mode, byok_fallback)
       VALUES ($1, $2, COALESCE($3, 'METERED'))
       ON CONFLICT (workspace_id) DO UPDATE
         SET default_mode = COALESCE($2, policy.default_mode), byok_fallback = COALESCE($3, policy.byok_fallback)`,
      [workspaceId, change.defaultMode ?? null, change.byokFallback ?? null],
    );
  });
}
