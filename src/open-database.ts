import type { DataSource } from "typeorm";

import { ConfigError } from "./config";
import { createDataSource, type DatabaseOptions } from "./database/data-source";
import { ENTITIES } from "./entities";
import type { Secret } from "./secret";

/** A data source that is connected. Throws a `ConfigError` that says why it could not be. */
export async function openDatabase(
  databaseUrl: Secret,
  options: Pick<DatabaseOptions, "statementTimeoutMs" | "poolSize" | "line"> = {},
): Promise<DataSource> {
  const dataSource = databaseUrl.use((url) => createDataSource({ url, entities: ENTITIES, ...options }));
  try {
    return await dataSource.initialize();
  } catch (error) {
    throw new ConfigError([`DATABASE_URL: the database cannot be used: ${reasonOf(error)}.`]);
  }
}

/**
 * How long a migration may take on a large table, and a server may wait for another one's, in milliseconds. Ended earlier, it would be
 * undone, and begun again at every start.
 */
const MIGRATION_TIMEOUT_MS = 3_600_000;

/** For a migration, on connections of its own: it may take longer than anything that a running server asks. */
export function openForMigration(databaseUrl: Secret): Promise<DataSource> {
  return openDatabase(databaseUrl, { poolSize: 2, statementTimeoutMs: MIGRATION_TIMEOUT_MS });
}

/** A host with several addresses fails once for each, and the error that holds them all says nothing itself. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(", ");
  // It names the host, which is a part of the password where that has a "/" or "@" in it as it is.
  if (error instanceof Error && "syscall" in error && error.syscall === "getaddrinfo") {
    return "its host is not found (what is special in the password must be written as %2F, %40 and so on)";
  }
  return error instanceof Error ? error.message : String(error);
}
