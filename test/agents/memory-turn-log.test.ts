import { expect, test } from "@jest/globals";

import { createMemoryTurnLog } from "../../src/agents/memory-turn-log";
import { auditTurnLog } from "../audits/turn-log";
import { delta, ending, forEver } from "../audits/turn-log-events";

auditTurnLog("a turn log in memory", async () => {
  const log = createMemoryTurnLog();
  return { writer: log, reader: log, close: () => log.dispose() };
});

const options = { signal: forEver(), settled: forEver() };

test("readers are counted while they read, and end with the log", async () => {
  const log = createMemoryTurnLog();
  log.open("t");
  const events = log.follow("t", options);
  const end = events.next();
  expect(log.followers("t")).toBe(1);
  log.close("t");
  expect((await end).done).toBe(true);
  expect(log.followers("t")).toBe(0);
});

test("ended turns are forgotten, the oldest first, so that memory is bounded", async () => {
  const log = createMemoryTurnLog();
  for (let turn = 0; turn <= 1000; turn += 1) {
    log.open(`t${turn}`);
    log.append(`t${turn}`, ending(`t${turn}`, 1));
    log.close(`t${turn}`);
  }
  expect(log.turnsKept()).toBe(1000);
  expect((await log.follow("t0", options).next()).done).toBe(true);
  expect((await log.follow("t1", options).next()).value).toMatchObject({ type: "TurnFinished" });
});

test("long turns are forgotten sooner, even while somebody reads them: what is bounded is what they hold", async () => {
  const log = createMemoryTurnLog();
  const readers = ["t", "u", "v"].map((turn) => {
    log.open(turn);
    for (let sequence = 1; sequence <= 20; sequence += 1)
      log.append(turn, delta(turn, sequence, "x".repeat(1_000_000)));
    return log.follow(turn, options);
  });
  for (const reader of readers) expect((await reader.next()).value).toMatchObject({ sequence: 1 });
  for (const turn of ["t", "u", "v"]) log.close(turn);
  const [first, second] = await Promise.all(readers.map((reader) => reader.next()));
  expect(first?.done).toBe(true);
  expect(second?.value).toMatchObject({ sequence: 2 });
});

test("what the tools of an ended session returned counts, too", async () => {
  const log = createMemoryTurnLog();
  const result = "x".repeat(30_000_000);
  for (const turn of ["t", "u"]) {
    const end = ending(turn, 1);
    if (!("session" in end)) throw new Error("an end tells its session");
    const call = { id: "c", name: "look", arguments: {}, result, errorMessage: null, startedAt: "", durationMs: 1 };
    log.open(turn);
    log.append(turn, { ...end, session: { ...end.session, toolCalls: [call] } });
    log.close(turn);
  }
  expect((await log.follow("t", options).next()).done).toBe(true);
  expect((await log.follow("u", options).next()).done).toBe(false);
});

test("a running turn is kept whole, however long it is", async () => {
  const log = createMemoryTurnLog();
  log.open("t");
  for (let sequence = 1; sequence <= 100; sequence += 1) log.append("t", delta("t", sequence, "x".repeat(1_000_000)));
  expect((await log.follow("t", options).next()).value).toMatchObject({ sequence: 1 });
});
