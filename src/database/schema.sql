-- What the migrations make. Generated: npm run generate.

CREATE TABLE agent_sessions (
  id uuid NOT NULL,
  workspace_id text NOT NULL,
  user_id uuid NOT NULL,
  thread_id uuid NOT NULL,
  parent_id uuid,
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
  text text NOT NULL DEFAULT ''::text,
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
  lease_expires_at timestamp(3) with time zone,
  last_followed_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  cancel_requested_at timestamp(3) with time zone,
  started_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  first_text_at timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  tool_calls jsonb NOT NULL DEFAULT '[]'::jsonb,
  trace_id text,
  erased_at timestamp(3) with time zone,
  CONSTRAINT agent_sessions_ended_check CHECK (((status = ANY (ARRAY['PENDING'::text, 'RUNNING'::text])) = (ended_at IS NULL))),
  CONSTRAINT agent_sessions_payer_check CHECK (((mode = 'METERED'::text) = (payer = 'WAYPATH'::text))),
  CONSTRAINT agent_sessions_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'RUNNING'::text, 'COMPLETED'::text, 'FAILED'::text, 'CANCELLED'::text, 'INTERRUPTED'::text]))),
  CONSTRAINT agent_sessions_parent_fkey FOREIGN KEY (parent_id) REFERENCES agent_sessions(id) ON DELETE CASCADE,
  CONSTRAINT agent_sessions_thread_fkey FOREIGN KEY (thread_id) REFERENCES threads(id) ON DELETE CASCADE,
  CONSTRAINT agent_sessions_user_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CONSTRAINT agent_sessions_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  CONSTRAINT agent_sessions_pkey PRIMARY KEY (id),
  CONSTRAINT agent_sessions_id_payer_key UNIQUE (id, payer)
);
CREATE INDEX agent_sessions_lease_idx ON public.agent_sessions USING btree (lease_expires_at) WHERE (status = ANY (ARRAY['PENDING'::text, 'RUNNING'::text]));
CREATE INDEX agent_sessions_parent_idx ON public.agent_sessions USING btree (parent_id) WHERE (parent_id IS NOT NULL);
CREATE INDEX agent_sessions_thread_idx ON public.agent_sessions USING btree (thread_id, started_at, id);
CREATE INDEX agent_sessions_unerased_idx ON public.agent_sessions USING btree (ended_at) WHERE (erased_at IS NULL);
CREATE INDEX agent_sessions_user_started_idx ON public.agent_sessions USING btree (user_id, started_at, id);
CREATE INDEX agent_sessions_workspace_ended_idx ON public.agent_sessions USING btree (workspace_id, ended_at) WHERE (ended_at IS NOT NULL);
CREATE INDEX agent_sessions_workspace_started_idx ON public.agent_sessions USING btree (workspace_id, started_at, id);
CREATE INDEX agent_sessions_workspace_tokens_idx ON public.agent_sessions USING btree (workspace_id, ((((input_tokens + output_tokens) + cache_read_tokens) + cache_write_tokens)), id);
CREATE UNIQUE INDEX agent_sessions_idempotency_idx ON public.agent_sessions USING btree (workspace_id, user_id, idempotency_key);
CREATE UNIQUE INDEX agent_sessions_thread_busy_idx ON public.agent_sessions USING btree (thread_id) WHERE ((parent_id IS NULL) AND (status = ANY (ARRAY['PENDING'::text, 'RUNNING'::text])));

CREATE TABLE buddy_modes (
  workspace_id text NOT NULL,
  slug text NOT NULL,
  mode text NOT NULL,
  CONSTRAINT buddy_modes_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  CONSTRAINT buddy_modes_pkey PRIMARY KEY (workspace_id, slug)
);

CREATE TABLE messages (
  id uuid NOT NULL,
  workspace_id text NOT NULL,
  thread_id uuid NOT NULL,
  session_id uuid NOT NULL,
  role text NOT NULL,
  content jsonb NOT NULL,
  created_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  CONSTRAINT messages_session_fkey FOREIGN KEY (session_id) REFERENCES agent_sessions(id) ON DELETE CASCADE,
  CONSTRAINT messages_thread_fkey FOREIGN KEY (thread_id) REFERENCES threads(id) ON DELETE CASCADE,
  CONSTRAINT messages_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  CONSTRAINT messages_pkey PRIMARY KEY (id)
);
CREATE INDEX messages_session_idx ON public.messages USING btree (session_id);
CREATE INDEX messages_thread_idx ON public.messages USING btree (thread_id, created_at, id);

CREATE TABLE meter_events (
  session_id uuid NOT NULL,
  payer text NOT NULL,
  workspace_id text NOT NULL,
  value bigint NOT NULL,
  occurred_at timestamp(3) with time zone NOT NULL,
  state text NOT NULL DEFAULT 'PENDING'::text,
  customer_id text,
  tries integer NOT NULL DEFAULT 0,
  resent integer NOT NULL DEFAULT 0,
  first_tried_at timestamp(3) with time zone,
  last_tried_at timestamp(3) with time zone,
  delivered_at timestamp(3) with time zone,
  last_error text,
  CONSTRAINT meter_events_delivered_check CHECK (((state = 'DELIVERED'::text) = (delivered_at IS NOT NULL))),
  CONSTRAINT meter_events_payer_check CHECK ((payer = 'WAYPATH'::text)),
  CONSTRAINT meter_events_state_check CHECK ((state = ANY (ARRAY['PENDING'::text, 'DELIVERED'::text, 'FAILED'::text, 'AMBIGUOUS'::text]))),
  CONSTRAINT meter_events_value_check CHECK ((value > 0)),
  CONSTRAINT meter_events_session_fkey FOREIGN KEY (session_id, payer) REFERENCES agent_sessions(id, payer),
  CONSTRAINT meter_events_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id),
  CONSTRAINT meter_events_pkey PRIMARY KEY (session_id)
);
CREATE INDEX meter_events_occurred_idx ON public.meter_events USING btree (occurred_at);
CREATE INDEX meter_events_tried_idx ON public.meter_events USING btree (customer_id, occurred_at, session_id) WHERE ((state = 'PENDING'::text) AND (customer_id IS NOT NULL));
CREATE INDEX meter_events_trouble_idx ON public.meter_events USING btree (state, occurred_at) WHERE (state = ANY (ARRAY['FAILED'::text, 'AMBIGUOUS'::text]));
CREATE INDEX meter_events_untried_idx ON public.meter_events USING btree (workspace_id, occurred_at, session_id) WHERE ((state = 'PENDING'::text) AND (customer_id IS NULL));

CREATE TABLE meter_lanes (
  customer_id text NOT NULL,
  free_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  taken_by uuid,
  failures integer NOT NULL DEFAULT 0,
  CONSTRAINT meter_lanes_pkey PRIMARY KEY (customer_id)
);

CREATE TABLE provider_key_events (
  id uuid NOT NULL,
  workspace_id text NOT NULL,
  provider text NOT NULL,
  action text NOT NULL,
  masked_key text NOT NULL,
  actor_id uuid,
  at timestamp(3) with time zone NOT NULL DEFAULT now(),
  CONSTRAINT provider_key_events_actor_fkey FOREIGN KEY (actor_id) REFERENCES users(id) ON DELETE SET NULL,
  CONSTRAINT provider_key_events_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  CONSTRAINT provider_key_events_pkey PRIMARY KEY (id)
);
CREATE INDEX provider_key_events_workspace_idx ON public.provider_key_events USING btree (workspace_id, id);

CREATE TABLE provider_keys (
  id uuid NOT NULL,
  workspace_id text NOT NULL,
  provider text NOT NULL,
  version integer NOT NULL,
  sealed_key text NOT NULL,
  masked_key text NOT NULL,
  fingerprint text NOT NULL,
  status text NOT NULL,
  last_error text,
  models jsonb NOT NULL DEFAULT '[]'::jsonb,
  configured_at timestamp(3) with time zone NOT NULL,
  configured_by uuid,
  last_verified_at timestamp(3) with time zone,
  last_used_at timestamp(3) with time zone,
  CONSTRAINT provider_keys_status_check CHECK ((status = ANY (ARRAY['ACTIVE'::text, 'INVALID'::text, 'QUOTA_EXCEEDED'::text, 'LIMITED'::text]))),
  CONSTRAINT provider_keys_configured_by_fkey FOREIGN KEY (configured_by) REFERENCES users(id) ON DELETE SET NULL,
  CONSTRAINT provider_keys_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  CONSTRAINT provider_keys_pkey PRIMARY KEY (id),
  CONSTRAINT provider_keys_workspace_provider_key UNIQUE (workspace_id, provider)
);

CREATE TABLE ring_keys (
  id text NOT NULL,
  check_value text NOT NULL,
  seen_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  CONSTRAINT ring_keys_pkey PRIMARY KEY (id)
);

CREATE TABLE routing_policies (
  workspace_id text NOT NULL,
  default_mode text,
  byok_fallback text NOT NULL,
  CONSTRAINT routing_policies_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  CONSTRAINT routing_policies_pkey PRIMARY KEY (workspace_id)
);

CREATE TABLE threads (
  id uuid NOT NULL,
  workspace_id text NOT NULL,
  user_id uuid NOT NULL,
  title text NOT NULL,
  created_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  updated_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  CONSTRAINT threads_user_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CONSTRAINT threads_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  CONSTRAINT threads_pkey PRIMARY KEY (id)
);
CREATE INDEX threads_titled_idx ON public.threads USING btree (created_at) WHERE (title <> ''::text);
CREATE INDEX threads_user_updated_idx ON public.threads USING btree (user_id, updated_at, id);
CREATE INDEX threads_workspace_updated_idx ON public.threads USING btree (workspace_id, updated_at, id);

CREATE TABLE users (
  id uuid NOT NULL,
  workspace_id text NOT NULL,
  sub text NOT NULL,
  name text NOT NULL,
  email text,
  CONSTRAINT users_workspace_fkey FOREIGN KEY (workspace_id) REFERENCES workspaces(id) ON DELETE CASCADE,
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_workspace_sub_key UNIQUE (workspace_id, sub)
);

CREATE TABLE workspaces (
  id text NOT NULL,
  name text NOT NULL,
  stripe_customer_id text,
  disabled_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  deleted_at timestamp(3) with time zone,
  CONSTRAINT workspaces_deleted_check CHECK (((deleted_at IS NULL) OR (disabled_at IS NOT NULL))),
  CONSTRAINT workspaces_pkey PRIMARY KEY (id)
);
