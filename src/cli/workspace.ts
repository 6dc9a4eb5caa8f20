import { Command, InvalidArgumentError } from "commander";

import { cancelTurns } from "../agents/cancel-turns";
import { deleteWorkspace, TurnsStillRunning } from "../agents/delete-workspace";
import { type ListedWorkspace, listWorkspaces } from "../agents/list-workspaces";
import { disableWorkspace, enableWorkspace, setStripeCustomer } from "../workspaces/administer-workspace";
import { workspaceId } from "./arguments";
import { withDatabase } from "./operator-database";
import { counted, printLine, printTable } from "./print";

const CUSTOMER_CHARACTERS = 255;
const NOTHING = "–";

export function workspaceCommand(): Command {
  const onOne = (name: string) => new Command(name).argument("<id>", "the workspace", workspaceId);
  return new Command("workspace")
    .description("Look after workspaces. They are made from their tokens.")
    .addCommand(new Command("list").summary("list them all").description("List all workspaces, by id.").action(list))
    .addCommand(
      onOne("customer")
        .summary("set whom its metered turns are billed to")
        .description(
          "Set the customer at Stripe that the workspace's metered turns are billed to. A token's `stripe_customer_id` sets it too: " +
            "the latest counts.",
        )
        .argument("<customer>", "such as cus_…", stripeCustomer)
        .action(setCustomer),
    )
    .addCommand(
      onOne("disable")
        .summary("let nobody in any more")
        .description("Let nobody in any more, within two seconds, and cancel what runs. Everything is kept.")
        .action(disable),
    )
    .addCommand(
      onOne("enable")
        .summary("let its members in again")
        .description("Let the workspace's members in again. One that was deleted comes back without what was erased.")
        .action(enable),
    )
    .addCommand(
      onOne("delete")
        .summary("erase it, but for what bills rest on")
        .description(
          "Disable the workspace, cancel what runs, and erase its keys and their trail, prompts, answers, tool data, messages, " +
            "titles, names and settings. The figures of its metered sessions and its customer at Stripe stay. Safe to repeat.",
        )
        .option("--yes", "erase it for good")
        .action(remove),
    );
}

async function list(): Promise<void> {
  const workspaces = await withDatabase(listWorkspaces);
  printTable(
    ["ID", "NAME", "STRIPE CUSTOMER", "DISABLED SINCE", "SESSIONS", "KEYS"],
    workspaces.map((workspace) => [
      workspace.id,
      workspace.name,
      workspace.stripeCustomerId ?? NOTHING,
      disabledSince(workspace),
      String(workspace.sessions),
      String(workspace.keys),
    ]),
  );
}

function disabledSince({ disabledAt, deletedAt }: ListedWorkspace): string {
  if (disabledAt === null) return NOTHING;
  return deletedAt === null ? disabledAt.toISOString() : `${disabledAt.toISOString()} (deleted)`;
}

async function setCustomer(id: string, customer: string): Promise<void> {
  found(id, await withDatabase((dataSource) => setStripeCustomer(dataSource, id, customer)));
  printLine(`Metered turns of ${id} are billed to ${customer}.`);
}

async function disable(id: string): Promise<void> {
  await withDatabase(async (dataSource) => {
    const { disabledAt } = found(id, await disableWorkspace(dataSource, id));
    await cancelTurns(dataSource, id);
    printLine(`${id} is disabled since ${disabledAt?.toISOString()}.`);
  });
}

async function enable(id: string): Promise<void> {
  found(id, await withDatabase((dataSource) => enableWorkspace(dataSource, id)));
  printLine(`${id} is enabled.`);
}

async function remove(id: string, { yes }: { yes?: true }): Promise<void> {
  if (yes !== true) {
    throw new Error(`Nothing was done. This erases what ${id} has said and stored, for good: add --yes to do it.`);
  }
  const deleted = found(
    id,
    await withDatabase((dataSource) => deleteWorkspace({ dataSource, workspaceId: id })).catch(explain),
  );
  printLine(
    `${id} is deleted: ${counted(deleted.providerKeys, "provider key")}, ${counted(deleted.ownKeySessions, "own-key session")}, ` +
      `and what was said in ${counted(deleted.meteredSessions, "metered session")}, whose figures stay.`,
  );
}

function explain(error: unknown): never {
  if (!(error instanceof TurnsStillRunning)) throw error;
  throw new Error(
    "Nothing was erased: the workspace is disabled, but its turns have not ended yet. A running server ends them, also those\n" +
      "that a dead server left: see that one runs, and repeat this in a moment.",
  );
}

function found<Result>(id: string, result: Result | null): Result {
  if (result !== null) return result;
  throw new Error(`There is no workspace ${id}: \`npx waypath workspace list\` shows all.`);
}

function stripeCustomer(text: string): string {
  const customer = text.trim();
  if (
    customer.length < 1 ||
    customer.length > CUSTOMER_CHARACTERS ||
    /\p{Cc}/u.test(customer) ||
    !customer.isWellFormed()
  ) {
    throw new InvalidArgumentError(`It has 1 to ${CUSTOMER_CHARACTERS} characters, such as cus_….`);
  }
  return customer;
}
