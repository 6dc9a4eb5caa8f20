import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";

import { CountColumn, InstantColumn } from "../database/columns";
import type { TurnErrorCode } from "../errors";
import type { LlmProvider } from "../providers/language-model";
import type { ModelMode } from "../workspaces/model-mode";
import { UserEntity } from "../workspaces/user.entity";
import { WorkspaceEntity } from "../workspaces/workspace.entity";
import type { FallbackReason, ModelRoute, ModelSelectionSource, Payer } from "./model-route";
import { ThreadEntity } from "./thread.entity";
import type { TokenUsage } from "./token-usage";
import type { ToolCall } from "./tool-call";

/** Lifecycle of a session. The last four are terminal. */
export type AgentSessionStatus = "PENDING" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED" | "INTERRUPTED";

/** Why the model stopped. */
export type FinishReason = "STOP" | "MAX_TOKENS" | "REFUSAL" | "STEP_LIMIT" | "CANCELLED" | "OTHER";

/** How a session's token counts are known. */
export type UsageSource = "REPORTED" | "CHECKPOINT" | "ESTIMATED";

/** Why a turn failed, as it is stored and shown. */
export interface TurnError {
  code: TurnErrorCode;
  message: string;
  retryable: boolean;
  retryAfterSeconds: number | null;
  requestId: string;
}

class RouteColumns implements ModelRoute {
  @Column({ name: "requested_mode", type: "text" })
  requestedMode!: ModelMode;

  @Column({ name: "mode_source", type: "text" })
  modeSource!: ModelSelectionSource;

  @Column({ type: "text" })
  mode!: ModelMode;

  @Column({ name: "fallback_reason", type: "text", nullable: true })
  fallbackReason!: FallbackReason | null;

  @Column({ type: "text" })
  payer!: Payer;

  @Column({ type: "text" })
  provider!: LlmProvider;

  @Column({ name: "model_id", type: "text" })
  modelId!: string;

  @Column({ name: "model_reason", type: "text" })
  modelReason!: string;

  @Column({ name: "masked_key", type: "text", nullable: true })
  maskedKey!: string | null;
}

class UsageColumns implements TokenUsage {
  @CountColumn("input_tokens", { default: 0 })
  inputTokens!: number;

  @CountColumn("output_tokens", { default: 0 })
  outputTokens!: number;

  @CountColumn("cache_read_tokens", { default: 0 })
  cacheReadTokens!: number;

  @CountColumn("cache_write_tokens", { default: 0 })
  cacheWriteTokens!: number;

  @CountColumn("reasoning_tokens", { nullable: true })
  reasoningTokens!: number | null;
}

/** One buddy's turn: which model ran it, who paid, what was said. Kept for audit from the moment it is accepted. */
@Entity("agent_sessions")
@Check("agent_sessions_status_check", "status")
@Check("agent_sessions_payer_check", "payer")
@Check("agent_sessions_ended_check", "ended_at")
@Unique("agent_sessions_id_payer_key", ["id", "route.payer"])
@Index("agent_sessions_idempotency_idx", ["workspaceId", "userId", "idempotencyKey"], { unique: true })
@Index("agent_sessions_thread_idx", ["threadId", "startedAt", "id"])
@Index("agent_sessions_workspace_started_idx", ["workspaceId", "startedAt", "id"])
@Index("agent_sessions_user_started_idx", ["userId", "startedAt", "id"])
@Index("agent_sessions_thread_busy_idx", { synchronize: false })
@Index("agent_sessions_lease_idx", { synchronize: false })
@Index("agent_sessions_workspace_tokens_idx", { synchronize: false })
@Index("agent_sessions_parent_idx", { synchronize: false })
@Index("agent_sessions_workspace_ended_idx", { synchronize: false })
@Index("agent_sessions_unerased_idx", { synchronize: false })
export class AgentSessionEntity {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "agent_sessions_pkey" })
  id!: string;

  @ForeignKey(() => WorkspaceEntity, { name: "agent_sessions_workspace_fkey", onDelete: "CASCADE" })
  @Column({ name: "workspace_id", type: "text" })
  workspaceId!: string;

  @ForeignKey(() => UserEntity, { name: "agent_sessions_user_fkey", onDelete: "CASCADE" })
  @Column({ name: "user_id", type: "uuid" })
  userId!: string;

  @ForeignKey(() => ThreadEntity, { name: "agent_sessions_thread_fkey", onDelete: "CASCADE" })
  @Column({ name: "thread_id", type: "uuid" })
  threadId!: string;

  /** The session that delegated this one; null for a turn started by a person. */
  @ForeignKey(() => AgentSessionEntity, { name: "agent_sessions_parent_fkey", onDelete: "CASCADE" })
  @Column({ name: "parent_id", type: "uuid", nullable: true })
  parentId!: string | null;

  @Column({ name: "buddy_slug", type: "text" })
  buddySlug!: string;

  @Column({ name: "buddy_name", type: "text" })
  buddyName!: string;

  @Column({ name: "idempotency_key", type: "text", nullable: true })
  idempotencyKey!: string | null;

  /** Digest of buddy and message: what must be the same for a second request with the same key to attach. */
  @Column({ name: "request_hash", type: "text" })
  requestHash!: string;

  /** In every log line of the turn, and in its error: what a user quotes. */
  @Column({ name: "request_id", type: "text" })
  requestId!: string;

  @Column({ type: "text" })
  status!: AgentSessionStatus;

  @Column(() => RouteColumns, { prefix: false })
  route!: ModelRoute;

  @Column({ type: "text" })
  prompt!: string;

  /** The answer so far; in step with `lastSequence`. */
  @Column({ type: "text", default: "" })
  text!: string;

  /** In the order in which they began. */
  @Column({ name: "tool_calls", type: "jsonb", default: [] })
  toolCalls!: ToolCall[];

  @Column(() => UsageColumns, { prefix: false })
  usage!: TokenUsage;

  @Column({ name: "usage_source", type: "text", nullable: true })
  usageSource!: UsageSource | null;

  @Column({ name: "finish_reason", type: "text", nullable: true })
  finishReason!: FinishReason | null;

  @Column({ type: "jsonb", nullable: true })
  error!: TurnError | null;

  /** At Langfuse; null where the turn was not traced. */
  @Column({ name: "trace_id", type: "text", nullable: true })
  traceId!: string | null;

  @Column({ name: "last_sequence", type: "integer", default: 0 })
  lastSequence!: number;

  /** The server process that runs the turn. Whoever is not the owner writes nothing. */
  @Column({ name: "lease_owner", type: "uuid", nullable: true })
  leaseOwner!: string | null;

  @InstantColumn("lease_expires_at", { nullable: true })
  leaseExpiresAt!: Date | null;

  @InstantColumn("last_followed_at", { default: () => "now()" })
  lastFollowedAt!: Date;

  @InstantColumn("cancel_requested_at", { nullable: true })
  cancelRequestedAt!: Date | null;

  @InstantColumn("started_at", { default: () => "now()" })
  startedAt!: Date;

  @InstantColumn("first_text_at", { nullable: true })
  firstTextAt!: Date | null;

  @InstantColumn("ended_at", { nullable: true })
  endedAt!: Date | null;

  /** When prompt, answer, tool data and the digest of the request were erased; the figures stay. */
  @InstantColumn("erased_at", { nullable: true })
  erasedAt!: Date | null;
}
