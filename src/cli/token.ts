import { Command, InvalidArgumentError, Option } from "commander";

import { loadConfig, readEnvironment } from "../config";
import { WORKSPACE_ROLES, type WorkspaceRole } from "../workspaces/authenticate";
import { issueToken } from "../workspaces/issue-token";
import { workspaceId } from "./arguments";

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

export function tokenCommand(): Command {
  return new Command("token")
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
    .action(printToken);
}

async function printToken(options: TokenOptions): Promise<void> {
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
}

function lifetimeHours(text: string): number {
  const hours = Number(text);
  if (hours > 0 && hours <= LONGEST_LIFETIME_HOURS) return hours;
  throw new InvalidArgumentError(`It must be a number greater than 0, and ${LONGEST_LIFETIME_HOURS} at most.`);
}
