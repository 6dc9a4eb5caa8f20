import { Check, Column, Entity, PrimaryColumn } from "typeorm";

import { InstantColumn } from "../database/columns";

/** The tenant: owner of keys, sessions and the bill. Its id is the one in its tokens. */
@Entity("workspaces")
@Check("workspaces_deleted_check", "deleted_at IS NULL OR disabled_at IS NOT NULL")
export class WorkspaceEntity {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "workspaces_pkey" })
  id!: string;

  @Column({ type: "text" })
  name!: string;

  @Column({ name: "stripe_customer_id", type: "text", nullable: true })
  stripeCustomerId!: string | null;

  /** Since when nobody gets in any more. */
  @InstantColumn("disabled_at", { nullable: true })
  disabledAt!: Date | null;

  /** Since when all that was said and stored here is erased, or is being so. What is deleted is disabled too. */
  @InstantColumn("deleted_at", { nullable: true })
  deletedAt!: Date | null;

  @InstantColumn("created_at", { default: () => "now()" })
  createdAt!: Date;
}
