// The turn log of several servers: each keeps the events of the turns that it runs in its memory, and sends them to Redis, where
// all others read them. Without Redis for a while, turns and their readers on the same server do not notice.
import type { Logger } from "../logger";
import type { Redis } from "../redis";
import { followStream } from "./follow-stream";
import { createHeldEvents, type HeldEvents } from "./held-events";
import { inSequence } from "./in-sequence";
import { createMemoryTurnLog } from "./memory-turn-log";
import { readSealedLog } from "./sealed-log";
import { createEventSender, STREAM_KEPT_SECONDS } from "./send-events";
import type { TurnEvent } from "./turn-events";
import type { TurnLog } from "./turn-log";
import { readStream, sealStream } from "./turn-stream";

export interface RedisTurnLogOptions {
  redis: Redis;
  /** The longest that a turn may take. */
  turnTimeoutSeconds: number;
  /** What this server may not tell now. */
  held?: HeldEvents;
  logger: Logger;
}

/** What others may learn a moment later, so that a short turn is sent as one. */
const MAY_WAIT: ReadonlySet<TurnEvent["type"]> = new Set(["TextDelta", "UsageUpdated"]);

/** Events of a sealed turn read at once. */
const BATCH = 500;

export function createRedisTurnLog(options: RedisTurnLogOptions): TurnLog {
  const { redis, turnTimeoutSeconds, held = createHeldEvents(), logger } = options;
  const kept = createMemoryTurnLog();
  const listeners: ((turnId: string) => void)[] = [];
  const sender = createEventSender({
    redis,
    kept,
    turnTimeoutSeconds,
    onSealed(turnId) {
      for (const listener of listeners) listener(turnId);
    },
    logger,
  });

  const tell = (turnId: string, event: TurnEvent) => {
    kept.append(turnId, event);
    if (MAY_WAIT.has(event.type)) sender.sendSoon(turnId);
    else sender.send(turnId);
  };

  return {
    open(turnId) {
      kept.open(turnId);
      held.open(turnId);
    },

    discard(turnId) {
      kept.discard(turnId);
      held.close(turnId);
    },

    isOpen: kept.isOpen,
    followers: kept.followers,
    turnsKept: kept.turnsKept,
    eventsUnsent: () => sender.unsent() + held.count(),

    append(turnId, event) {
      if (!held.hold(turnId, event)) tell(turnId, event);
    },

    renew(turnId, at) {
      for (const event of held.release(turnId, at)) tell(turnId, event);
    },

    close(turnId) {
      for (const event of held.close(turnId)) tell(turnId, event);
      kept.close(turnId);
      sender.send(turnId);
    },

    abandon(turnId) {
      held.close(turnId);
      kept.close(turnId);
      // Its stream is what all others are told, and is sealed: readers here are told the same from now on.
      kept.forget(turnId);
    },

    follow(turnId, options) {
      let next = 1;
      // From the stream: what is not known here, or not any more.
      return inSequence(
        kept.follow(turnId, options),
        ({ sequence }) => {
          next = sequence + 1;
        },
        () => followStream(redis, turnId, next, options),
      );
    },

    async seal(turnId) {
      await sealStream(redis.client, turnId, STREAM_KEPT_SECONDS);
      const events = await readSealed(redis, turnId);
      return events === null ? null : readSealedLog(turnId, events);
    },

    onSealed: (listener) => void listeners.push(listener),

    dispose: sender.close,
  };
}

/** All events of a sealed turn. Null: it has none, or the first ones are gone. */
async function readSealed(redis: Redis, turnId: string): Promise<TurnEvent[] | null> {
  const events: TurnEvent[] = [];
  for (;;) {
    const entries = await readStream(redis.client, turnId, events.length + 1, BATCH);
    for (const entry of entries) {
      if (entry.sealed) return events.length === 0 ? null : events;
      if (entry.sequence !== events.length + 1) return null;
      events.push(entry.event);
    }
    // It has expired meanwhile.
    if (entries.length === 0) return null;
  }
}
