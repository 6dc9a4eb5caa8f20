import { Command, InvalidArgumentError, Option } from "commander";

import { type Config, ConfigError } from "../config";
import { uuidOf } from "../ids";
import { resendRefused, SHOWN_AFTER_MINUTES, settleDelivered, settleUnsent } from "../metering/ledger-minutes";
import { createMeterSummaries } from "../metering/meter-summaries";
import { type Drift, reconcile } from "../metering/reconcile";
import { connectStripe } from "../metering/stripe-client";
import { withDatabase } from "./operator-database";
import { counted, printLine } from "./print";
import { describe, describeDrift, verdictOf } from "./reconciliation-report";

interface ReconcileCommandOptions {
  from: Date;
  to: Date;
  everyMinute?: boolean;
  resendRefused?: boolean;
}

interface SettleCommandOptions {
  as: "delivered" | "unsent";
}

const MINUTE_MS = 60_000;

export function billingCommand(): Command {
  const billing = new Command("billing").description("Prove the bill.");
  billing
    .command("reconcile")
    .description(
      "Compare the ledger with what Stripe's meter has counted, and settle what was sent without an answer. Ends with 1 when they differ, with 2 when they agree but not all has been sent and is shown.",
    )
    .requiredOption("--from <time>", "first minute, e.g. 2026-11-01 (at UTC) or 2026-11-01T00:00+01:00", minute)
    .option("--to <time>", "first minute that is left out; an hour ago if not given", minute, anHourAgo())
    .option("--every-minute", "look into hours whose sums agree too: up to 60 requests for a customer's busy hour")
    .option("--resend-refused", "send what the meter refused in that time again, after its cause was mended")
    .action(runReconcile);
  billing
    .command("settle")
    .description(
      "Decide by hand what reconcile cannot settle: an event that was sent without an answer, because its customer is gone, say.",
    )
    .argument("<session>", "as reconcile names it, ses_…", sessionId)
    .addOption(
      new Option("--as <what>", "delivered: Stripe has it. unsent: send it, to the customer that its workspace has now")
        .choices(["delivered", "unsent"])
        .makeOptionMandatory(),
    )
    .action(runSettle);
  return billing;
}

async function runReconcile(options: ReconcileCommandOptions): Promise<void> {
  const { from, to, everyMinute = false, resendRefused: resend = false } = options;
  if (from >= to) throw new InvalidArgumentError("--from must be before --to.");
  await withDatabase(async (dataSource, { stripe }) => {
    const summaries = await openSummaries(stripe);
    const onDrift = (drift: Drift) => printLine(describeDrift(drift));
    const result = await reconcile({ dataSource, summaries, from, to, everyMinute, onDrift });
    if (resend) {
      const resent = await resendRefused(dataSource, from, to);
      printLine(`${counted(resent, "refused event")} to be sent again.`);
      result.refused = { events: 0, tokens: 0 };
      result.waiting += resent;
    }
    for (const line of describe(result)) printLine(line);
    const { code, sentence } = verdictOf(result);
    printLine(`${from.toISOString()} to ${to.toISOString()}: ${sentence}`);
    process.exitCode = code;
  });
}

async function runSettle(session: string, { as }: SettleCommandOptions): Promise<void> {
  await withDatabase(async (dataSource) => {
    // Under its old name the meter may know it, and would count nothing.
    const settled =
      as === "delivered" ? await settleDelivered(dataSource, session) : await settleUnsent(dataSource, session, true);
    if (settled === 0) {
      throw new InvalidArgumentError(
        "That session has no unanswered event: `npx waypath billing reconcile` names those.",
      );
    }
    printLine(as === "delivered" ? "It is settled as delivered." : "It is to be sent again.");
  });
}

function openSummaries({ secretKey, apiBase, meterEventName }: Config["stripe"]) {
  if (secretKey === undefined) {
    throw new ConfigError(["STRIPE_SECRET_KEY is not set: it is the account that the ledger is compared with."]);
  }
  return createMeterSummaries(connectStripe({ secretKey, apiBase }), meterEventName);
}

/** Without an offset a time would be this machine's, and another one on the next. */
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

function minute(text: string): Date {
  const milliseconds = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw new InvalidArgumentError("It must be a date, or a time in ISO 8601 with Z or an offset.");
  }
  if (milliseconds % MINUTE_MS !== 0) throw new InvalidArgumentError("It must be a whole minute.");
  return new Date(milliseconds);
}

function sessionId(text: string): string {
  const id = uuidOf("session", text);
  if (id === null) throw new InvalidArgumentError("It must be a session's id, ses_….");
  return id;
}

/** What is younger the meter may not show yet: it is compared only if asked for. */
function anHourAgo(): Date {
  return new Date((Math.floor(Date.now() / MINUTE_MS) - SHOWN_AFTER_MINUTES) * MINUTE_MS);
}
