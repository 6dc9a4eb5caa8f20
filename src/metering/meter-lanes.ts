// A customer's lane to the meter: Stripe takes one event of a customer at a time, so one server at a time has the lane. Whoever
// took it and died loses it when its time is up.
import type { DataSource } from "typeorm";

export interface MeterLanes {
  /** Lanes with something to send, whose pause is over and that nobody has, `except` some. They are this process's now. */
  take(count: number, except: readonly string[]): Promise<string[]>;
  /** Gives a lane back. A failure makes everybody pause before the next try; each in a row, without a delivery between, for longer. */
  release(customerId: string, after: LaneUse): Promise<void>;
}

/** How the sending went, while a lane was had. */
export interface LaneUse {
  delivered: boolean;
  /** The last event was not delivered, and is to be sent again. */
  failed: boolean;
  /** What the meter asked for, where it did. */
  retryAfterSeconds: number | null;
}

/** How long a lane may be had without a word, in seconds: longer than a request to the meter takes at most. */
export const LANE_SECONDS = 30;
/** The first pause after a failure, in seconds; it doubles with each further one, and up to half of it is left to chance. */
const FIRST_PAUSE_SECONDS = 1;
/** The longest pause, in seconds: how late the meter's recovery may be noticed. */
const LONGEST_PAUSE_SECONDS = 300;
/** Doublings that are counted; more would not make the pause longer. */
const DOUBLINGS = 10;

/** The customers that something waits for: tried events stay with their customer, the others follow their workspace. */
const WAITING = `
  SELECT stripe_customer_id AS customer_id FROM workspaces w
  WHERE stripe_customer_id IS NOT NULL
    AND EXISTS (SELECT FROM meter_events e WHERE e.workspace_id = w.id AND e.state = 'PENDING' AND e.customer_id IS NULL)
  UNION
  SELECT customer_id FROM meter_events WHERE state = 'PENDING' AND customer_id IS NOT NULL`;

/** `owner` is this process, as it stands in `taken_by`. */
export function createMeterLanes(dataSource: DataSource, owner: string): MeterLanes {
  return {
    async take(count, except) {
      await dataSource.query(
        `INSERT INTO meter_lanes (customer_id) SELECT customer_id FROM (${WAITING}) waiting
         WHERE NOT EXISTS (SELECT FROM meter_lanes lane WHERE lane.customer_id = waiting.customer_id)
         ON CONFLICT DO NOTHING`,
      );
      const [taken]: [{ customer_id: string }[], number] = await dataSource.query(
        `UPDATE meter_lanes SET taken_by = $1, free_at = now() + make_interval(secs => $2)
         WHERE customer_id IN (
           SELECT customer_id FROM meter_lanes
           WHERE free_at <= now() AND customer_id <> ALL($4) AND customer_id IN (${WAITING})
           ORDER BY free_at LIMIT $3
           FOR UPDATE SKIP LOCKED)
         RETURNING customer_id`,
        [owner, LANE_SECONDS, count, except],
      );
      return taken.map((lane) => lane.customer_id);
    },

    async release(customerId, { delivered, failed, retryAfterSeconds }) {
      await dataSource.query(
        `UPDATE meter_lanes lane
         SET taken_by = NULL,
             failures = CASE WHEN $3 THEN before.failures + 1 ELSE 0 END,
             free_at = now() + make_interval(secs => CASE WHEN $3
               THEN greatest($4, least($5 * 2 ^ least(before.failures, $6), $7) * (0.5 + random() / 2)) ELSE 0 END)
         FROM (SELECT customer_id, CASE WHEN $8 THEN 0 ELSE failures END AS failures FROM meter_lanes) before
         WHERE lane.customer_id = $1 AND lane.taken_by = $2 AND before.customer_id = lane.customer_id`,
        [
          customerId,
          owner,
          failed,
          Math.min(retryAfterSeconds ?? 0, LONGEST_PAUSE_SECONDS),
          FIRST_PAUSE_SECONDS,
          DOUBLINGS,
          LONGEST_PAUSE_SECONDS,
          delivered,
        ],
      );
    },
  };
}
