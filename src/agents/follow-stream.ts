// Reads a turn that another server runs, or that has left this server's memory, from its stream in Redis. The reader pulls: a
// message only says that there is more, so that a slow reader is told once and reads later.
import type { Redis } from "../redis";
import type { TurnEvent } from "./turn-events";
import type { FollowOptions } from "./turn-log";
import { readStream, type StreamEntry, turnKey } from "./turn-stream";

/** Entries read at once, and so held for a reader that has stopped reading. */
const BATCH = 16;
/**
 * What a settled turn's stream lacks may still be on its way from the server that ran it, for so long, in milliseconds: that
 * server may be a little behind, and Redis may just have come back.
 */
const ON_ITS_WAY_MS = 5_000;

/**
 * The events from the number `first` on, without a gap. Ends at a seal, at a gap, when the reader goes, and when the turn is
 * settled and no more of it is to be expected. While Redis is away it waits.
 */
export async function* followStream(
  redis: Redis,
  turnId: string,
  first: number,
  { signal, settled }: FollowOptions,
): AsyncGenerator<TurnEvent, void, void> {
  const bell = createBell();
  const stopListening = redis.channels.listen(turnKey(turnId), bell.ring);
  for (const each of [signal, settled]) each.addEventListener("abort", bell.ring);
  /** Then nothing is on its way any more. */
  const cameLate = settled.aborted;
  let next = first;
  let deadline: number | undefined;
  try {
    while (!signal.aborted) {
      bell.silence();
      const entries = await readUnlessAborted(redis, turnId, next, signal);
      for (const entry of entries) {
        if (entry.sealed || entry.sequence !== next) return;
        next += 1;
        yield entry.event;
      }
      if (entries.length > 0) continue;
      if (!settled.aborted) {
        await bell.rung();
        continue;
      }
      if (cameLate) return;
      deadline ??= Date.now() + ON_ITS_WAY_MS;
      if (Date.now() >= deadline) return;
      await bell.rung(deadline - Date.now());
    }
  } finally {
    stopListening();
    for (const each of [signal, settled]) each.removeEventListener("abort", bell.ring);
  }
}

/** Nothing while Redis is away, or when the reader goes meanwhile: a read that hangs does not hold it. */
function readUnlessAborted(redis: Redis, turnId: string, from: number, signal: AbortSignal): Promise<StreamEntry[]> {
  return new Promise((resolve) => {
    const nothing = () => resolve([]);
    signal.addEventListener("abort", nothing);
    readStream(redis.client, turnId, from, BATCH)
      .then(resolve, nothing)
      .finally(() => signal.removeEventListener("abort", nothing));
  });
}

/** Something to wait for that may come before anybody waits. */
function createBell() {
  let isRung = false;
  let wake = () => {};
  return {
    ring() {
      isRung = true;
      wake();
    },
    silence() {
      isRung = false;
    },
    /** Resolves when it has been rung since the last silence, or after so many milliseconds. */
    async rung(milliseconds?: number) {
      if (isRung) return;
      const timer = milliseconds === undefined ? undefined : setTimeout(() => wake(), milliseconds);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      clearTimeout(timer);
    },
  };
}
