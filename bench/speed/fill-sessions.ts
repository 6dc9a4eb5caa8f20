import { Client } from "pg";

/** Fills the database up to so many sessions, copies of one that has ended, and has Postgres learn what is in it. */
export async function fillSessions(databaseUrl: string, sessions: number): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query("SELECT count(*)::int AS count FROM agent_sessions");
    await client.query(
      `INSERT INTO agent_sessions
       SELECT (jsonb_populate_record(session, jsonb_build_object('id', gen_random_uuid(), 'idempotency_key', NULL))).*
       FROM (SELECT session FROM agent_sessions session WHERE ended_at IS NOT NULL LIMIT 1) one, generate_series(1, $1)`,
      [Math.max(0, sessions - rows[0].count)],
    );
    await client.query("VACUUM ANALYZE agent_sessions");
  } finally {
    await client.end();
  }
}
