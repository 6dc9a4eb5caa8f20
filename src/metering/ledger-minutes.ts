// The ledger by the minute, as the meter counts, and what reconciliation makes of events that nobody answered for.
import type { DataSource } from "typeorm";

export type MeterState = "PENDING" | "DELIVERED" | "FAILED" | "AMBIGUOUS";

export interface LedgerEvent {
  sessionId: string;
  state: MeterState;
  value: number;
  /** Whether the meter would certainly show it by now, had it taken it. */
  shown: boolean;
}

/** What the ledger has of one customer in one minute. */
export interface LedgerMinute {
  minute: Date;
  events: LedgerEvent[];
}

/** How long after the last try the meter's summaries certainly show what it took, in minutes. */
export const SHOWN_AFTER_MINUTES = 60;

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
  state: MeterState;
  value: string;
  minute: Date;
  shown: boolean;
}

/** Minutes with something in the ledger, oldest first. */
export async function ledgerMinutes(
  dataSource: DataSource,
  customerId: string,
  from: Date,
  to: Date,
): Promise<LedgerMinute[]> {
  const rows: EventRow[] = await dataSource.query(
    `SELECT e.session_id, e.state, e.value, date_trunc('minute', e.occurred_at) AS minute,
            COALESCE(e.last_tried_at < now() - make_interval(mins => $4), false) AS shown
     FROM meter_events e JOIN workspaces w ON w.id = e.workspace_id
     WHERE COALESCE(e.customer_id, w.stripe_customer_id) = $1 AND e.occurred_at >= $2 AND e.occurred_at < $3
     ORDER BY e.occurred_at, e.session_id`,
    [customerId, from, to, SHOWN_AFTER_MINUTES],
  );
  const minutes = new Map<number, LedgerMinute>();
  for (const { session_id, state, value, minute, shown } of rows) {
    const at = minutes.get(minute.getTime()) ?? { minute, events: [] };
    minutes.set(minute.getTime(), at);
    at.events.push({ sessionId: session_id, state, value: Number(value), shown });
  }
  return [...minutes.values()];
}

/** What workspaces have used in that time that have no customer, and whose events name none: nobody can be billed for it. */
export interface Unassigned {
  workspaceId: string;
  events: number;
  tokens: number;
}

export async function unassignedEvents(dataSource: DataSource, from: Date, to: Date): Promise<Unassigned[]> {
  const rows: { workspace_id: string; events: string; tokens: string }[] = await dataSource.query(
    `SELECT e.workspace_id, count(*) AS events, sum(e.value) AS tokens
     FROM meter_events e JOIN workspaces w ON w.id = e.workspace_id
     WHERE e.customer_id IS NULL AND w.stripe_customer_id IS NULL AND e.occurred_at >= $1 AND e.occurred_at < $2
     GROUP BY e.workspace_id ORDER BY e.workspace_id`,
    [from, to],
  );
  return rows.map(({ workspace_id, events, tokens }) => ({
    workspaceId: workspace_id,
    events: Number(events),
    tokens: Number(tokens),
  }));
}

/** The meter has it. Returns how many events that changed. */
export async function settleDelivered(dataSource: DataSource, sessionId: string): Promise<number> {
  const [, changed]: [unknown, number] = await dataSource.query(
    `UPDATE meter_events SET state = 'DELIVERED', delivered_at = now(), last_error = NULL
     WHERE session_id = $1 AND state = 'AMBIGUOUS'`,
    [sessionId],
  );
  return changed;
}

/**
 * The meter does not have it: it is sent again, with its own time. `renamed`: as another event, because under its name the meter may
 * know one that has been taken for it. Returns how many events that changed.
 */
export async function settleUnsent(dataSource: DataSource, sessionId: string, renamed: boolean): Promise<number> {
  const [, changed]: [unknown, number] = await dataSource.query(
    `UPDATE meter_events SET state = 'PENDING', customer_id = NULL, first_tried_at = NULL, resent = resent + $2
     WHERE session_id = $1 AND state = 'AMBIGUOUS'`,
    [sessionId, renamed ? 1 : 0],
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
