import type { DataSource } from "typeorm";

/** Asks whoever runs turns of the workspace to stop them: they look once a second. Resolves with how many sessions still run. */
export async function cancelTurns(dataSource: DataSource, workspaceId: string): Promise<number> {
  const [, running]: [unknown, number] = await dataSource.query(
    `UPDATE agent_sessions SET cancel_requested_at = COALESCE(cancel_requested_at, now())
     WHERE workspace_id = $1 AND status IN ('PENDING', 'RUNNING')`,
    [workspaceId],
  );
  return running;
}
