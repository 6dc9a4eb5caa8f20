import { Column, Entity, PrimaryColumn } from "typeorm";

import { InstantColumn } from "../database/columns";

/** A ring key that a server has begun with as its first. Nothing of the key itself is here. */
@Entity("ring_keys")
export class RingKeyEntity {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "ring_keys_pkey" })
  id!: string;

  /** What only the holder of the key can compute. */
  @Column({ name: "check_value", type: "text" })
  checkValue!: string;

  @InstantColumn("registered_at", { default: () => "now()" })
  registeredAt!: Date;
}
