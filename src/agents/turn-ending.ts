// What becomes of a turn that has run: its state, its error, its usage, and what its key learns from it.
import { TurnFailure } from "../errors";
import type { Logger } from "../logger";
import type { KeyUse } from "../provider-keys/report-key-use";
import type { AcceptedSession } from "./accepted-session";
import type { AgentLoopResult } from "./agent-loop";
import { type LastCall, usageOfCutSession } from "./estimate-usage";
import { sessionLogFields } from "./session-log-fields";
import type { SessionEnding } from "./settle-session";
import { saysText } from "./thread-history";
import type { TokenUsage } from "./token-usage";
import type { ToolCall } from "./tool-call";
import { turnErrorOf } from "./turn-error";
import { TurnStopped } from "./turn-stopped";

/** How the agent loop went: its result, or whatever it rejected with. */
export type TurnOutcome = AgentLoopResult | { failed: unknown };

/** All that is known of a turn that has run. */
export interface TurnResult {
  text: string;
  lastSequence: number;
  usage: TokenUsage;
  lastCall: LastCall;
  toolCalls: ToolCall[];
  firstTextAt: Date | null;
  outcome: TurnOutcome;
}

/** Why a tool call that was under way at the end of its turn has no result. */
export const TURN_ENDED_FIRST = "The turn ended before the tool had returned.";

export function endingOf(turn: AcceptedSession, { outcome, lastCall, ...known }: TurnResult): SessionEnding {
  if (!("failed" in outcome)) {
    const { finishReason, messages } = outcome;
    return { ...known, status: "COMPLETED", usageSource: "REPORTED", finishReason, error: null, messages };
  }
  const messages = known.text === "" ? [] : [saysText(known.text)];
  const toolCalls = known.toolCalls.map(endedCall);
  const cut = { ...known, ...usageOfCutSession(known.usage, lastCall), toolCalls, messages };
  const why = outcome.failed instanceof TurnStopped ? outcome.failed.why : null;
  if (why === "CANCELLED" || why === "UNATTENDED") {
    return { ...cut, status: "CANCELLED", finishReason: "CANCELLED", error: null };
  }
  return {
    ...cut,
    status: why === "SHUTDOWN" || why === "LEASE_LOST" ? "INTERRUPTED" : "FAILED",
    finishReason: null,
    error: turnErrorOf(failureOf(turn, outcome.failed), turn.session.requestId),
  };
}

/** A call that was under way when its session was cut short will not return any more. */
export function endedCall(call: ToolCall): ToolCall {
  if (call.durationMs !== null) return call;
  const durationMs = Math.max(0, Date.now() - Date.parse(call.startedAt));
  return { ...call, durationMs, errorMessage: TURN_ENDED_FIRST };
}

/** What the outcome says about the key that paid; null when it says nothing. */
export function keyUseOf(outcome: TurnOutcome): KeyUse | null {
  if (!("failed" in outcome)) return "ACCEPTED";
  if (!(outcome.failed instanceof TurnFailure)) return null;
  if (outcome.failed.code === "PROVIDER_AUTHENTICATION_FAILED") return "REJECTED";
  return outcome.failed.code === "PROVIDER_QUOTA_EXCEEDED" ? "QUOTA_EXCEEDED" : null;
}

/** One line for a failed turn: an error where this server, or Waypath's own account, is to blame; otherwise a warning. */
export function logFailure(logger: Logger, turn: AcceptedSession, outcome: TurnOutcome, ending: SessionEnding): void {
  if (!("failed" in outcome) || ending.error === null) return;
  const { code } = ending.error;
  const line = { ...sessionLogFields(turn.session), code, err: outcome.failed };
  if (code === "INTERNAL" || blamesOwnAccount(turn, outcome.failed)) logger.error(line, "a turn failed by our fault");
  else logger.warn(line, "a turn failed");
}

/** What the turn failed of, as its user may see it. */
function failureOf(turn: AcceptedSession, failed: unknown): unknown {
  if (failed instanceof TurnStopped) {
    return failed.why === "TIMEOUT"
      ? new TurnFailure("TIMEOUT", "The turn took longer than this server allows. Ask for less at once.")
      : new TurnFailure("INTERRUPTED", "The server stopped while the turn was running. Ask again to continue.");
  }
  // Waypath's own account is no concern of the customer's: they learn that it does not work now, the log learns why.
  return blamesOwnAccount(turn, failed)
    ? new TurnFailure("PROVIDER_UNAVAILABLE", "The model is not available right now. Try again later.")
    : failed;
}

/** Whether a metered turn failed of something that only whoever runs this server can mend. */
function blamesOwnAccount({ session }: AcceptedSession, failed: unknown): boolean {
  if (session.route.payer !== "WAYPATH" || !(failed instanceof TurnFailure)) return false;
  const { code, retryable } = failed;
  return (
    code === "PROVIDER_AUTHENTICATION_FAILED" ||
    code === "PROVIDER_QUOTA_EXCEEDED" ||
    (code === "PROVIDER_UNAVAILABLE" && !retryable)
  );
}
