// What a sealed log knows of its turn: the basis on which a dead server's sessions are settled, the same for whoever asks.
import { isTerminal, type TurnEvent } from "./turn-events";

export interface SealedLog {
  /** The number of its last event. */
  lastSequence: number;
  /** What a session had said; empty for one that it does not know. */
  textOf(sessionId: string): string;
  /** The number that the terminal event of this session takes. */
  endOf(sessionId: string): number;
}

/**
 * Reads a turn's events, from the first to the last. The sessions that it leaves without an end get their ends after it: those
 * that were delegated in the order in which they began, then the turn's own. So the numbers have no gap, whoever settles which.
 */
export function readSealedLog(turnId: string, events: Iterable<TurnEvent>): SealedLog {
  const texts = new Map<string, string>();
  const open = new Set<string>();
  let lastSequence = 0;
  for (const event of events) {
    const { sessionId } = event;
    lastSequence = event.sequence;
    if (event.type === "TextDelta") texts.set(sessionId, (texts.get(sessionId) ?? "") + event.delta);
    else if (event.type === "TurnStarted") open.add(sessionId);
    else if (isTerminal(event)) open.delete(sessionId);
  }
  open.delete(turnId);
  const inOrder = [...open, turnId];
  return {
    lastSequence,
    textOf: (sessionId) => texts.get(sessionId) ?? "",
    // One that began unseen has nobody who waits for its end.
    endOf: (sessionId) => lastSequence + 1 + Math.max(inOrder.indexOf(sessionId), 0),
  };
}
