import { publicId } from "../ids";
import type { Drift, Reconciliation } from "../metering/reconcile";
import { counted } from "./print";

/** What became of a comparison, and the code that the command ends with. */
export interface Verdict {
  code: 0 | 1 | 2;
  sentence: string;
}

/** 1 before 2 before 0: what differs must be seen to, what is under way comes by itself. */
export function verdictOf(result: Reconciliation): Verdict {
  const { drift, refused, unsettled, waiting, sentAgain, notShown, unassigned } = result;
  if (drift.length > 0) return { code: 1, sentence: "they DIFFER." };
  if (refused.events + unsettled.length > 0) {
    return { code: 1, sentence: "no minute differs, but NOT ALL is billed: see to the events above." };
  }
  if (waiting + sentAgain + notShown + unassigned.length > 0) {
    return { code: 2, sentence: "they agree in what the meter shows, but NOT ALL of it is there yet." };
  }
  return { code: 0, sentence: "the ledger and the meter agree." };
}

export function describeDrift({ customerId, minute, ledger, meter }: Drift): string {
  const difference = meter - ledger;
  return `${customerId}  ${minute.toISOString()}  ledger ${tokens(ledger)}  meter ${tokens(meter)}  ${difference > 0 ? "+" : ""}${tokens(difference)}`;
}

export function describe(result: Reconciliation): string[] {
  const { customers, foundDelivered, sentAgain, unsettled, refused, waiting, notShown, unassigned } = result;
  const some = (count: number, noun: string, what: string) => (count > 0 ? [`${counted(count, noun)} ${what}`] : []);
  return [
    `${counted(customers, "customer")} compared.`,
    ...some(foundDelivered, "unanswered event", "turned out to be delivered."),
    ...some(sentAgain, "unanswered event", "never arrived, to be sent again."),
    ...some(unsettled.length, "unanswered event", "cannot be settled yet:"),
    ...unsettled.map(
      ({ sessionId, customerId, minute, value }) =>
        `  ${publicId("session", sessionId)}  ${customerId}  ${minute.toISOString()}  ${tokens(value)}`,
    ),
    ...some(waiting, "event", "waiting to be sent."),
    ...some(notShown, "event", "delivered within the last hour: the meter may not show it yet."),
    ...unassigned.map(
      ({ workspaceId, events, tokens: used }) =>
        `${counted(events, "event")} (${tokens(used)} tokens) of workspace ${workspaceId}, which has no customer: set one, and they are sent.`,
    ),
    ...some(
      refused.events,
      "event",
      `(${tokens(refused.tokens)} tokens) refused by the meter: mend the cause, then use --resend-refused.`,
    ),
  ];
}

function tokens(count: number): string {
  return count.toLocaleString("en");
}
