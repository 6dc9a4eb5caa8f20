// Keeps the numbered events of turns, so that any number of readers can follow one, late or again. Readers pull: a slow one
// holds nothing back and misses nothing, because it reads the same list later.
import type { TurnEvent } from "./turn-events";

export interface TurnLog {
  /**
   * Begins a turn's log, before the turn's row can be seen, so that whoever finds the row finds the log.
   * Events are appended by the server that runs the turn, and by nobody else.
   */
  open(turnId: string): void;
  /** Forgets a log that was opened for a turn that was then not accepted. */
  discard(turnId: string): void;
  append(turnId: string, event: TurnEvent): void;
  /** No more events will come. Readers end, and the log is forgotten after a while. */
  close(turnId: string): void;
  /** All events from the first, then each as it comes; ends when the log is closed or `signal` aborts. Null: not known here. */
  follow(turnId: string, signal: AbortSignal): AsyncGenerator<TurnEvent, void, void> | null;
  /** How many read this turn now. */
  followers(turnId: string): number;
}

interface Entry {
  events: TurnEvent[];
  closed: boolean;
  followers: number;
  /** Resolvers of readers that have seen everything and wait for more. */
  waiting: Set<() => void>;
}

/** How long an ended turn can be replayed event by event, in milliseconds; later it is told in its short form. */
const KEPT_AFTER_END_MS = 5 * 60_000;
/** Ended turns kept at once, and events kept with them; the oldest turns go first. Bounds memory whatever the rate of turns. */
const KEPT_ENDED_TURNS = 1_000;
const KEPT_ENDED_EVENTS = 100_000;

/** A log in this process's memory: enough for one server. */
export function createMemoryTurnLog(): TurnLog {
  const entries = new Map<string, Entry>();
  /** Ended turns that are still kept, oldest first, and the number of their events. */
  const ended = new Map<string, number>();
  let endedEvents = 0;

  const forget = (turnId: string) => {
    endedEvents -= ended.get(turnId) ?? 0;
    ended.delete(turnId);
    entries.delete(turnId);
  };

  const wake = (entry: Entry) => {
    const waiting = [...entry.waiting];
    entry.waiting.clear();
    for (const resume of waiting) resume();
  };

  return {
    open(turnId) {
      entries.set(turnId, { events: [], closed: false, followers: 0, waiting: new Set() });
    },

    discard(turnId) {
      entries.delete(turnId);
    },

    append(turnId, event) {
      const entry = entries.get(turnId);
      if (entry === undefined || entry.closed) throw new Error(`turn ${turnId} has no open log`);
      entry.events.push(event);
      wake(entry);
    },

    close(turnId) {
      const entry = entries.get(turnId);
      if (entry === undefined || entry.closed) return;
      entry.closed = true;
      wake(entry);
      ended.set(turnId, entry.events.length);
      endedEvents += entry.events.length;
      for (const [oldest] of ended) {
        if (ended.size <= KEPT_ENDED_TURNS && endedEvents <= KEPT_ENDED_EVENTS) break;
        forget(oldest);
      }
      setTimeout(() => forget(turnId), KEPT_AFTER_END_MS).unref();
    },

    follow(turnId, signal) {
      const entry = entries.get(turnId);
      return entry === undefined ? null : read(entry, signal);
    },

    followers(turnId) {
      return entries.get(turnId)?.followers ?? 0;
    },
  };
}

async function* read(entry: Entry, signal: AbortSignal): AsyncGenerator<TurnEvent, void, void> {
  entry.followers += 1;
  try {
    for (let next = 0; !signal.aborted; ) {
      const event = entry.events[next];
      if (event !== undefined) {
        next += 1;
        yield event;
      } else if (entry.closed) return;
      else await nextChange(entry, signal);
    }
  } finally {
    entry.followers -= 1;
  }
}

function nextChange(entry: Entry, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const resume = () => {
      entry.waiting.delete(resume);
      signal.removeEventListener("abort", resume);
      resolve();
    };
    entry.waiting.add(resume);
    signal.addEventListener("abort", resume, { once: true });
  });
}
