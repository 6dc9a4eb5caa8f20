import { Column, Entity, PrimaryColumn } from "typeorm";

import { InstantColumn } from "../database/columns";

/** The tenant: owner of keys, sessions and the bill. Its id is the one in its tokens. */
@Entity("workspaces")
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

  @InstantColumn("created_at", { default: () => "now()" })
  createdAt!: Date;
}
