import { type EntityManager, IsNull } from "typeorm";
import { workspaceDisabled } from "./unauthenticated";
import { WorkspaceEntity } from "./workspace.entity";

/**
 * Holds the workspace's row to the end of the transaction, so that what is written comes before it is disabled, and is seen by whoever
 * deletes it, or is refused: it would stay behind. `alone`: nobody else does so meanwhile.
 */
export async function holdOpen(manager: EntityManager, workspaceId: string, { alone = false } = {}): Promise<void> {
  const workspace = await manager.findOne(WorkspaceEntity, {
    select: { id: true },
    where: { id: workspaceId, disabledAt: IsNull() },
    lock: { mode: alone ? "for_no_key_update" : "pessimistic_read" },
  });
  if (workspace === null) throw workspaceDisabled();
}
