import { Column, Entity, ForeignKey, PrimaryColumn } from "typeorm";

import type { ModelMode } from "./model-mode";
import { WorkspaceEntity } from "./workspace.entity";

/** The mode that a workspace has stored for one buddy. */
@Entity("buddy_modes")
export class BuddyModeEntity {
  @ForeignKey(() => WorkspaceEntity, { name: "buddy_modes_workspace_fkey", onDelete: "CASCADE" })
  @PrimaryColumn({ name: "workspace_id", type: "text", primaryKeyConstraintName: "buddy_modes_pkey" })
  workspaceId!: string;

  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "buddy_modes_pkey" })
  slug!: string;

  @Column({ type: "text" })
  mode!: ModelMode;
}
