import { expect, test } from "@jest/globals";

import type { TurnEvent } from "../../src/agents/turn-events";
import { createMemoryTurnLog } from "../../src/agents/turn-log";

function event(sequence: number): TurnEvent {
  return {
    type: "TextDelta",
    sessionId: "t",
    buddy: "b",
    blockId: "0",
    delta: `${sequence}`,
    sequence,
    at: new Date(),
  };
}

function follow(log: ReturnType<typeof createMemoryTurnLog>, signal = new AbortController().signal) {
  const events = log.follow("t", signal);
  if (events === null) throw new Error("the log does not know the turn");
  return events;
}

test("a reader gets what was written before it came, then what comes, and ends with the log", async () => {
  const log = createMemoryTurnLog();
  log.open("t");
  log.append("t", event(1));
  const events = follow(log);
  expect((await events.next()).value?.sequence).toBe(1);
  const second = events.next();
  log.append("t", event(2));
  expect((await second).value?.sequence).toBe(2);
  const end = events.next();
  log.close("t");
  expect((await end).done).toBe(true);
});

test("a reader that comes after the end gets everything", async () => {
  const log = createMemoryTurnLog();
  log.open("t");
  for (let sequence = 1; sequence <= 1000; sequence += 1) log.append("t", event(sequence));
  log.close("t");
  const sequences: number[] = [];
  for await (const { sequence } of follow(log)) sequences.push(sequence);
  expect(sequences).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
});

test("a slow reader holds nobody back and misses nothing", async () => {
  const log = createMemoryTurnLog();
  log.open("t");
  const slow = follow(log);
  const quick = follow(log);
  log.append("t", event(1));
  await quick.next();
  log.append("t", event(2));
  await quick.next();
  log.append("t", event(3));
  log.close("t");
  const seen: number[] = [];
  for await (const { sequence } of slow) seen.push(sequence);
  expect(seen).toEqual([1, 2, 3]);
});

test("an aborted reader ends at once, though nothing was written, and is no longer counted", async () => {
  const log = createMemoryTurnLog();
  log.open("t");
  const abort = new AbortController();
  const events = follow(log, abort.signal);
  const waiting = events.next();
  expect(log.followers("t")).toBe(1);
  abort.abort();
  expect((await waiting).done).toBe(true);
  expect(log.followers("t")).toBe(0);
});

test("an unknown turn has no reader, and neither has one that was not accepted", () => {
  const log = createMemoryTurnLog();
  log.open("t");
  log.discard("t");
  expect(log.follow("t", new AbortController().signal)).toBeNull();
  expect(log.followers("t")).toBe(0);
  expect(() => log.append("t", event(1))).toThrow("no open log");
});

test("a closed log takes no further event", () => {
  const log = createMemoryTurnLog();
  log.open("t");
  log.close("t");
  expect(() => log.append("t", event(1))).toThrow("no open log");
});

test("long turns are forgotten sooner: what is bounded is the number of their events", () => {
  const log = createMemoryTurnLog();
  for (const turn of ["t", "u", "v"]) {
    log.open(turn);
    for (let sequence = 1; sequence <= 40_000; sequence += 1) log.append(turn, event(sequence));
    log.close(turn);
  }
  const { signal } = new AbortController();
  expect(log.follow("t", signal)).toBeNull();
  expect(log.follow("u", signal)).not.toBeNull();
});

test("ended turns are forgotten, the oldest first, so that memory is bounded", () => {
  const log = createMemoryTurnLog();
  for (let turn = 0; turn <= 1000; turn += 1) {
    log.open(`t${turn}`);
    log.close(`t${turn}`);
  }
  const { signal } = new AbortController();
  expect(log.follow("t0", signal)).toBeNull();
  expect(log.follow("t1", signal)).not.toBeNull();
});
