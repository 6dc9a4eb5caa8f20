import { AgentSessionEntity } from "../../src/agents/agent-session.entity";
import { NO_TOKENS } from "../../src/agents/token-usage";
import { endsTurn, type TurnEvent, type TurnHappening } from "../../src/agents/turn-events";
import type { TurnEvents } from "../../src/agents/turn-log";

const AT = new Date("2026-03-04T05:06:07.089Z");

export function delta(turnId: string, sequence: number, text = `piece ${sequence} `): TurnEvent {
  return numbered(sequence, { ...about(turnId), type: "TextDelta", blockId: "0", delta: text });
}

export function ending(turnId: string, sequence: number): TurnEvent {
  return numbered(sequence, {
    ...about(turnId),
    type: "TurnFinished",
    session: session(turnId, { endedAt: AT, text: "all of it" }),
    finishReason: "STOP",
  });
}

/** One of each, with values that a careless copy would change. */
export function everyKindOfEvent(turnId: string): TurnEvent[] {
  const looksLikeDate = "2026-03-04T05:06:07.089Z";
  const toolCall = {
    id: "call",
    name: "tool",
    arguments: { at: looksLikeDate, endedAt: looksLikeDate, deep: [null, 0, -1.5, "\u2028", { "": "" }] },
    result: looksLikeDate,
    errorMessage: null,
    startedAt: looksLikeDate,
    durationMs: 3,
  };
  const error = { code: "INTERNAL" as const, message: "m", retryable: false, retryAfterSeconds: null, requestId: "r" };
  const happenings: TurnHappening[] = [
    { ...about(turnId), type: "TurnStarted", session: session(turnId, { lastFollowedAt: AT, prompt: looksLikeDate }) },
    { ...about(turnId), type: "TextDelta", blockId: "0", delta: "half a pair \ud83d" },
    { ...about(turnId), type: "TextDelta", blockId: "0", delta: "\ude00 and the other\n\u0001“” " },
    { ...about(turnId), type: "ToolCallStarted", toolCall: { ...toolCall, result: null, durationMs: null } },
    { ...about(turnId), type: "ToolCallFinished", toolCall },
    {
      ...about(turnId),
      type: "DelegationStarted",
      toolCallId: "d",
      toBuddy: "b",
      task: "t",
      delegatedSessionId: "child",
    },
    { ...about("child"), type: "TurnStarted", session: session("child", { parentId: turnId }) },
    { ...about("child"), type: "TurnFailed", session: session("child", { endedAt: AT, error }), error },
    { ...about(turnId), type: "DelegationFinished", toolCallId: "d", session: session("child", { erasedAt: AT }) },
    { ...about(turnId), type: "UsageUpdated", usage: { ...NO_TOKENS, reasoningTokens: 4 } },
    { ...about(turnId), type: "TurnNotice", code: "RETRYING", message: looksLikeDate },
  ];
  return [...happenings.map((happening, index) => numbered(index + 1, happening)), ending(turnId, 12)];
}

/** Reads a turn to its terminal event. */
export async function collectTurn(events: TurnEvents, turnId: string): Promise<TurnEvent[]> {
  const all: TurnEvent[] = [];
  for await (const event of events) {
    all.push(event);
    if (endsTurn(event, turnId)) break;
  }
  return all;
}

/** A signal that never aborts. */
export function forEver(): AbortSignal {
  return new AbortController().signal;
}

function about(sessionId: string) {
  return { sessionId, buddy: "orchestrator" };
}

function numbered(sequence: number, happening: TurnHappening): TurnEvent {
  return { ...happening, sequence, at: new Date(AT.getTime() + sequence) };
}

function session(id: string, values: Partial<AgentSessionEntity>): AgentSessionEntity {
  const empty = { text: "", prompt: "p", startedAt: AT, firstTextAt: null, endedAt: null, toolCalls: [], error: null };
  return Object.assign(new AgentSessionEntity(), { id, usage: { ...NO_TOKENS }, ...empty, ...values });
}
