import type { DataSource } from "typeorm";

/** A workspace as its operator sees it. */
export interface ListedWorkspace {
  id: string;
  name: string;
  stripeCustomerId: string | null;
  disabledAt: Date | null;
  deletedAt: Date | null;
  sessions: number;
  /** Providers whose key is stored. */
  keys: number;
}

/** All workspaces, by id. */
export function listWorkspaces(dataSource: DataSource): Promise<ListedWorkspace[]> {
  return dataSource.query(
    `SELECT id, name, stripe_customer_id AS "stripeCustomerId", disabled_at AS "disabledAt", deleted_at AS "deletedAt",
       (SELECT count(*) FROM agent_sessions WHERE workspace_id = workspaces.id)::int AS sessions,
       (SELECT count(*) FROM provider_keys WHERE workspace_id = workspaces.id)::int AS keys
     FROM workspaces ORDER BY id`,
  );
}
