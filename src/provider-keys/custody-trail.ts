// What was done to provider keys, by whom and when. Written in the transaction of the deed, so that neither is there
// without the other; nothing here changes or removes an entry.

import { type EntityManager, LessThan } from "typeorm";

import { newId } from "../ids";
import type { ProviderKeyEntity } from "./provider-key.entity";
import { type ProviderKeyAction, ProviderKeyEventEntity } from "./provider-key-event.entity";

export interface KeyEventPage {
  /** Newest first. */
  rows: ProviderKeyEventEntity[];
  hasNextPage: boolean;
}

/** Adds an entry. `actorId` is null where the server acts on its own. */
export async function recordKeyEvent(
  manager: EntityManager,
  key: Pick<ProviderKeyEntity, "workspaceId" | "provider" | "maskedKey">,
  action: ProviderKeyAction,
  actorId: string | null,
): Promise<void> {
  const { workspaceId, provider, maskedKey } = key;
  // The id and the time come from the same clock, so that the order by id is the order in time.
  await manager.insert(ProviderKeyEventEntity, {
    id: newId(),
    workspaceId,
    provider,
    action,
    maskedKey,
    actorId,
    at: new Date(),
  });
}

/** The workspace's entries, those older than `afterId` where it is given. */
export async function keyEventPage(
  manager: EntityManager,
  workspaceId: string,
  { first, afterId }: { first: number; afterId?: string | undefined },
): Promise<KeyEventPage> {
  const found = await manager.find(ProviderKeyEventEntity, {
    where: { workspaceId, ...(afterId === undefined ? {} : { id: LessThan(afterId) }) },
    order: { id: "DESC" },
    take: first + 1,
  });
  return { rows: found.slice(0, first), hasNextPage: found.length > first };
}
