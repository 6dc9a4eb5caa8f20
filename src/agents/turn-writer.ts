// Numbers what happens in one turn and appends it to the log. Deltas are merged before they are numbered, so that a numbered
// event never changes. Everything that is not text first lets the text before it out, which keeps the order.
import { atNextBeat } from "../beat";
import type { TurnEvent, TurnHappening } from "./turn-events";
import type { TurnLog } from "./turn-log";

export interface TurnWriter {
  /** Adds text to a session's answer. It is published at once, or with all that comes up to the next beat. */
  text(session: { sessionId: string; buddy: string }, blockId: string, delta: string): void;
  /** `at` is when it happened, where that is known better than by the clock. */
  publish(happening: TurnHappening, at?: Date): void;
  /** The number of the latest published event. */
  readonly lastSequence: number;
  /** The session's published text: exactly the deltas of events up to `lastSequence`, joined. */
  publishedText(sessionId: string): string;
  /** Publishes what is still held back. Call before telling a session's whole text. */
  flush(): void;
  /** The turn's lease was renewed at this moment, as `TurnLog.renew`. */
  renew(at: number): void;
  /** Closes the turn's log after its terminal event. */
  close(): void;
  /** Closes the turn's log as it is, because it is another server's to end: nothing is written any more. */
  abandon(): void;
}

/** Deltas are not merged beyond so many characters: a reader that has stopped reading holds a few events. */
const MERGED_CHARACTERS = 4_096;

interface PendingText {
  sessionId: string;
  buddy: string;
  blockId: string;
  delta: string;
}

export function createTurnWriter(log: TurnLog, turnId: string): TurnWriter {
  const texts = new Map<string, string>();
  let lastSequence = 0;
  let pending: PendingText | null = null;
  let abandoned = false;
  /** Text was published since the latest beat: what comes now is merged up to the next one. The first of a burst is not held back. */
  let merging = false;

  const append = (happening: TurnHappening, at = new Date()) => {
    if (abandoned) return;
    lastSequence += 1;
    const event: TurnEvent = { ...happening, sequence: lastSequence, at };
    log.append(turnId, event);
  };

  const flush = () => {
    if (pending === null) return;
    const { sessionId, buddy, blockId, delta } = pending;
    pending = null;
    if (abandoned) return;
    texts.set(sessionId, (texts.get(sessionId) ?? "") + delta);
    append({ type: "TextDelta", sessionId, buddy, blockId, delta });
  };

  const mergeUntilBeat = () => {
    merging = true;
    atNextBeat(() => {
      merging = false;
      if (pending === null) return;
      flush();
      mergeUntilBeat();
    });
  };

  return {
    text({ sessionId, buddy }, blockId, delta) {
      const continues = pending?.sessionId === sessionId && pending.blockId === blockId;
      if (pending !== null && continues && pending.delta.length + delta.length <= MERGED_CHARACTERS) {
        pending.delta += delta;
        return;
      }
      flush();
      pending = { sessionId, buddy, blockId, delta };
      if (merging) return;
      flush();
      mergeUntilBeat();
    },
    publish(happening, at) {
      flush();
      append(happening, at);
    },
    get lastSequence() {
      return lastSequence;
    },
    publishedText: (sessionId) => texts.get(sessionId) ?? "",
    flush,
    renew: (at) => log.renew(turnId, at),
    close() {
      flush();
      log.close(turnId);
    },
    abandon() {
      abandoned = true;
      log.abandon(turnId);
    },
  };
}
