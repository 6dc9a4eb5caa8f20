// What a subscriber sees: one closed union, rendered by every door. Plain data, so that it can be kept outside the process.
// A numbered event never changes; within a turn the numbers have no gaps; every session has exactly one terminal event.
import type { AgentSessionEntity, FinishReason, TurnError } from "./agent-session.entity";
import type { TokenUsage } from "./token-usage";
import type { ToolCall } from "./tool-call";

/** Something a client may want to show, that does not stop the turn. */
export type TurnNoticeCode = "RETRYING" | "HISTORY_TRUNCATED";

/** A session as it was at the moment of an event. */
export type SessionSnapshot = Readonly<AgentSessionEntity>;

/** What happened, before it is numbered. */
export type TurnHappening = { sessionId: string; buddy: string } & (
  | { type: "TurnStarted"; session: SessionSnapshot }
  | { type: "TextDelta"; blockId: string; delta: string }
  | { type: "ToolCallStarted"; toolCall: ToolCall }
  | { type: "ToolCallFinished"; toolCall: ToolCall }
  | { type: "DelegationStarted"; toolCallId: string; toBuddy: string; task: string; delegatedSessionId: string }
  | { type: "DelegationFinished"; toolCallId: string; session: SessionSnapshot }
  | { type: "UsageUpdated"; usage: TokenUsage }
  | { type: "TurnNotice"; code: TurnNoticeCode; message: string }
  | { type: "TurnFinished"; session: SessionSnapshot; finishReason: FinishReason }
  | { type: "TurnFailed"; session: SessionSnapshot; error: TurnError }
);

/** One event of a turn. `sequence` counts from 1 within the top-level turn. */
export type TurnEvent = TurnHappening & { sequence: number; at: Date };

/** Whether it is the last event of its session. */
export function isTerminal({ type }: TurnEvent): boolean {
  return type === "TurnFinished" || type === "TurnFailed";
}

/** Whether the turn's stream completes after this event. */
export function endsTurn(event: TurnEvent, turnId: string): boolean {
  return isTerminal(event) && event.sessionId === turnId;
}
