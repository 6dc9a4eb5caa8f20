// The states of billable facts. Every change is a guarded update: the old state stands in the WHERE.
import type { DataSource } from "typeorm";

import { LANE_SECONDS } from "./meter-lanes";
import type { MeterFact } from "./stripe-meter";

/** An event that is about to be sent. */
export interface ClaimedEvent extends MeterFact {
  workspaceId: string;
  /** Whether an earlier try went without a certain answer. */
  openBefore: boolean;
  /** The number of this try: who writes down its outcome must still be the latest to have tried, under the same name. */
  tries: number;
}

/** A try of an event. */
export type Try = Pick<ClaimedEvent, "sessionId" | "resent" | "tries">;

export interface MeterLedger {
  /**
   * The next event of a lane that this process has, marked as tried; null when there is none, or when the lane is lost. The lane
   * is had for another while. Writes down in the same statement that the event of the try `delivered` has been taken.
   */
  claimNext(customerId: string, delivered: Try | null): Promise<ClaimedEvent | null>;
  delivered(event: Try): Promise<void>;
  /** Stays to be sent. `certain`: no try of it can have been taken, so its time to be sent again begins anew. */
  later(event: ClaimedEvent, reason: string, certain: boolean): Promise<void>;
  /** Refused for good. Where an earlier try may have been taken all the same, nobody knows which of the two holds. */
  refused(event: ClaimedEvent, reason: string): Promise<void>;
  /** Gives up on events whose first try is too long ago: the meter may have forgotten that it has them. Returns their sessions. */
  giveUpOnOld(): Promise<string[]>;
}

/**
 * How long an event may be sent again after its first try, in hours. The meter knows an event again for at least 24; later it could
 * be counted twice.
 */
export const SAFE_TO_RESEND_HOURS = 23;

interface ClaimedRow {
  session_id: string;
  workspace_id: string;
  value: string;
  occurred_at: Date;
  open_before: boolean;
  tries: number;
  resent: number;
}

const DELIVERED = "UPDATE meter_events SET state = 'DELIVERED', delivered_at = now(), last_error = NULL";
/** Also what was given up on meanwhile: that it has been taken is certain. */
const OPEN = "state IN ('PENDING', 'AMBIGUOUS')";
const guard = (tries: string, resent: string) => `tries = ${tries} AND resent = ${resent}`;

/** `owner` is this process, as it stands in the lanes that it has. */
export function createMeterLedger(dataSource: DataSource, owner: string): MeterLedger {
  return {
    async claimNext(customerId, delivered) {
      const [[claimed]]: [ClaimedRow[], number] = await dataSource.query(
        `WITH delivered AS (
           ${DELIVERED} WHERE session_id = $4 AND ${OPEN} AND ${guard("$5", "$6")}
         ), lane AS (
           UPDATE meter_lanes SET free_at = now() + make_interval(secs => $3)
           WHERE customer_id = $1 AND taken_by = $2
           RETURNING customer_id
         ), tried AS (
           SELECT session_id, first_tried_at FROM meter_events
           WHERE state = 'PENDING' AND customer_id = $1 AND session_id IS DISTINCT FROM $4
           ORDER BY occurred_at, session_id LIMIT 1 FOR UPDATE SKIP LOCKED
         ), untried AS (
           SELECT e.session_id, e.first_tried_at FROM meter_events e JOIN workspaces w ON w.id = e.workspace_id
           WHERE e.state = 'PENDING' AND e.customer_id IS NULL AND w.stripe_customer_id = $1
             AND e.session_id IS DISTINCT FROM $4 AND NOT EXISTS (SELECT FROM tried)
           ORDER BY e.occurred_at, e.session_id LIMIT 1 FOR UPDATE OF e SKIP LOCKED
         )
         UPDATE meter_events e
         SET customer_id = lane.customer_id, tries = tries + 1, last_tried_at = now(),
             first_tried_at = COALESCE(e.first_tried_at, now())
         FROM lane, (SELECT * FROM tried UNION ALL SELECT * FROM untried) next
         WHERE e.session_id = next.session_id AND e.state = 'PENDING'
         RETURNING e.session_id, e.workspace_id, e.value, e.occurred_at, e.tries, e.resent,
           next.first_tried_at IS NOT NULL AS open_before`,
        [
          customerId,
          owner,
          LANE_SECONDS,
          delivered?.sessionId ?? null,
          delivered?.tries ?? null,
          delivered?.resent ?? null,
        ],
      );
      if (claimed === undefined) return null;
      return {
        sessionId: claimed.session_id,
        workspaceId: claimed.workspace_id,
        customerId,
        value: Number(claimed.value),
        occurredAt: claimed.occurred_at,
        openBefore: claimed.open_before,
        tries: claimed.tries,
        resent: claimed.resent,
      };
    },

    async delivered({ sessionId, tries, resent }) {
      await dataSource.query(`${DELIVERED} WHERE session_id = $1 AND ${OPEN} AND ${guard("$2", "$3")}`, [
        sessionId,
        tries,
        resent,
      ]);
    },

    async later({ sessionId, tries, resent }, reason, certain) {
      await dataSource.query(
        `UPDATE meter_events
         SET last_error = $2, first_tried_at = CASE WHEN $3 THEN NULL ELSE first_tried_at END,
             customer_id = CASE WHEN $3 THEN NULL ELSE customer_id END
         WHERE session_id = $1 AND state = 'PENDING' AND ${guard("$4", "$5")}`,
        [sessionId, reason, certain, tries, resent],
      );
    },

    async refused({ sessionId, tries, resent, openBefore }, reason) {
      await dataSource.query(
        `UPDATE meter_events SET state = $3, last_error = $2
         WHERE session_id = $1 AND ${OPEN} AND ${guard("$4", "$5")}`,
        [sessionId, reason, openBefore ? "AMBIGUOUS" : "FAILED", tries, resent],
      );
    },

    async giveUpOnOld() {
      const [given]: [{ session_id: string }[], number] = await dataSource.query(
        `UPDATE meter_events SET state = 'AMBIGUOUS'
         WHERE state = 'PENDING' AND customer_id IS NOT NULL AND first_tried_at < now() - make_interval(hours => $1)
         RETURNING session_id`,
        [SAFE_TO_RESEND_HOURS],
      );
      return given.map((row) => row.session_id);
    },
  };
}
