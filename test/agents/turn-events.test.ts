import { expect, test } from "@jest/globals";

import type { TurnError } from "../../src/agents/agent-session.entity";
import { terminalEvent } from "../../src/agents/terminal-event";
import { decodeTurnEvent, encodeTurnEvent } from "../../src/agents/turn-event-codec";
import { endsTurn, isTerminal } from "../../src/agents/turn-events";
import { everyKindOfEvent } from "../audits/turn-log-events";

const EVENTS = everyKindOfEvent("turn");

test.each(EVENTS)("$type comes back from its text as it was", (event) => {
  // As JSON knows it: half of a surrogate pair, and dates that are only said to be some.
  expect(decodeTurnEvent(encodeTurnEvent(event))).toEqual(event);
});

test("an event that is about no session, or about one without dates, comes back without any", () => {
  const [event] = EVENTS.filter(({ type }) => type === "UsageUpdated");
  if (event === undefined) throw new Error("there is no such event");
  expect(Object.keys(decodeTurnEvent(encodeTurnEvent(event)))).toEqual(Object.keys(event));
});

test("a session ends with two kinds of event, the turn with its own session's", () => {
  const terminal = EVENTS.filter(isTerminal);
  expect(terminal.map(({ type, sessionId }) => [type, sessionId])).toEqual([
    ["TurnFailed", "child"],
    ["TurnFinished", "turn"],
  ]);
  expect(EVENTS.filter((event) => endsTurn(event, "turn"))).toEqual(terminal.slice(1));
});

test("the end is told from the row: as failed with its error, else as finished with the reason, if one is known", () => {
  const last = EVENTS.at(-1);
  if (last === undefined || !("session" in last)) throw new Error("a turn ends with its session");
  const { session } = last;
  const about = { sessionId: session.id, buddy: session.buddySlug };
  const error: TurnError = { code: "TIMEOUT", message: "", retryable: true, retryAfterSeconds: null, requestId: "r" };
  const failed = { ...session, error };
  expect(terminalEvent(failed)).toEqual({ ...about, type: "TurnFailed", session: failed, error });
  const told = { ...session, error: null, finishReason: "MAX_TOKENS" as const };
  expect(terminalEvent(told)).toEqual({ ...about, type: "TurnFinished", session: told, finishReason: "MAX_TOKENS" });
  const untold = { ...session, error: null, finishReason: null };
  expect(terminalEvent(untold)).toEqual({ ...about, type: "TurnFinished", session: untold, finishReason: "OTHER" });
});
