// What Stripe says later of events that it had taken: by webhook, signed, and possibly more than once.
import Stripe from "stripe";
import type { DataSource } from "typeorm";

import type { Logger } from "../logger";
import type { Secret } from "../secret";
import { parseMeterIdentifier } from "./stripe-meter";

/** Reads a webhook's body as it came. Resolves with what it was; rejects when Stripe or the database cannot be asked right now. */
export type ReceiveErrorReport = (
  body: string,
  signature: string | undefined,
) => Promise<"REPORT" | "OTHER" | "FORGED">;

export interface ErrorReportOptions {
  dataSource: DataSource;
  stripe: Stripe;
  webhookSecret: Secret;
  logger: Logger;
}

const REPORT = "v1.billing.meter.error_report_triggered";

export function createReceiveErrorReport(options: ErrorReportOptions): ReceiveErrorReport {
  const { dataSource, stripe, webhookSecret, logger } = options;
  return async (body, signature) => {
    const notification = verified(stripe, webhookSecret, body, signature);
    if (notification === null) return "FORGED";
    if (notification.type !== REPORT) return "OTHER";

    const { data } = await notification.fetchEvent();
    const { error_count: errors, error_types: types } = data.reason;
    const refused = types.flatMap(({ code, sample_errors: samples }) =>
      samples.flatMap(({ request }) => {
        const named = parseMeterIdentifier(request.identifier);
        return named === null ? [] : [{ ...named, code }];
      }),
    );
    const failed = await markRefused(dataSource, refused);
    const line = { errors, failed, codes: types.map(({ code }) => code) };
    // A report names samples only: what it does not name is found by comparing.
    if (failed > 0 || errors > refused.length) {
      logger.error(line, "the meter reports events that it could not count: reconcile the time up to now");
    } else logger.info(line, "the meter repeats what it has reported before");
    return "REPORT";
  };
}

function verified(stripe: Stripe, secret: Secret, body: string, signature: string | undefined) {
  try {
    return secret.use((plaintext) => stripe.parseEventNotification(body, signature ?? "", plaintext));
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError || error instanceof SyntaxError) return null;
    // Signed, and in a form that this is no destination for: sent again, it would be no other.
    return { type: "unreadable" as const };
  }
}

/**
 * The report names some of the events it speaks of, as the meter knows them: one that was put in line again since, because its cause
 * was mended, has another name, and is left alone however often the report comes. Returns how many events this changed.
 */
async function markRefused(
  dataSource: DataSource,
  refused: readonly { sessionId: string; resent: number; code: string }[],
): Promise<number> {
  const [, changed]: [unknown, number] = await dataSource.query(
    `UPDATE meter_events e SET state = 'FAILED', delivered_at = NULL, last_error = refused.code
     FROM jsonb_to_recordset($1::jsonb) AS refused ("sessionId" uuid, resent integer, code text)
     WHERE e.session_id = refused."sessionId" AND e.resent = refused.resent AND e.state <> 'FAILED' AND e.tries > 0`,
    [JSON.stringify(refused)],
  );
  return changed;
}
