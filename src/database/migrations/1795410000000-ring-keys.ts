import type { MigrationInterface, QueryRunner } from "typeorm";

/** Which ring keys servers have, so that nobody wraps with one that none has, or begins with another one of that name. */
export class RingKeys1795410000000 implements MigrationInterface {
  name = "RingKeys1795410000000";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ring_keys (
        id text CONSTRAINT ring_keys_pkey PRIMARY KEY,
        check_value text NOT NULL,
        seen_at timestamptz(3) NOT NULL DEFAULT now()
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE ring_keys");
  }
}
