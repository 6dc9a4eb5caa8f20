import type { MigrationInterface, QueryRunner } from "typeorm";

/** What a session's tools did, and a way from a session to those it delegated. */
export class ToolsAndDelegation1795395600000 implements MigrationInterface {
  name = "ToolsAndDelegation1795395600000";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_sessions ADD COLUMN tool_calls jsonb NOT NULL DEFAULT '[]';
      CREATE INDEX agent_sessions_parent_idx ON agent_sessions (parent_id) WHERE parent_id IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX agent_sessions_parent_idx;
      ALTER TABLE agent_sessions DROP COLUMN tool_calls;
    `);
  }
}
