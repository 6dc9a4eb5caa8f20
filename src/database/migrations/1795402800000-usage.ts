import type { MigrationInterface, QueryRunner } from "typeorm";

/** A way to the sessions of a workspace that ended within a period. Running ones stay out, so that no checkpoint writes to it. */
export class Usage1795402800000 implements MigrationInterface {
  name = "Usage1795402800000";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX agent_sessions_workspace_ended_idx ON agent_sessions (workspace_id, ended_at) WHERE ended_at IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP INDEX agent_sessions_workspace_ended_idx");
  }
}
