import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

import { InstantColumn } from "../database/columns";
import { UserEntity } from "../workspaces/user.entity";
import { WorkspaceEntity } from "../workspaces/workspace.entity";

/** A conversation. It belongs to whoever began it. */
@Entity("threads")
@Index("threads_workspace_updated_idx", ["workspaceId", "updatedAt", "id"])
@Index("threads_user_updated_idx", ["userId", "updatedAt", "id"])
@Index("threads_titled_idx", { synchronize: false })
export class ThreadEntity {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "threads_pkey" })
  id!: string;

  @ForeignKey(() => WorkspaceEntity, { name: "threads_workspace_fkey", onDelete: "CASCADE" })
  @Column({ name: "workspace_id", type: "text" })
  workspaceId!: string;

  @ForeignKey(() => UserEntity, { name: "threads_user_fkey", onDelete: "CASCADE" })
  @Column({ name: "user_id", type: "uuid" })
  userId!: string;

  /** The beginning of its first message; empty once that is erased. */
  @Column({ type: "text" })
  title!: string;

  @InstantColumn("created_at", { default: () => "now()" })
  createdAt!: Date;

  @InstantColumn("updated_at", { default: () => "now()" })
  updatedAt!: Date;
}
