// What an operator does to a workspace, not its members. Each resolves with the workspace as it is afterwards; null: there is none.
import type { DataSource } from "typeorm";

import { WorkspaceEntity } from "./workspace.entity";

/** The customer at Stripe that the workspace's metered turns are billed to. A token's claim sets it too: the latest counts. */
export async function setStripeCustomer(
  dataSource: DataSource,
  id: string,
  stripeCustomerId: string,
): Promise<WorkspaceEntity | null> {
  await dataSource.manager.update(WorkspaceEntity, { id }, { stripeCustomerId });
  return find(dataSource, id);
}

/** Shuts everybody out within two seconds. A workspace that is disabled already stays so since then. */
export async function disableWorkspace(dataSource: DataSource, id: string): Promise<WorkspaceEntity | null> {
  await dataSource.manager.update(WorkspaceEntity, { id }, { disabledAt: () => "COALESCE(disabled_at, now())" });
  return find(dataSource, id);
}

/** Lets its members in again. One that was deleted begins empty: what was erased does not come back. */
export async function enableWorkspace(dataSource: DataSource, id: string): Promise<WorkspaceEntity | null> {
  await dataSource.manager.update(WorkspaceEntity, { id }, { disabledAt: null, deletedAt: null });
  return find(dataSource, id);
}

function find(dataSource: DataSource, id: string): Promise<WorkspaceEntity | null> {
  return dataSource.manager.findOneBy(WorkspaceEntity, { id });
}
