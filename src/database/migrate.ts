import type { DataSource } from "typeorm";

/** Any constant: what matters is that every server takes the same lock. */
const MIGRATION_LOCK = 7_291_004;

/** Whether the schema lacks a migration of this version, as an empty database's does. Changes nothing. */
export async function isOutdated(dataSource: DataSource): Promise<boolean> {
  const [{ known }]: [{ known: boolean }] = await dataSource.query(
    "SELECT to_regclass('migrations') IS NOT NULL AS known",
  );
  if (!known) return true;
  const ran: { name: string }[] = await dataSource.query("SELECT name FROM migrations");
  const names = new Set(ran.map(({ name }) => name));
  return dataSource.migrations.some(({ name }) => name === undefined || !names.has(name));
}

/** Brings the schema up to date. Servers that start at the same moment take turns. Returns the migrations it ran. */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const lock = dataSource.createQueryRunner();
  await lock.connect();
  try {
    await lock.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
    const ran = await dataSource.runMigrations();
    return ran.map((migration) => migration.name);
  } finally {
    await lock.query("SELECT pg_advisory_unlock($1)", [MIGRATION_LOCK]).catch(() => undefined);
    await lock.release();
  }
}
