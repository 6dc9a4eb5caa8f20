import type { DataSource } from "typeorm";

import { type Config, ConfigError, loadConfig, readEnvironment } from "../config";
import { findEmbeddedPostgres, hasEmbeddedPostgres, startEmbeddedPostgres } from "../database/embedded-postgres";
import { isOutdated } from "../database/migrate";
import { createLogger } from "../logger";
import { openDatabase } from "../open-database";
import { Secret } from "../secret";

type OperatorsWork<Result> = (dataSource: DataSource, config: Config) => Promise<Result>;

/** Does an operator's work on the database that a server with this environment uses, beside running servers or without any. */
export function withDatabase<Result>(work: OperatorsWork<Result>): Promise<Result> {
  return withDatabaseOfAnyVersion(async (dataSource, config) => {
    if (await isOutdated(dataSource)) {
      throw new ConfigError([
        "The database is not of this version: start a server of this version, or run `npx waypath migrate`, and try again.",
      ]);
    }
    return work(dataSource, config);
  });
}

/** The embedded database is the one that a server runs at the moment, and is otherwise started for as long as the work takes. */
export async function withDatabaseOfAnyVersion<Result>(
  work: OperatorsWork<Result>,
  open: (url: Secret) => Promise<DataSource> = openDatabase,
): Promise<Result> {
  const config = loadConfig(readEnvironment());
  const { url, stop } = await findDatabase(config);
  try {
    const dataSource = await open(url);
    try {
      return await work(dataSource, config);
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await stop();
  }
}

async function findDatabase({ databaseUrl, dataDirectory }: Config): Promise<{ url: Secret; stop(): Promise<void> }> {
  const stop = async () => undefined;
  if (databaseUrl !== undefined) return { url: databaseUrl, stop };
  const running = findEmbeddedPostgres(dataDirectory);
  if (running !== undefined) return { url: new Secret(running), stop };
  if (!hasEmbeddedPostgres(dataDirectory)) {
    throw new ConfigError([
      `DATABASE_URL is not set, and there is no database in ${dataDirectory} yet: set it, or start a server first.`,
    ]);
  }
  const started = await startEmbeddedPostgres({ dataDirectory, logger: createLogger("silent") });
  return { url: new Secret(started.url), stop: () => started.stop() };
}
