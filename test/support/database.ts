import { randomBytes } from "node:crypto";
import { Client } from "pg";
import type { DataSource } from "typeorm";

export interface TestDatabase {
  url: string;
  /** Drops it, connections and all. */
  drop(): Promise<void>;
}

/** A migrated database of its own, copied from the run's template. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(` TEMPLATE ${process.env.TEST_DATABASE_TEMPLATE}`);
}

/** A database without any table. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase("");
}

/** A database of that name on the run's Postgres. */
export function databaseUrl(name: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs one statement about databases, which no transaction may hold. */
export async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function createDatabase(from: string): Promise<TestDatabase> {
  const name = `waypath_test_${randomBytes(8).toString("hex")}`;
  await administer(`CREATE DATABASE ${name}${from}`);
  return { url: databaseUrl(name), drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

function serverUrl(): string {
  const url = process.env.TEST_DATABASE_SERVER;
  if (url === undefined) throw new Error("the global setup has not started a database");
  return url;
}

/** Ends every connection to a database, and lets nobody in until the returned function is called. */
export async function takeAway(dataSource: DataSource): Promise<() => Promise<void>> {
  const [{ name }] = await dataSource.query("SELECT current_database() AS name");
  await administer(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await administer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
  return () => administer(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
}
