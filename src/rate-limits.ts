// How often, in a minute. Counted for all servers in Redis, where there is one; otherwise, and while it is away, in this process's
// memory. Either holds those who were active in the last minute.
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";

import { RequestError } from "./errors";
import type { Limits } from "./limits";
import type { Redis } from "./redis";

export interface RateLimit {
  /** Counts what `key` stands for. Throws `RATE_LIMITED` when that is too often; then nothing was counted. */
  take(key: string, count?: number): Promise<void>;
  /** Takes back what turned out not to count. */
  giveBack(key: string): Promise<void>;
}

export interface RateLimits {
  /** By user. */
  turnStarts: RateLimit;
  /** By user. */
  mutations: RateLimit;
  /** By user: what their operations cost. */
  reading: RateLimit;
  /** By workspace: a stolen token must not become a machine that tests keys. */
  keyProbes: RateLimit;
}

const MINUTE_SECONDS = 60;

export function createRateLimits(limits: Limits, redis?: Pick<Redis, "client">): RateLimits {
  const perMinute = (name: keyof RateLimits, most: number, sentence: (most: number) => string) =>
    limitWith(createLimiter(name, most, redis), sentence(most));
  return {
    turnStarts: perMinute(
      "turnStarts",
      limits.turnStartsPerMinute,
      (most) => `You may start up to ${most} turns in a minute`,
    ),
    mutations: perMinute(
      "mutations",
      limits.mutationsPerMinute,
      (most) => `You may make up to ${most} changes in a minute`,
    ),
    // By each server for itself: it guards that server's connections, and is asked with every operation.
    reading: limitWith(
      createLimiter("reading", limits.readingPerMinute, undefined),
      `What you read may cost up to ${limits.readingPerMinute.toLocaleString("en")} values in a minute`,
    ),
    keyProbes: perMinute(
      "keyProbes",
      limits.keyProbesPerMinute,
      (most) => `A workspace may have up to ${most} keys checked in a minute`,
    ),
  };
}

function createLimiter(name: keyof RateLimits, points: number, redis?: Pick<Redis, "client">): RateLimiterAbstract {
  const inMemory = new RateLimiterMemory({ points, duration: MINUTE_SECONDS });
  if (redis === undefined) return inMemory;
  return new RateLimiterRedis({
    storeClient: redis.client,
    useRedisPackage: true,
    rejectIfRedisNotReady: true,
    keyPrefix: `waypath:limit:${name}`,
    points,
    duration: MINUTE_SECONDS,
    insuranceLimiter: inMemory,
  });
}

function limitWith(limiter: RateLimiterAbstract, sentence: string): RateLimit {
  /** Of a minute that has ended meanwhile there is nothing to be taken back, and the next one owes nobody anything. */
  const takeBack = async (key: string, count: number) => {
    const { consumedPoints } = await limiter.reward(key, count);
    if (consumedPoints < 0) await limiter.penalty(key, -consumedPoints);
  };
  return {
    async take(key, count = 1) {
      try {
        await limiter.consume(key, count);
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        await takeBack(key, count);
        const seconds = Math.ceil(refused.msBeforeNext / 1000);
        throw new RequestError("RATE_LIMITED", `${sentence}: try again in ${seconds} s.`, undefined, seconds);
      }
    },
    giveBack: (key) => takeBack(key, 1),
  };
}
