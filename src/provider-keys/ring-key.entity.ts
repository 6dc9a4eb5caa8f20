import { Column, Entity, PrimaryColumn } from "typeorm";

import { InstantColumn } from "../database/columns";

/** A ring key that servers have. Nothing of the key itself is here. */
@Entity("ring_keys")
export class RingKeyEntity {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "ring_keys_pkey" })
  id!: string;

  /** What only the holder of the key can compute. */
  @Column({ name: "check_value", type: "text" })
  checkValue!: string;

  /** When a server that has it was last heard of. */
  @InstantColumn("seen_at", { default: () => "now()" })
  seenAt!: Date;
}
