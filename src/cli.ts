#!/usr/bin/env node
import { Command } from "commander";

import { billingCommand } from "./cli/billing";
import { keysCommand } from "./cli/keys";
import { migrateCommand } from "./cli/migrate";
import { tokenCommand } from "./cli/token";
import { workspaceCommand } from "./cli/workspace";
import { redactSecrets } from "./logger";

new Command("waypath")
  .description("Operate a Waypath server, with the server's own environment.")
  .addCommand(tokenCommand())
  .addCommand(workspaceCommand())
  .addCommand(keysCommand())
  .addCommand(billingCommand())
  .addCommand(migrateCommand())
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${redactSecrets(error instanceof Error ? error.message : String(error))}\n`);
    process.exit(1);
  });
