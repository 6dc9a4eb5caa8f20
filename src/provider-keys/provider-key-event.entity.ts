import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

import { InstantColumn } from "../database/columns";
import type { LlmProvider } from "../providers/language-model";
import { UserEntity } from "../workspaces/user.entity";
import { WorkspaceEntity } from "../workspaces/workspace.entity";

export type ProviderKeyAction = "CONFIGURED" | "REPLACED" | "VERIFIED" | "REJECTED" | "REVOKED";

/** One entry of the custody trail. Only ever added, and gone with its workspace alone. */
@Entity("provider_key_events")
@Index("provider_key_events_workspace_idx", ["workspaceId", "id"])
export class ProviderKeyEventEntity {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "provider_key_events_pkey" })
  id!: string;

  @ForeignKey(() => WorkspaceEntity, { name: "provider_key_events_workspace_fkey", onDelete: "CASCADE" })
  @Column({ name: "workspace_id", type: "text" })
  workspaceId!: string;

  @Column({ type: "text" })
  provider!: LlmProvider;

  @Column({ type: "text" })
  action!: ProviderKeyAction;

  @Column({ name: "masked_key", type: "text" })
  maskedKey!: string;

  /** Null where the server did it, or once that person is gone. */
  @ForeignKey(() => UserEntity, { name: "provider_key_events_actor_fkey", onDelete: "SET NULL" })
  @Column({ name: "actor_id", type: "uuid", nullable: true })
  actorId!: string | null;

  @InstantColumn("at", { default: () => "now()" })
  at!: Date;
}
