import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from "typeorm";

import { WorkspaceEntity } from "./workspace.entity";

/** A person, as their workspace's tokens describe them. */
@Entity("users")
@Unique("users_workspace_sub_key", ["workspaceId", "sub"])
export class UserEntity {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "users_pkey" })
  id!: string;

  @ForeignKey(() => WorkspaceEntity, { name: "users_workspace_fkey", onDelete: "CASCADE" })
  @Column({ name: "workspace_id", type: "text" })
  workspaceId!: string;

  /** The token's subject. */
  @Column({ type: "text" })
  sub!: string;

  @Column({ type: "text" })
  name!: string;

  @Column({ type: "text", nullable: true })
  email!: string | null;
}
