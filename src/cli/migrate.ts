import { Command } from "commander";

import { ConfigError, loadConfig, readEnvironment } from "../config";
import { migrate } from "../database/migrate";
import { openDatabase } from "../open-database";

export function migrateCommand(): Command {
  return new Command("migrate")
    .description("Bring the schema of DATABASE_URL up to date. The server does so too when it starts.")
    .action(runMigrations);
}

async function runMigrations(): Promise<void> {
  const { databaseUrl } = loadConfig(readEnvironment());
  if (databaseUrl === undefined) {
    throw new ConfigError(["DATABASE_URL is not set: the embedded database is migrated by the server that runs it."]);
  }
  const dataSource = await openDatabase(databaseUrl);
  try {
    const ran = await migrate(dataSource);
    process.stdout.write(ran.length === 0 ? "The schema is up to date.\n" : `Ran ${ran.join(", ")}.\n`);
  } finally {
    await dataSource.destroy();
  }
}
