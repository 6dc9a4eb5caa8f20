import { Command } from "commander";

import { migrate } from "../database/migrate";
import { openForMigration } from "../open-database";
import { withDatabaseOfAnyVersion } from "./operator-database";

export function migrateCommand(): Command {
  return new Command("migrate")
    .description("Bring the database's schema up to date. The server does so too when it starts.")
    .action(runMigrations);
}

async function runMigrations(): Promise<void> {
  const ran = await withDatabaseOfAnyVersion(migrate, openForMigration);
  process.stdout.write(ran.length === 0 ? "The schema is up to date.\n" : `Ran ${ran.join(", ")}.\n`);
}
