import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from "typeorm";

import { InstantColumn } from "../database/columns";
import type { ListedModel, LlmProvider } from "../providers/language-model";
import { UserEntity } from "../workspaces/user.entity";
import { WorkspaceEntity } from "../workspaces/workspace.entity";

export type ProviderKeyStatus = "ACTIVE" | "INVALID" | "QUOTA_EXCEEDED" | "LIMITED";

/** A workspace's own key for one provider, sealed. Replacing it keeps the row and raises its version. */
@Entity("provider_keys")
@Unique("provider_keys_workspace_provider_key", ["workspaceId", "provider"])
@Check("provider_keys_status_check", "status IN ('ACTIVE', 'INVALID', 'QUOTA_EXCEEDED', 'LIMITED')")
export class ProviderKeyEntity {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "provider_keys_pkey" })
  id!: string;

  @ForeignKey(() => WorkspaceEntity, { name: "provider_keys_workspace_fkey", onDelete: "CASCADE" })
  @Column({ name: "workspace_id", type: "text" })
  workspaceId!: string;

  @Column({ type: "text" })
  provider!: LlmProvider;

  /** From 1 on, one more with each replacement. Id and version together name one key for ever. */
  @Column({ type: "integer" })
  version!: number;

  /** Opens only for this row's workspace, provider, id and version. */
  @Column({ name: "sealed_key", type: "text" })
  sealedKey!: string;

  /** The only form of the key that is ever shown. */
  @Column({ name: "masked_key", type: "text" })
  maskedKey!: string;

  /** Equal for equal keys, for operators alone. */
  @Column({ type: "text" })
  fingerprint!: string;

  @Column({ type: "text" })
  status!: ProviderKeyStatus;

  /** Our own sentence on why the key is `INVALID` or `QUOTA_EXCEEDED`; otherwise null. */
  @Column({ name: "last_error", type: "text", nullable: true })
  lastError!: string | null;

  /** What the key could use when it was last asked; empty where it may not list models. */
  @Column({ type: "jsonb", default: [] })
  models!: ListedModel[];

  @InstantColumn("configured_at")
  configuredAt!: Date;

  /** Null once that person is gone. */
  @ForeignKey(() => UserEntity, { name: "provider_keys_configured_by_fkey", onDelete: "SET NULL" })
  @Column({ name: "configured_by", type: "uuid", nullable: true })
  configuredBy!: string | null;

  /** When the provider last accepted or rejected the key. */
  @InstantColumn("last_verified_at", { nullable: true })
  lastVerifiedAt!: Date | null;

  /** To the minute. */
  @InstantColumn("last_used_at", { nullable: true })
  lastUsedAt!: Date | null;
}
