import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

import { CountColumn, InstantColumn } from "../database/columns";
import { WorkspaceEntity } from "../workspaces/workspace.entity";

/**
 * Where a billable fact is on its way to the meter. `PENDING` may have been tried. `FAILED`: refused for a reason that no retry mends.
 * `AMBIGUOUS`: sent without an answer, and too old to be sent again safely.
 */
export type MeterEventState = "PENDING" | "DELIVERED" | "FAILED" | "AMBIGUOUS";

/** One billable fact: what one metered session used. Written in the transaction that ends the session, never deleted. */
@Entity("meter_events")
// By name: the session's room stands below this one.
@ForeignKey("AgentSessionEntity", ["sessionId", "payer"], ["id", "payer"], { name: "meter_events_session_fkey" })
@Check("meter_events_payer_check", "payer")
@Check("meter_events_value_check", "value")
@Check("meter_events_state_check", "state")
@Check("meter_events_delivered_check", "delivered_at")
@Index("meter_events_occurred_idx", ["occurredAt"])
@Index("meter_events_untried_idx", { synchronize: false })
@Index("meter_events_tried_idx", { synchronize: false })
@Index("meter_events_trouble_idx", { synchronize: false })
export class MeterEventEntity {
  @PrimaryColumn({ name: "session_id", type: "uuid", primaryKeyConstraintName: "meter_events_pkey" })
  sessionId!: string;

  /** Always Waypath. The database ties it to the session's own payer, so that no own-key session can have a row here. */
  @Column({ type: "text" })
  payer!: "WAYPATH";

  @ForeignKey(() => WorkspaceEntity, { name: "meter_events_workspace_fkey" })
  @Column({ name: "workspace_id", type: "text" })
  workspaceId!: string;

  /** Tokens, cached ones included. */
  @CountColumn("value")
  value!: number;

  /** When the session ended: the time that the meter books it under, however late it is sent. */
  @InstantColumn("occurred_at")
  occurredAt!: Date;

  @Column({ type: "text", default: "PENDING" })
  state!: MeterEventState;

  /** The customer that it was first sent for. It stays with the event: sent for another one, it could be billed twice. */
  @Column({ name: "customer_id", type: "text", nullable: true })
  customerId!: string | null;

  @Column({ type: "integer", default: 0 })
  tries!: number;

  /** How often it was put in line again after the meter had refused it: the meter knows each of them as another event. */
  @Column({ type: "integer", default: 0 })
  resent!: number;

  /** Since when nobody knows for certain that the meter does not have it; null where that is certain. */
  @InstantColumn("first_tried_at", { nullable: true })
  firstTriedAt!: Date | null;

  @InstantColumn("last_tried_at", { nullable: true })
  lastTriedAt!: Date | null;

  @InstantColumn("delivered_at", { nullable: true })
  deliveredAt!: Date | null;

  /** Why it is not delivered yet, or never will be: a word of ours, never the meter's own text. */
  @Column({ name: "last_error", type: "text", nullable: true })
  lastError!: string | null;
}
