// A server's connections to its database.
import type { DataSource } from "typeorm";

import { DatabaseLine } from "./database/database-line";
import { migrate } from "./database/migrate";
import type { Logger } from "./logger";
import { openDatabase, openForMigration } from "./open-database";
import type { Secret } from "./secret";

export interface ServerDatabase {
  /** For turns, their leases and their bill. */
  dataSource: DataSource;
  /** Connections of their own for what only looks: however much is read, those go on. */
  reading: DataSource;
  /** Breaks all connections for good: nobody waits for the database any more. */
  cut(): void;
  /** Waits for statements under way. */
  close(): Promise<void>;
}

/**
 * How long a statement may take that a turn, its lease or its bill waits for, in milliseconds: by then a connection that has died
 * without a word is found out, and several tries fit into a lease.
 */
const LIVELY = { statementTimeoutMs: 3_000 };
/** Connections for lists and sums, and how long one may take, in milliseconds: there are few. */
const READING = { poolSize: 6, statementTimeoutMs: 10_000 };

/** Rejects as `openDatabase` does; then nothing is left open. */
export async function openServerDatabase(databaseUrl: Secret): Promise<ServerDatabase> {
  const line = new DatabaseLine();
  const dataSource = await openDatabase(databaseUrl, { ...LIVELY, line });
  const reading = await openDatabase(databaseUrl, { ...READING, line }).catch(async (error) => {
    await dataSource.destroy();
    throw error;
  });
  return {
    dataSource,
    reading,
    cut: () => line.cut(),
    async close() {
      await Promise.all([dataSource.destroy(), reading.destroy()]);
    },
  };
}

export async function bringUpToDate(databaseUrl: Secret, logger: Logger): Promise<void> {
  const dataSource = await openForMigration(databaseUrl);
  try {
    const ran = await migrate(dataSource);
    if (ran.length > 0) logger.info({ migrations: ran }, "the database schema was brought up to date");
  } finally {
    await dataSource.destroy();
  }
}
