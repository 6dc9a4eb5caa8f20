// What every turn log keeps, whoever reads it where: run over each implementation, and over each way of reading one.
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";

import type { TurnEvent } from "../../src/agents/turn-events";
import type { TurnLog } from "../../src/agents/turn-log";
import { newId } from "../../src/ids";
import { collectTurn, delta, ending, everyKindOfEvent, forEver } from "./turn-log-events";

/** A log as the server sees it that runs the turn, and as the one sees it that a reader has come to. */
export interface AuditedLog {
  writer: TurnLog;
  reader: TurnLog;
  close(): Promise<void>;
}

export function auditTurnLog(name: string, open: () => Promise<AuditedLog>): void {
  describe(name, () => {
    let audited: AuditedLog;
    let turnId: string;
    beforeEach(async () => {
      audited = await open();
      turnId = newId();
      audited.writer.open(turnId);
    });
    afterEach(() => audited.close());

    const append = (...events: TurnEvent[]) => {
      for (const event of events) audited.writer.append(turnId, event);
    };
    const follow = (signal = forEver()) => audited.reader.follow(turnId, { signal, settled: forEver() });

    test("a reader gets what was written before it came, then what comes", async () => {
      append(delta(turnId, 1));
      const events = follow();
      expect((await events.next()).value).toEqual(delta(turnId, 1));
      const second = events.next();
      append(delta(turnId, 2));
      expect((await second).value).toEqual(delta(turnId, 2));
      const third = events.next();
      append(ending(turnId, 3));
      audited.writer.close(turnId);
      expect((await third).value).toEqual(ending(turnId, 3));
      await events.return();
    });

    test("a reader that comes after the end gets everything, in order", async () => {
      for (let sequence = 1; sequence < 1_000; sequence += 1) append(delta(turnId, sequence));
      append(ending(turnId, 1_000));
      audited.writer.close(turnId);
      const events = await collectTurn(follow(), turnId);
      expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
    });

    test("a slow reader holds nobody back and misses nothing", async () => {
      const [slow, quick] = [follow(), follow()];
      for (const sequence of [1, 2, 3]) {
        append(delta(turnId, sequence));
        expect((await quick.next()).value).toMatchObject({ sequence });
        if (sequence === 1) expect((await slow.next()).value).toMatchObject({ sequence });
      }
      append(ending(turnId, 4));
      audited.writer.close(turnId);
      expect((await collectTurn(slow, turnId)).map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
      await quick.return();
    });

    test("an event comes as it was written, whatever is in it", async () => {
      const written = everyKindOfEvent(turnId);
      append(...written);
      audited.writer.close(turnId);
      expect(await collectTurn(follow(), turnId)).toEqual(written);
    });

    test("a reader that goes is let go at once, though nothing was written", async () => {
      const abort = new AbortController();
      const waiting = follow(abort.signal).next();
      abort.abort();
      expect((await waiting).done).toBe(true);
    });

    test("of a turn that nobody knows there is nothing, nor of one that was not accepted", async () => {
      audited.writer.discard(turnId);
      const over = { signal: forEver(), settled: AbortSignal.abort() };
      for (const id of [turnId, newId()]) {
        expect((await audited.reader.follow(id, over).next()).done).toBe(true);
      }
      expect(() => append(delta(turnId, 1))).toThrow("no open log");
    });

    test("a closed log takes no further event", () => {
      expect(audited.writer.isOpen(turnId)).toBe(true);
      audited.writer.close(turnId);
      expect(audited.writer.isOpen(turnId)).toBe(false);
      expect(() => append(delta(turnId, 1))).toThrow("no open log");
    });

    test("turns do not mix", async () => {
      const other = newId();
      audited.writer.open(other);
      append(delta(turnId, 1), ending(turnId, 2));
      audited.writer.append(other, delta(other, 1, "another"));
      const [first] = await collectTurn(follow(), turnId);
      expect(first).toEqual(delta(turnId, 1));
    });
  });
}
