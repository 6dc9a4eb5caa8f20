import "reflect-metadata";
import { Client } from "pg";
import { DataSource, type DataSourceOptions } from "typeorm";

import { migrations } from "./migrations";

export interface DatabaseOptions {
  url: string;
  /** Handed in by the rooms that own them, so that this room knows none of them. */
  entities: NonNullable<DataSourceOptions["entities"]>;
  /** Connections this process may hold; a request waits for a free one. Default 10. */
  poolSize?: number;
  /** How long a statement may take, in milliseconds. Default 30 seconds. */
  statementTimeoutMs?: number;
}

/** How long a connection attempt or a statement may take before it counts as failed, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** So much later the driver stops waiting too: a database that vanished says nothing, and its connection would hang for a quarter of an hour. */
const ANSWER_MARGIN_MS = 5_000;

/**
 * Pool and query runner each listen for a connection's end, but nobody does while it is handed from one to the other. An end that
 * comes with the very last bytes of a greeting falls between them, and unheard it would end the process.
 */
class HeardClient extends Client {
  constructor(...options: ConstructorParameters<typeof Client>) {
    super(...options);
    this.on("error", () => undefined);
  }
}

/** A data source on Postgres. The schema comes from migrations alone, never from the entities. */
export function createDataSource(options: DatabaseOptions): DataSource {
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
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
    extra: {
      Client: HeardClient,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + ANSWER_MARGIN_MS,
      keepAlive: true,
    },
  });
}
