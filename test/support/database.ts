import { randomBytes } from "node:crypto";
import { Client } from "pg";

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
