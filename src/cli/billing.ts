import { Command, InvalidArgumentError } from "commander";

import { type Config, ConfigError } from "../config";
import { resendRefused } from "../metering/ledger-minutes";
import { createMeterSummaries } from "../metering/meter-summaries";
import { type Drift, type Reconciliation, reconcile } from "../metering/reconcile";
import { connectStripe } from "../metering/stripe-client";
import { withDatabase } from "./operator-database";
import { counted, printLine } from "./print";

interface ReconcileCommandOptions {
  from: Date;
  to: Date;
  resendRefused?: boolean;
}

const MINUTE_MS = 60_000;
/** How long the meter may take to show what it has taken, in milliseconds: nothing younger is compared unless asked for. */
const SHOWN_AFTER_MS = 60 * MINUTE_MS;

export function billingCommand(): Command {
  const billing = new Command("billing").description("Prove the bill.");
  billing
    .command("reconcile")
    .description(
      "Compare the ledger with what Stripe's meter has counted, and settle what was sent without an answer. Ends with 1 when they differ.",
    )
    .requiredOption("--from <time>", "first minute, ISO 8601, e.g. 2026-11-01T00:00Z", minute)
    .option("--to <time>", "first minute that is left out; an hour ago if not given", minute, anHourAgo())
    .option("--resend-refused", "send what the meter refused in that time again, after its cause was mended")
    .action(runReconcile);
  return billing;
}

async function runReconcile({ from, to, resendRefused: resend }: ReconcileCommandOptions): Promise<void> {
  if (from >= to) throw new InvalidArgumentError("--from must be before --to.");
  await withDatabase(async (dataSource, { stripe }) => {
    const summaries = await openSummaries(stripe);
    const onDrift = (drift: Drift) => printLine(describeDrift(drift));
    const result = await reconcile({ dataSource, summaries, from, to, onDrift });
    if (resend) printLine(`${counted(await resendRefused(dataSource, from, to), "refused event")} to be sent again.`);
    for (const line of describe(result)) printLine(line);
    const verdict = isEven(result) ? "the ledger and the meter agree" : "they DIFFER";
    printLine(`${from.toISOString()} to ${to.toISOString()}: ${verdict}.`);
    if (!isEven(result)) process.exitCode = 1;
  });
}

function openSummaries({ secretKey, apiBase, meterEventName }: Config["stripe"]) {
  if (secretKey === undefined) {
    throw new ConfigError(["STRIPE_SECRET_KEY is not set: it is the account that the ledger is compared with."]);
  }
  return createMeterSummaries(connectStripe({ secretKey, apiBase }), meterEventName);
}

function isEven({ drift, refused, unsettled }: Reconciliation): boolean {
  return drift.length === 0 && refused.events === 0 && unsettled === 0;
}

function describeDrift({ customerId, minute, ledger, meter }: Drift): string {
  const difference = meter - ledger;
  const tokens = (count: number) => count.toLocaleString("en");
  return `${customerId}  ${minute.toISOString()}  ledger ${tokens(ledger)}  meter ${tokens(meter)}  ${difference > 0 ? "+" : ""}${tokens(difference)}`;
}

function describe(result: Reconciliation): string[] {
  const { customers, foundDelivered, sentAgain, unsettled, refused, waiting } = result;
  const some = (count: number, noun: string, what: string) => (count > 0 ? [`${counted(count, noun)} ${what}`] : []);
  const tokens = refused.tokens.toLocaleString("en");
  return [
    `${counted(customers, "customer")} compared.`,
    ...some(foundDelivered, "unanswered event", "turned out to be delivered."),
    ...some(sentAgain, "unanswered event", "never arrived, to be sent again."),
    ...some(unsettled, "unanswered event", "cannot be settled yet."),
    ...some(waiting, "event", "waiting to be sent."),
    ...some(
      refused.events,
      "event",
      `(${tokens} tokens) refused by the meter: mend the cause, then use --resend-refused.`,
    ),
  ];
}

function minute(text: string): Date {
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds)) throw new InvalidArgumentError("It must be a time in ISO 8601.");
  if (milliseconds % MINUTE_MS !== 0) throw new InvalidArgumentError("It must be a whole minute.");
  return new Date(milliseconds);
}

function anHourAgo(): Date {
  return new Date(Math.floor((Date.now() - SHOWN_AFTER_MS) / MINUTE_MS) * MINUTE_MS);
}
