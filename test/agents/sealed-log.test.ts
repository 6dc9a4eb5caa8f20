import { expect, test } from "@jest/globals";

import { readSealedLog } from "../../src/agents/sealed-log";
import type { TurnEvent, TurnHappening } from "../../src/agents/turn-events";
import { delta, ending, everyKindOfEvent } from "../audits/turn-log-events";

const [TURN, FIRST, SECOND] = ["turn", "first", "second"];

const numbered = (...happenings: TurnHappening[]): TurnEvent[] =>
  happenings.map((happening, index) => ({ ...happening, sequence: index + 1, at: new Date(0) }));
const started = (sessionId: string): TurnHappening => {
  const [first] = everyKindOfEvent(sessionId);
  if (first?.type !== "TurnStarted") throw new Error("a turn begins with its start");
  return { ...first, sessionId };
};

test("an empty log knows no text, and the end is the first event", () => {
  const log = readSealedLog(TURN, []);
  expect(log.lastSequence).toBe(0);
  expect(log.textOf(TURN)).toBe("");
  expect(log.endOf(TURN)).toBe(1);
});

test("texts are each session's own", () => {
  const log = readSealedLog(
    TURN,
    numbered(started(TURN), delta(TURN, 0, "He"), started(FIRST), delta(FIRST, 0, "Work"), delta(TURN, 0, "llo")),
  );
  expect([TURN, FIRST, SECOND].map(log.textOf)).toEqual(["Hello", "Work", ""]);
  expect(log.lastSequence).toBe(5);
});

test("what was delegated and has no end gets one in the order of its beginning, and the turn's comes last", () => {
  const log = readSealedLog(TURN, numbered(started(TURN), started(FIRST), started(SECOND)));
  expect([FIRST, SECOND, TURN].map(log.endOf)).toEqual([4, 5, 6]);
});

test("what has its end needs none", () => {
  const [usage] = everyKindOfEvent(SECOND).filter(({ type }) => type === "UsageUpdated");
  if (usage === undefined) throw new Error("there is no such event");
  const log = readSealedLog(
    TURN,
    numbered(started(TURN), started(FIRST), started(SECOND), ending(FIRST, 0), { ...usage, sessionId: SECOND }),
  );
  expect([SECOND, TURN].map(log.endOf)).toEqual([6, 7]);
});

test("one that began unseen takes the next number", () => {
  expect(readSealedLog(TURN, numbered(started(TURN), started(FIRST))).endOf("unseen")).toBe(3);
});
