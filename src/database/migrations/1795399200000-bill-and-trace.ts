import type { MigrationInterface, QueryRunner } from "typeorm";

/** The ledger of what is billed, whose turn it is to be sent, the trace of a session, and an index for usage over a period. */
export class BillAndTrace1795399200000 implements MigrationInterface {
  name = "BillAndTrace1795399200000";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_sessions ADD COLUMN trace_id text;
      ALTER TABLE agent_sessions ADD CONSTRAINT agent_sessions_id_payer_key UNIQUE (id, payer);

      CREATE TABLE meter_events (
        session_id uuid CONSTRAINT meter_events_pkey PRIMARY KEY,
        payer text NOT NULL,
        workspace_id text NOT NULL CONSTRAINT meter_events_workspace_fkey REFERENCES workspaces,
        value bigint NOT NULL,
        occurred_at timestamptz(3) NOT NULL,
        state text NOT NULL DEFAULT 'PENDING',
        customer_id text,
        tries integer NOT NULL DEFAULT 0,
        resent integer NOT NULL DEFAULT 0,
        first_tried_at timestamptz(3),
        last_tried_at timestamptz(3),
        delivered_at timestamptz(3),
        last_error text,
        -- A session that its workspace pays for has no row here: the session's own payer must be the one named here.
        CONSTRAINT meter_events_session_fkey FOREIGN KEY (session_id, payer) REFERENCES agent_sessions (id, payer),
        CONSTRAINT meter_events_payer_check CHECK (payer = 'WAYPATH'),
        CONSTRAINT meter_events_value_check CHECK (value > 0),
        CONSTRAINT meter_events_state_check CHECK (state IN ('PENDING', 'DELIVERED', 'FAILED', 'AMBIGUOUS')),
        CONSTRAINT meter_events_delivered_check CHECK ((state = 'DELIVERED') = (delivered_at IS NOT NULL))
      );
      -- To be sent: what was tried stays with its customer, the rest follows its workspace.
      CREATE INDEX meter_events_untried_idx ON meter_events (workspace_id, occurred_at, session_id)
        WHERE state = 'PENDING' AND customer_id IS NULL;
      CREATE INDEX meter_events_tried_idx ON meter_events (customer_id, occurred_at, session_id)
        WHERE state = 'PENDING' AND customer_id IS NOT NULL;
      CREATE INDEX meter_events_trouble_idx ON meter_events (state, occurred_at) WHERE state IN ('FAILED', 'AMBIGUOUS');
      CREATE INDEX meter_events_occurred_idx ON meter_events (occurred_at);

      -- Stripe takes one event of a customer at a time.
      CREATE TABLE meter_lanes (
        customer_id text CONSTRAINT meter_lanes_pkey PRIMARY KEY,
        free_at timestamptz(3) NOT NULL DEFAULT now(),
        taken_by uuid,
        failures integer NOT NULL DEFAULT 0
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE meter_lanes, meter_events;
      ALTER TABLE agent_sessions DROP CONSTRAINT agent_sessions_id_payer_key;
      ALTER TABLE agent_sessions DROP COLUMN trace_id;
    `);
  }
}
