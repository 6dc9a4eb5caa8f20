// The connections to Redis, where there is one. It may go away and come back at any time, empty too: the process stays, and what
// Redis held for it is made again by whoever kept it.
import { ConfigError } from "./config";
import type { Logger } from "./logger";
import { createRedisChannels, type RedisChannels } from "./redis-channels";
import { createRedisClient, type RedisClient } from "./redis-client";
import type { Secret } from "./secret";

export interface Redis {
  readonly client: RedisClient;
  readonly channels: RedisChannels;
  isConnected(): boolean;
  /** Calls `listener` each time that Redis is back. */
  onReconnected(listener: () => void): void;
  /** Ends the connections at once. */
  close(): void;
}

/** Connects. Throws a `ConfigError` that says why it could not: an address that is wrong is not tried for ever. */
export async function openRedis(redisUrl: Secret, logger: Logger): Promise<Redis> {
  const client = redisUrl.use(createRedisClient);
  // A connection that has channels is ended by Redis when it does not read quickly enough: commands do not share it.
  const subscriber = redisUrl.use(createRedisClient);
  const both = [client, subscriber];
  const isConnected = () => both.every(({ isReady }) => isReady);
  const close = () => {
    for (const each of both) each.destroy();
  };
  // Without a listener an error would end the process. Those of the first connection are thrown below.
  for (const each of both) each.on("error", () => undefined);
  try {
    await Promise.all(both.map((each) => each.connect()));
  } catch (error) {
    close();
    throw new ConfigError([`REDIS_URL: Redis cannot be used: ${reasonOf(error)}.`]);
  }

  const channels = createRedisChannels(subscriber);
  const listeners = [channels.renew];
  let away = false;
  for (const each of both) {
    each.on("error", (error) => {
      // Once: there is an error for each try to connect again.
      if (!away) logger.warn({ err: error }, "Redis is away: turns go on in this server's memory");
      away = true;
    });
    each.on("ready", () => {
      if (!isConnected()) return;
      logger.info("Redis is back");
      away = false;
      for (const listener of listeners) listener();
    });
  }
  return { client, channels, isConnected, onReconnected: (listener) => void listeners.push(listener), close };
}

/** A host with several addresses fails once for each, and the error that holds them all says nothing itself. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
