import type { MigrationInterface, QueryRunner } from "typeorm";

/** Workspaces, their people, modes and keys, and the sessions that buddies' turns are kept in. */
export class FirstTurn1795392000000 implements MigrationInterface {
  name = "FirstTurn1795392000000";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE workspaces (
        id text CONSTRAINT workspaces_pkey PRIMARY KEY,
        name text NOT NULL,
        stripe_customer_id text,
        disabled_at timestamptz(3),
        created_at timestamptz(3) NOT NULL DEFAULT now()
      );

      CREATE TABLE users (
        id uuid CONSTRAINT users_pkey PRIMARY KEY,
        workspace_id text NOT NULL CONSTRAINT users_workspace_fkey REFERENCES workspaces ON DELETE CASCADE,
        sub text NOT NULL,
        name text NOT NULL,
        email text,
        CONSTRAINT users_workspace_sub_key UNIQUE (workspace_id, sub)
      );

      CREATE TABLE routing_policies (
        workspace_id text CONSTRAINT routing_policies_pkey PRIMARY KEY
          CONSTRAINT routing_policies_workspace_fkey REFERENCES workspaces ON DELETE CASCADE,
        default_mode text,
        byok_fallback text NOT NULL
      );

      CREATE TABLE buddy_modes (
        workspace_id text NOT NULL CONSTRAINT buddy_modes_workspace_fkey REFERENCES workspaces ON DELETE CASCADE,
        slug text NOT NULL,
        mode text NOT NULL,
        CONSTRAINT buddy_modes_pkey PRIMARY KEY (workspace_id, slug)
      );

      CREATE TABLE provider_keys (
        id uuid CONSTRAINT provider_keys_pkey PRIMARY KEY,
        workspace_id text NOT NULL CONSTRAINT provider_keys_workspace_fkey REFERENCES workspaces ON DELETE CASCADE,
        provider text NOT NULL,
        version integer NOT NULL,
        sealed_key text NOT NULL,
        masked_key text NOT NULL,
        fingerprint text NOT NULL,
        status text NOT NULL,
        last_error text,
        models jsonb NOT NULL DEFAULT '[]',
        configured_at timestamptz(3) NOT NULL,
        configured_by uuid CONSTRAINT provider_keys_configured_by_fkey REFERENCES users ON DELETE SET NULL,
        last_verified_at timestamptz(3),
        last_used_at timestamptz(3),
        CONSTRAINT provider_keys_workspace_provider_key UNIQUE (workspace_id, provider),
        CONSTRAINT provider_keys_status_check CHECK (status IN ('ACTIVE', 'INVALID', 'QUOTA_EXCEEDED', 'LIMITED'))
      );

      CREATE TABLE provider_key_events (
        id uuid CONSTRAINT provider_key_events_pkey PRIMARY KEY,
        workspace_id text NOT NULL CONSTRAINT provider_key_events_workspace_fkey REFERENCES workspaces ON DELETE CASCADE,
        provider text NOT NULL,
        action text NOT NULL,
        masked_key text NOT NULL,
        actor_id uuid CONSTRAINT provider_key_events_actor_fkey REFERENCES users ON DELETE SET NULL,
        at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX provider_key_events_workspace_idx ON provider_key_events (workspace_id, id);

      CREATE TABLE threads (
        id uuid CONSTRAINT threads_pkey PRIMARY KEY,
        workspace_id text NOT NULL CONSTRAINT threads_workspace_fkey REFERENCES workspaces ON DELETE CASCADE,
        user_id uuid NOT NULL CONSTRAINT threads_user_fkey REFERENCES users ON DELETE CASCADE,
        title text NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        updated_at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX threads_workspace_updated_idx ON threads (workspace_id, updated_at, id);
      CREATE INDEX threads_user_updated_idx ON threads (user_id, updated_at, id);

      CREATE TABLE agent_sessions (
        id uuid CONSTRAINT agent_sessions_pkey PRIMARY KEY,
        workspace_id text NOT NULL CONSTRAINT agent_sessions_workspace_fkey REFERENCES workspaces ON DELETE CASCADE,
        user_id uuid NOT NULL CONSTRAINT agent_sessions_user_fkey REFERENCES users ON DELETE CASCADE,
        thread_id uuid NOT NULL CONSTRAINT agent_sessions_thread_fkey REFERENCES threads ON DELETE CASCADE,
        parent_id uuid CONSTRAINT agent_sessions_parent_fkey REFERENCES agent_sessions ON DELETE CASCADE,
        buddy_slug text NOT NULL,
        buddy_name text NOT NULL,
        idempotency_key text,
        request_hash text NOT NULL,
        request_id text NOT NULL,
        status text NOT NULL,
        requested_mode text NOT NULL,
        mode_source text NOT NULL,
        mode text NOT NULL,
        fallback_reason text,
        payer text NOT NULL,
        provider text NOT NULL,
        model_id text NOT NULL,
        model_reason text NOT NULL,
        masked_key text,
        prompt text NOT NULL,
        text text NOT NULL DEFAULT '',
        input_tokens bigint NOT NULL DEFAULT 0,
        output_tokens bigint NOT NULL DEFAULT 0,
        cache_read_tokens bigint NOT NULL DEFAULT 0,
        cache_write_tokens bigint NOT NULL DEFAULT 0,
        reasoning_tokens bigint,
        usage_source text,
        finish_reason text,
        error jsonb,
        last_sequence integer NOT NULL DEFAULT 0,
        lease_owner uuid,
        lease_expires_at timestamptz(3),
        last_followed_at timestamptz(3) NOT NULL DEFAULT now(),
        cancel_requested_at timestamptz(3),
        started_at timestamptz(3) NOT NULL DEFAULT now(),
        first_text_at timestamptz(3),
        ended_at timestamptz(3),
        CONSTRAINT agent_sessions_status_check
          CHECK (status IN ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'INTERRUPTED')),
        CONSTRAINT agent_sessions_payer_check CHECK ((mode = 'METERED') = (payer = 'WAYPATH')),
        CONSTRAINT agent_sessions_ended_check CHECK ((status IN ('PENDING', 'RUNNING')) = (ended_at IS NULL))
      );
      -- Start or attach: the same key of the same user is the same turn, whoever asks at the same moment.
      CREATE UNIQUE INDEX agent_sessions_idempotency_idx ON agent_sessions (workspace_id, user_id, idempotency_key);
      -- A thread has one turn at a time.
      CREATE UNIQUE INDEX agent_sessions_thread_busy_idx ON agent_sessions (thread_id)
        WHERE parent_id IS NULL AND status IN ('PENDING', 'RUNNING');
      CREATE INDEX agent_sessions_lease_idx ON agent_sessions (lease_expires_at) WHERE status IN ('PENDING', 'RUNNING');
      CREATE INDEX agent_sessions_thread_idx ON agent_sessions (thread_id, started_at, id);
      CREATE INDEX agent_sessions_workspace_started_idx ON agent_sessions (workspace_id, started_at, id);
      CREATE INDEX agent_sessions_workspace_tokens_idx ON agent_sessions
        (workspace_id, (input_tokens + output_tokens + cache_read_tokens + cache_write_tokens), id);
      CREATE INDEX agent_sessions_user_started_idx ON agent_sessions (user_id, started_at, id);

      CREATE TABLE messages (
        id uuid CONSTRAINT messages_pkey PRIMARY KEY,
        workspace_id text NOT NULL CONSTRAINT messages_workspace_fkey REFERENCES workspaces ON DELETE CASCADE,
        thread_id uuid NOT NULL CONSTRAINT messages_thread_fkey REFERENCES threads ON DELETE CASCADE,
        session_id uuid NOT NULL CONSTRAINT messages_session_fkey REFERENCES agent_sessions ON DELETE CASCADE,
        role text NOT NULL,
        content jsonb NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX messages_thread_idx ON messages (thread_id, created_at, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE messages, agent_sessions, threads, provider_key_events, provider_keys, buddy_modes, routing_policies,
        users, workspaces;
    `);
  }
}
