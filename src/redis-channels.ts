// Messages between servers. One may be lost while Redis is away: whoever listens is told when that can have been, and looks for
// itself. So a message only ever says where to look.
import type { RedisClient } from "./redis-client";

export interface RedisChannels {
  /**
   * Calls `hear` with each message, and with null when there may have been some that were not heard: once listening has begun,
   * and each time that Redis is back. Returns what ends it.
   */
  listen(channel: string, hear: (message: string | null) => void): () => void;
  /** Takes up again what a lost connection has ended. */
  renew(): void;
}

type Hear = (message: string | null) => void;

export function createRedisChannels(client: Pick<RedisClient, "subscribe" | "unsubscribe">): RedisChannels {
  const listeners = new Map<string, Set<Hear>>();
  /** Nobody listens to them any more, and Redis has not said that it knows. */
  const left = new Set<string>();
  /** What Redis has not answered yet. */
  const beginning = new Map<string, Promise<unknown>>();

  const tell = (message: string | null, channel: string) => {
    for (const hear of [...(listeners.get(channel) ?? [])]) hear(message);
  };
  // The client keeps its subscriptions over a lost connection, and takes one that it has already for done. What the loss of
  // the connection has prevented is done by the next `renew`.
  const subscribe = (channel: string, done: () => unknown) => {
    const begun = client
      .subscribe(channel, tell)
      .then(done, () => undefined)
      .finally(() => begun === beginning.get(channel) && beginning.delete(channel));
    beginning.set(channel, begun);
  };
  const unsubscribe = async (channel: string) => {
    left.add(channel);
    // Asked before that, the client would let the next one listen to a channel that is about to go.
    await beginning.get(channel);
    if (!left.has(channel)) return;
    await client.unsubscribe(channel, tell).then(
      () => left.delete(channel),
      () => undefined,
    );
  };

  return {
    listen(channel, hear) {
      const others = listeners.get(channel) ?? new Set();
      listeners.set(channel, others.add(hear));
      left.delete(channel);
      subscribe(channel, () => others.has(hear) && hear(null));
      return () => {
        others.delete(hear);
        if (others.size > 0 || listeners.get(channel) !== others) return;
        listeners.delete(channel);
        void unsubscribe(channel);
      };
    },
    renew() {
      for (const channel of left) void unsubscribe(channel);
      for (const channel of listeners.keys()) subscribe(channel, () => tell(null, channel));
    },
  };
}
