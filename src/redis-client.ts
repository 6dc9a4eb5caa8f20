import { createClient } from "@redis/client";

export type RedisClient = ReturnType<typeof createRedisClient>;

/** How long a connection may take to stand, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;
/** A connection is asked for a sign of life so often; one that gives none for so long is given up. In milliseconds. */
const PING_EVERY_MS = 1_000;
const SILENCE_MS = 4_000;
/** The longest wait between two tries to connect again, in milliseconds. */
const LONGEST_WAIT_MS = 500;

/**
 * One connection to Redis, not yet made. It is made again for ever once it has stood; before that the first failure is the
 * last. While there is none every command is rejected: only who asked knows whether it is still wanted later.
 */
export function createRedisClient(url: string) {
  let hasConnected = false;
  const client = createClient({
    url,
    name: "waypath",
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    // A timer of its own for each command would cost more than the command: a Redis that is silent loses the connection below.
    commandOptions: { timeout: undefined },
    pingInterval: PING_EVERY_MS,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_MS,
      // Spread out, so that servers that lost it together do not all come back in one moment.
      reconnectStrategy: (tries) => hasConnected && Math.min(tries * 100, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2),
    },
  });
  client.once("ready", () => {
    hasConnected = true;
  });
  return client;
}
