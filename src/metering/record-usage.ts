import type { EntityManager } from "typeorm";

import { MeterEventEntity } from "./meter-event.entity";

/** What one metered session used, once it has ended. */
export interface MeteredUsage {
  sessionId: string;
  workspaceId: string;
  /** Tokens, cached ones included. */
  value: number;
  /** When the session ended. */
  occurredAt: Date;
}

/**
 * Puts what a metered session used into the ledger. Call it in the transaction that ends the session: the session and its bill are
 * then written together or not at all. Nothing is written for nothing used. The database refuses a session that its workspace pays
 * for, and a second row for the same session.
 */
export async function recordUsage(manager: EntityManager, used: MeteredUsage): Promise<void> {
  if (used.value === 0) return;
  await manager.insert(MeterEventEntity, { ...used, payer: "WAYPATH" });
}
