import type { MigrationInterface, QueryRunner } from "typeorm";

/** Which sessions' words are erased and which workspaces are deleted, with the ways to find what is still to be erased. */
export class Forgetting1795406400000 implements MigrationInterface {
  name = "Forgetting1795406400000";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE workspaces ADD COLUMN deleted_at timestamptz(3);
      -- What is deleted is disabled: whatever keeps the disabled out keeps the deleted out.
      ALTER TABLE workspaces ADD CONSTRAINT workspaces_deleted_check CHECK (deleted_at IS NULL OR disabled_at IS NOT NULL);

      ALTER TABLE agent_sessions ADD COLUMN erased_at timestamptz(3);
      CREATE INDEX agent_sessions_unerased_idx ON agent_sessions (ended_at) WHERE erased_at IS NULL;
      CREATE INDEX threads_titled_idx ON threads (created_at) WHERE title <> '';
      CREATE INDEX messages_session_idx ON messages (session_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX messages_session_idx, threads_titled_idx, agent_sessions_unerased_idx;
      ALTER TABLE agent_sessions DROP COLUMN erased_at;
      ALTER TABLE workspaces DROP CONSTRAINT workspaces_deleted_check;
      ALTER TABLE workspaces DROP COLUMN deleted_at;
    `);
  }
}
