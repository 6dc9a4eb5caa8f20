import "reflect-metadata";
import { DataSource, type DataSourceOptions } from "typeorm";

import { DatabaseLine } from "./database-line";
import { HeardClient } from "./heard-client";
import { migrations } from "./migrations";

export interface DatabaseOptions {
  url: string;
  /** Handed in by the rooms that own them, so that this room knows none of them. */
  entities: NonNullable<DataSourceOptions["entities"]>;
  /** Connections this process may hold; a request waits for a free one. Default 10. */
  poolSize?: number;
  /** How long a statement may take, in milliseconds. Default 30 seconds. */
  statementTimeoutMs?: number;
  /** Shared by data sources whose connections live and die together. */
  line?: DatabaseLine;
}

/** How long a connection attempt or a statement may take before it counts as failed, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** By then Postgres has said that it ended a statement for its timeout, in milliseconds; a connection that is silent still is dead. */
const ANSWER_MARGIN_MS = 500;
/** How long a connection may go unused, in milliseconds; then it is closed. A new one costs a login, which somebody waits for. */
const IDLE_TIMEOUT_MS = 300_000;
/** How long until the system looks whether an unused one is still there, in milliseconds: so that no firewall forgets it. */
const KEEP_ALIVE_DELAY_MS = 60_000;

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
      silenceMs: statementTimeoutMs + ANSWER_MARGIN_MS,
      line: options.line ?? new DatabaseLine(),
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    },
  });
}
