import { Column, Entity, PrimaryColumn } from "typeorm";

import { InstantColumn } from "../database/columns";

/** A customer's way to the meter, which takes one event of a customer at a time, whichever server sends it. */
@Entity("meter_lanes")
export class MeterLaneEntity {
  @PrimaryColumn({ name: "customer_id", type: "text", primaryKeyConstraintName: "meter_lanes_pkey" })
  customerId!: string;

  /** From when on any server may take it: after a pause, or when whoever took it has not been heard of for too long. */
  @InstantColumn("free_at", { default: () => "now()" })
  freeAt!: Date;

  /** The server process that has it now. */
  @Column({ name: "taken_by", type: "uuid", nullable: true })
  takenBy!: string | null;

  /** Events in a row that were not delivered: what the pause grows with. */
  @Column({ type: "integer", default: 0 })
  failures!: number;
}
