import { Client } from "pg";
import { markerIn } from "./plan-turns";

export interface SessionRow {
  id: string;
  workspaceId: string;
  /** Null for a session that was delegated. */
  idempotencyKey: string | null;
  marker: string;
  status: string;
  payer: string;
  /** Tokens of all kinds. */
  total: number;
}

/** What the database says of a run. */
export interface LedgerRows {
  sessions: SessionRow[];
  /** Meter rows by state. */
  meterStates: Record<string, number>;
}

export async function readRows(url: string): Promise<LedgerRows> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const sessions = await client.query(
      `SELECT id, workspace_id, idempotency_key, prompt, status, payer,
              input_tokens + output_tokens + cache_read_tokens + cache_write_tokens AS total
       FROM agent_sessions`,
    );
    const states = await client.query("SELECT state, count(*) AS count FROM meter_events GROUP BY state");
    return {
      sessions: sessions.rows.map((row) => ({
        id: row.id,
        workspaceId: row.workspace_id,
        idempotencyKey: row.idempotency_key,
        marker: markerIn(row.prompt) ?? "",
        status: row.status,
        payer: row.payer,
        total: Number(row.total),
      })),
      meterStates: Object.fromEntries(states.rows.map((row) => [row.state, Number(row.count)])),
    };
  } finally {
    await client.end();
  }
}
