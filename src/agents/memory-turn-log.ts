// The turn log in this process's memory: all that one server needs, and where every server keeps the turns that it runs.

import type { TurnEvent } from "./turn-events";
import type { FollowOptions, TurnLog } from "./turn-log";

export interface MemoryTurnLog extends TurnLog {
  /** How many events of the turn are kept. */
  count(turnId: string): number;
  /** Up to `most` of them, with numbers greater than `after`. */
  read(turnId: string, after: number, most: number): TurnEvent[];
  /** Forgets an ended turn sooner than its time: somebody else has it. */
  forget(turnId: string): void;
}

interface Entry {
  events: TurnEvent[];
  closed: boolean;
  followers: number;
  /** Wakes readers that have seen everything and wait for more. */
  waiting: Set<() => void>;
}

/** How long an ended turn can be replayed event by event, in milliseconds; later it is told in its short form. */
export const KEPT_AFTER_END_MS = 5 * 60_000;
/**
 * Ended turns kept at once, and the characters that they have in their texts and tool calls; the oldest turns go first. Bounds
 * memory whatever the rate of turns, and however slowly they are read: a reader of a forgotten turn gets its end.
 */
const KEPT_ENDED_TURNS = 1_000;
const KEPT_ENDED_CHARACTERS = 50_000_000;
/** What an event takes besides its text, in characters. */
const CHARACTERS_OF_EVENT = 500;

export function createMemoryTurnLog(): MemoryTurnLog {
  const entries = new Map<string, Entry>();
  /** Ended turns that are still kept, oldest first, with their size in characters. */
  const ended = new Map<string, { size: number; timer: NodeJS.Timeout }>();
  let endedSize = 0;

  const forget = (turnId: string) => {
    const kept = ended.get(turnId);
    if (kept === undefined) return;
    clearTimeout(kept.timer);
    endedSize -= kept.size;
    ended.delete(turnId);
    const entry = entries.get(turnId);
    entries.delete(turnId);
    // Not held by a reader that has stopped reading either.
    if (entry !== undefined) entry.events = [];
  };

  const close = (turnId: string) => {
    const entry = entries.get(turnId);
    if (entry === undefined || entry.closed) return;
    entry.closed = true;
    wake(entry);
    const size = entry.events.reduce((sum, event) => sum + charactersOf(event), 0);
    ended.set(turnId, { size, timer: setTimeout(() => forget(turnId), KEPT_AFTER_END_MS).unref() });
    endedSize += size;
    for (const [oldest] of ended) {
      if (ended.size <= KEPT_ENDED_TURNS && endedSize <= KEPT_ENDED_CHARACTERS) break;
      forget(oldest);
    }
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

    close,
    abandon: close,
    // Nobody else can end a turn of this log.
    renew: () => undefined,

    isOpen: (turnId) => entries.get(turnId)?.closed === false,

    async *follow(turnId, { signal }) {
      const entry = entries.get(turnId);
      if (entry !== undefined) yield* read(entry, signal);
    },

    followers: (turnId) => entries.get(turnId)?.followers ?? 0,
    seal: async () => null,
    onSealed: () => undefined,
    turnsKept: () => entries.size,
    eventsUnsent: () => 0,
    // What is kept stays for the readers of the last turns.
    dispose: async () => undefined,

    count: (turnId) => entries.get(turnId)?.events.length ?? 0,
    read: (turnId, after, most) => entries.get(turnId)?.events.slice(after, after + most) ?? [],
    forget,
  };
}

async function* read(entry: Entry, signal: FollowOptions["signal"]): AsyncGenerator<TurnEvent, void, void> {
  entry.followers += 1;
  let resume = () => {};
  const wakeUp = () => resume();
  // Once for all its waits: a listener that comes and goes with every event costs more than the event.
  signal.addEventListener("abort", wakeUp);
  try {
    for (let next = 0; !signal.aborted; ) {
      const event = entry.events[next];
      if (event !== undefined) {
        next += 1;
        yield event;
      } else if (entry.closed) return;
      else {
        await new Promise<void>((resolve) => {
          resume = resolve;
          entry.waiting.add(wakeUp);
        });
      }
    }
  } finally {
    signal.removeEventListener("abort", wakeUp);
    entry.waiting.delete(wakeUp);
    entry.followers -= 1;
  }
}

function wake(entry: Entry): void {
  // Whoever is woken reads in a later turn of the loop, and waits anew only then.
  for (const wakeUp of entry.waiting) wakeUp();
  entry.waiting.clear();
}

function charactersOf(event: TurnEvent): number {
  if (event.type === "TextDelta") return CHARACTERS_OF_EVENT + event.delta.length;
  if ("session" in event) {
    const { text, prompt, toolCalls } = event.session;
    return CHARACTERS_OF_EVENT + text.length + prompt.length + JSON.stringify(toolCalls).length;
  }
  return "toolCall" in event ? JSON.stringify(event.toolCall).length : CHARACTERS_OF_EVENT;
}
