// The ledger by the minute, as the meter counts, and what reconciliation makes of events that nobody answered for.
import type { DataSource } from "typeorm";

export interface LedgerEvent {
  sessionId: string;
  value: number;
  /** Whether the meter would show it by now, had it taken it. */
  settled: boolean;
}

/** What the ledger has of one customer in one minute, by how it stands. */
export interface LedgerMinute {
  minute: Date;
  delivered: LedgerEvent[];
  /** Sent without an answer, and too old to be sent again blindly. */
  unanswered: LedgerEvent[];
  /** To be sent, or just being sent. */
  waiting: LedgerEvent[];
  refused: LedgerEvent[];
}

/** How long after the last try the meter's summaries certainly show what it took, in minutes. */
const SHOWN_AFTER_MINUTES = 60;

/** Customers that have something in the ledger in that time, and all that workspaces have now: one may be billed for nothing. */
export async function billedCustomers(dataSource: DataSource, from: Date, to: Date): Promise<string[]> {
  const rows: { customer_id: string }[] = await dataSource.query(
    `SELECT stripe_customer_id AS customer_id FROM workspaces WHERE stripe_customer_id IS NOT NULL
     UNION
     SELECT customer_id FROM meter_events WHERE customer_id IS NOT NULL AND occurred_at >= $1 AND occurred_at < $2
     ORDER BY customer_id`,
    [from, to],
  );
  return rows.map((row) => row.customer_id);
}

interface EventRow {
  session_id: string;
  state: "PENDING" | "DELIVERED" | "FAILED" | "AMBIGUOUS";
  value: string;
  minute: Date;
  settled: boolean;
}

const KIND = { DELIVERED: "delivered", AMBIGUOUS: "unanswered", PENDING: "waiting", FAILED: "refused" } as const;

/** Minutes with something in the ledger, oldest first. */
export async function ledgerMinutes(
  dataSource: DataSource,
  customerId: string,
  from: Date,
  to: Date,
): Promise<LedgerMinute[]> {
  const rows: EventRow[] = await dataSource.query(
    `SELECT e.session_id, e.state, e.value, date_trunc('minute', e.occurred_at) AS minute,
            COALESCE(e.last_tried_at < now() - make_interval(mins => $4), false) AS settled
     FROM meter_events e JOIN workspaces w ON w.id = e.workspace_id
     WHERE COALESCE(e.customer_id, w.stripe_customer_id) = $1 AND e.occurred_at >= $2 AND e.occurred_at < $3
     ORDER BY e.occurred_at, e.session_id`,
    [customerId, from, to, SHOWN_AFTER_MINUTES],
  );
  const minutes = new Map<number, LedgerMinute>();
  for (const { session_id, state, value, minute, settled } of rows) {
    const at = minutes.get(minute.getTime()) ?? { minute, delivered: [], unanswered: [], waiting: [], refused: [] };
    minutes.set(minute.getTime(), at);
    at[KIND[state]].push({ sessionId: session_id, value: Number(value), settled });
  }
  return [...minutes.values()];
}

/** The meter has it. Returns how many events that changed. */
export async function settleDelivered(dataSource: DataSource, { sessionId }: LedgerEvent): Promise<number> {
  const [, changed]: [unknown, number] = await dataSource.query(
    `UPDATE meter_events SET state = 'DELIVERED', delivered_at = now(), last_error = NULL
     WHERE session_id = $1 AND state = 'AMBIGUOUS'`,
    [sessionId],
  );
  return changed;
}

/** The meter does not have it: it is sent again, with its own time. Returns how many events that changed. */
export async function settleUnsent(dataSource: DataSource, { sessionId }: LedgerEvent): Promise<number> {
  const [, changed]: [unknown, number] = await dataSource.query(
    `UPDATE meter_events SET state = 'PENDING', customer_id = NULL, first_tried_at = NULL
     WHERE session_id = $1 AND state = 'AMBIGUOUS'`,
    [sessionId],
  );
  return changed;
}

/** Puts what the meter refused in that time in line again, after its cause was mended. Returns how many events those are. */
export async function resendRefused(dataSource: DataSource, from: Date, to: Date): Promise<number> {
  const [, changed]: [unknown, number] = await dataSource.query(
    `UPDATE meter_events SET state = 'PENDING', customer_id = NULL, first_tried_at = NULL, resent = resent + 1
     WHERE state = 'FAILED' AND occurred_at >= $1 AND occurred_at < $2`,
    [from, to],
  );
  return changed;
}
