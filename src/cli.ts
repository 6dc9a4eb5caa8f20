#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from "commander";

import { billingCommand } from "./cli-billing";
import { ConfigError, loadConfig, readEnvironment } from "./config";
import { migrate } from "./database/migrate";
import { openDatabase } from "./open-database";
import { WORKSPACE_ROLES, type WorkspaceRole } from "./workspaces/authenticate";
import { issueToken } from "./workspaces/issue-token";

interface TokenOptions {
  workspace: string;
  role: WorkspaceRole;
  subject: string;
  name?: string;
  email?: string;
  workspaceName?: string;
  stripeCustomer?: string;
  hours: number;
}

/** Ten years: beyond that, nobody means it. */
const LONGEST_LIFETIME_HOURS = 87_600;

const program = new Command("waypath").description("Operate a Waypath server.");

program
  .command("token")
  .description("Print a token that this server accepts, signed with AUTH_JWT_SECRET.")
  .requiredOption("--workspace <id>", "up to 64 letters, digits, _ or -", workspaceId)
  .addOption(
    new Option("--role <role>", "what its bearer may do")
      .choices(WORKSPACE_ROLES.map((role) => role.toLowerCase()))
      .default("member"),
  )
  .option("--subject <id>", "who it speaks for", "operator")
  .option("--name <name>", "their name")
  .option("--email <address>", "their email address")
  .option("--workspace-name <name>", "the workspace's name to show")
  .option("--stripe-customer <id>", "the workspace's customer at Stripe")
  .option("--hours <number>", "how long it lasts", lifetimeHours, 24)
  .action(async (options: TokenOptions) => {
    const { tokens } = loadConfig(readEnvironment());
    const role = WORKSPACE_ROLES.find((name) => name.toLowerCase() === options.role.toLowerCase()) ?? "MEMBER";
    const token = await issueToken(tokens, {
      workspaceId: options.workspace,
      subject: options.subject,
      role,
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.email === undefined ? {} : { email: options.email }),
      ...(options.workspaceName === undefined ? {} : { workspaceName: options.workspaceName }),
      ...(options.stripeCustomer === undefined ? {} : { stripeCustomerId: options.stripeCustomer }),
      expiresInSeconds: Math.ceil(options.hours * 3600),
    });
    process.stdout.write(`${token}\n`);
  });

program
  .command("migrate")
  .description("Bring the schema of DATABASE_URL up to date. The server does so too when it starts.")
  .action(async () => {
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
  });

program.addCommand(billingCommand());

function workspaceId(text: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError("It has up to 64 letters, digits, _ or -.");
}

function lifetimeHours(text: string): number {
  const hours = Number(text);
  if (hours > 0 && hours <= LONGEST_LIFETIME_HOURS) return hours;
  throw new InvalidArgumentError(`It must be a number greater than 0, and ${LONGEST_LIFETIME_HOURS} at most.`);
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
