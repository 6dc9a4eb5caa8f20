import "reflect-metadata";
import { DataSource, type DataSourceOptions } from "typeorm";

import { migrations } from "./migrations";

export interface DatabaseOptions {
  url: string;
  /** Handed in by the rooms that own them, so that this room knows none of them. */
  entities: NonNullable<DataSourceOptions["entities"]>;
  /** Connections this process may hold; a request waits for a free one. Default 10. */
  poolSize?: number;
}

/** How long a connection attempt or a statement may take before it counts as failed, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;

/** A data source on Postgres. The schema comes from migrations alone, never from the entities. */
export function createDataSource(options: DatabaseOptions): DataSource {
  return new DataSource({
    type: "postgres",
    url: options.url,
    entities: options.entities,
    migrations,
    migrationsTableName: "migrations",
    migrationsTransactionMode: "all",
    synchronize: false,
    logging: false,
    poolSize: options.poolSize ?? 10,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    applicationName: "waypath",
    extra: { statement_timeout: STATEMENT_TIMEOUT_MS, keepAlive: true },
  });
}
