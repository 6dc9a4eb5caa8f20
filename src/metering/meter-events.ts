import { type DataSource, In } from "typeorm";

import { MeterEventEntity } from "./meter-event.entity";

/** What the ledger says of these sessions, by session; those that it does not know are left out. */
export async function findMeterEvents(
  dataSource: DataSource,
  sessionIds: readonly string[],
): Promise<Map<string, MeterEventEntity>> {
  const events = await dataSource.getRepository(MeterEventEntity).findBy({ sessionId: In([...new Set(sessionIds)]) });
  return new Map(events.map((event) => [event.sessionId, event]));
}

/** How much is on its way to the meter, and what is stuck. */
export interface MeterBacklog {
  pending: number;
  failed: number;
  ambiguous: number;
  /** Age of the oldest event that is still to be delivered, in seconds; 0 when there is none. */
  oldestPendingSeconds: number;
}

/** What was delivered is not counted: it only grows. Each part is read from an index that holds nothing else. */
export async function readMeterBacklog(dataSource: DataSource): Promise<MeterBacklog> {
  const [row]: { pending: string; failed: string; ambiguous: string; lag: string }[] = await dataSource.query(
    `WITH open AS (
       SELECT state, occurred_at FROM meter_events WHERE state = 'PENDING' AND customer_id IS NULL
       UNION ALL SELECT state, occurred_at FROM meter_events WHERE state = 'PENDING' AND customer_id IS NOT NULL
       UNION ALL SELECT state, occurred_at FROM meter_events WHERE state IN ('FAILED', 'AMBIGUOUS')
     )
     SELECT count(*) FILTER (WHERE state = 'PENDING') AS pending,
            count(*) FILTER (WHERE state = 'FAILED') AS failed,
            count(*) FILTER (WHERE state = 'AMBIGUOUS') AS ambiguous,
            COALESCE(extract(epoch FROM now() - min(occurred_at) FILTER (WHERE state = 'PENDING')), 0) AS lag
     FROM open`,
  );
  return {
    pending: Number(row?.pending),
    failed: Number(row?.failed),
    ambiguous: Number(row?.ambiguous),
    oldestPendingSeconds: Number(row?.lag),
  };
}
