import { setTimeout as wait } from "node:timers/promises";
import type { RedisServer } from "../../test/support/redis-server";
import type { ServerPair } from "../fire/server-pair";
import type { Stage } from "../fire/stage";

export interface Outage {
  of: "Postgres" | "Postgres, as after a crash" | "Redis";
  /** Servers that said they were ready all the while. */
  falselyReady: string[];
  /** From the moment that it takes connections again until both servers are ready, in milliseconds. */
  readyAfterMs: number;
}

/** How long Redis stays away, and how soon a server must have noticed, in milliseconds. */
const REDIS_AWAY_MS = 1_000;
const LOOK_EVERY_MS = 50;

/** Restarts the database under both servers, and waits until they are ready again. */
export async function restartPostgres({ postgres, servers }: Stage, how: "fast" | "immediate"): Promise<Outage> {
  let falselyReady: string[] = [];
  await postgres.restart(how, async () => {
    falselyReady = urlsOf(servers, await servers.ready());
  });
  const of = how === "fast" ? "Postgres" : "Postgres, as after a crash";
  return { of, falselyReady, readyAfterMs: await untilBothReady(servers) };
}

/** Kills Redis, which comes back empty, and waits until both servers are ready again. */
export async function restartRedis({ servers }: Stage, redis: RedisServer): Promise<Outage> {
  await redis.kill();
  const deadline = performance.now() + REDIS_AWAY_MS;
  let ready = await servers.ready();
  while (ready.length > 0 && performance.now() < deadline) {
    await wait(LOOK_EVERY_MS);
    ready = await servers.ready();
  }
  await wait(Math.max(0, deadline - performance.now()));
  await redis.restart();
  return { of: "Redis", falselyReady: urlsOf(servers, ready), readyAfterMs: await untilBothReady(servers) };
}

async function untilBothReady(servers: ServerPair): Promise<number> {
  const backAt = performance.now();
  await Promise.all(servers.urls.map((_, index) => servers.untilReady(index)));
  return performance.now() - backAt;
}

function urlsOf({ urls }: ServerPair, places: readonly number[]): string[] {
  return places.map((index) => `${urls[index]}`);
}
