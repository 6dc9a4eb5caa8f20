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

/** A host with several addresses fails once for each, and the error that holds them all says nothing itself. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(", ");
  // It names the host, which is a part of the password where that has a "/" or "@" in it as it is.
  if (error instanceof Error && "syscall" in error && error.syscall === "getaddrinfo") {
    return "its host is not found (what is special in the password must be written as %2F, %40 and so on)";
  }
  return error instanceof Error ? error.message : String(error);
}
