import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { createMemoryTurnLog } from "../../src/agents/memory-turn-log";
import { NO_TOKENS } from "../../src/agents/token-usage";
import type { TurnEvent } from "../../src/agents/turn-events";
import type { TurnLog } from "../../src/agents/turn-log";
import { createTurnWriter, type TurnWriter } from "../../src/agents/turn-writer";
import { BEAT_MS } from "../../src/beat";

const TURN = "turn";
const SESSION = { sessionId: TURN, buddy: "orchestrator" };
const CHILD = { sessionId: "child", buddy: "campaign" };

let log: TurnLog;
let writer: TurnWriter;

beforeEach(() => {
  jest.useFakeTimers();
  log = createMemoryTurnLog();
  log.open(TURN);
  writer = createTurnWriter(log, TURN);
});

afterEach(() => {
  // The beat that the test has begun: later ones wait for it.
  jest.advanceTimersByTime(BEAT_MS);
  jest.useRealTimers();
});

async function published(): Promise<TurnEvent[]> {
  const { signal } = new AbortController();
  const events: TurnEvent[] = [];
  writer.close();
  for await (const event of log.follow(TURN, { signal, settled: signal })) events.push(event);
  return events;
}

async function deltas(): Promise<string[]> {
  return (await published()).flatMap((event) => (event.type === "TextDelta" ? [event.delta] : []));
}

test("the first delta is published at once, and those that follow quickly are merged", async () => {
  writer.text(SESSION, "0", "Hel");
  expect(writer.publishedText(TURN)).toBe("Hel");
  writer.text(SESSION, "0", "lo ");
  writer.text(SESSION, "0", "wor");
  expect(writer.publishedText(TURN)).toBe("Hel");
  jest.advanceTimersByTime(BEAT_MS);
  expect(writer.publishedText(TURN)).toBe("Hello wor");
  writer.text(SESSION, "0", "ld");
  jest.advanceTimersByTime(BEAT_MS);
  expect(await deltas()).toEqual(["Hel", "lo wor", "ld"]);
});

test("however much comes at once, an event stays small", async () => {
  for (let count = 0; count < 1_000; count += 1) writer.text(SESSION, "0", "x".repeat(100));
  const sizes = (await deltas()).map((delta) => delta.length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(4_096);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(100_000);
});

test("after a pause the next delta is published at once again", async () => {
  writer.text(SESSION, "0", "one");
  jest.advanceTimersByTime(BEAT_MS);
  writer.text(SESSION, "0", "two");
  expect(writer.publishedText(TURN)).toBe("onetwo");
});

test("what is not text lets the text before it out first, so that the order holds", async () => {
  writer.text(SESSION, "0", "a");
  writer.text(SESSION, "0", "b");
  writer.publish({ ...SESSION, type: "UsageUpdated", usage: NO_TOKENS });
  writer.text(SESSION, "0", "c");
  const events = await published();
  expect(events.map((event) => (event.type === "TextDelta" ? event.delta : event.type))).toEqual([
    "a",
    "b",
    "UsageUpdated",
    "c",
  ]);
});

test("numbers begin at 1 and have no gaps, across sessions and kinds of events", async () => {
  writer.text(SESSION, "0", "a");
  writer.text(CHILD, "0", "b");
  writer.text(SESSION, "0", "c");
  writer.publish({ ...SESSION, type: "TurnNotice", code: "RETRYING", message: "again" });
  const events = await published();
  expect(events.map((event) => event.sequence)).toEqual([1, 2, 3, 4]);
});

test("text of different blocks and sessions is never merged", async () => {
  writer.text(SESSION, "0", "x");
  writer.text(SESSION, "0", "a");
  writer.text(SESSION, "1", "b");
  writer.text(CHILD, "1", "c");
  expect(await deltas()).toEqual(["x", "a", "b", "c"]);
  expect(writer.publishedText(TURN)).toBe("xab");
  expect(writer.publishedText("child")).toBe("c");
});

test("published text and the latest number belong together at every moment", () => {
  writer.text(SESSION, "0", "a");
  writer.text(SESSION, "0", "b");
  expect([writer.publishedText(TURN), writer.lastSequence]).toEqual(["a", 1]);
  jest.advanceTimersByTime(BEAT_MS);
  expect([writer.publishedText(TURN), writer.lastSequence]).toEqual(["ab", 2]);
});

test("closing publishes what is held back, and the beat that is still to come nothing more", async () => {
  writer.text(SESSION, "0", "a");
  writer.text(SESSION, "0", "b");
  writer.close();
  jest.advanceTimersByTime(BEAT_MS);
  expect(await deltas()).toEqual(["a", "b"]);
});

test("a turn that is another server's is told no further, text that was held back included", async () => {
  writer.text(SESSION, "0", "told");
  writer.text(SESSION, "0", ", not told");
  writer.abandon();
  writer.flush();
  writer.publish({ type: "UsageUpdated", ...SESSION, usage: NO_TOKENS });
  writer.text(SESSION, "0", " either");
  jest.advanceTimersByTime(2 * BEAT_MS);
  expect(writer.publishedText(TURN)).toBe("told");
  expect(writer.lastSequence).toBe(1);
  expect(await deltas()).toEqual(["told"]);
});

test("the log hears of each renewed lease", () => {
  const renew = jest.spyOn(log, "renew");
  writer.renew(17);
  expect(renew.mock.calls).toEqual([[TURN, 17]]);
});

test("an event takes exactly as much text as it may", async () => {
  writer.text(SESSION, "0", "first");
  writer.text(SESSION, "0", "x".repeat(4_000));
  writer.text(SESSION, "0", "x".repeat(96));
  writer.text(SESSION, "0", "y");
  expect((await deltas()).map((delta) => delta.length)).toEqual([5, 4_096, 1]);
});
