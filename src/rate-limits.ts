// How often, in a minute. Counted in this process's memory, which holds those who were active in the last one; the library
// behind this interface counts in a shared store as well.
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

import { RequestError } from "./errors";
import type { Limits } from "./limits";

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

export function createRateLimits(limits: Limits): RateLimits {
  return {
    turnStarts: perMinute(limits.turnStartsPerMinute, (most) => `You may start up to ${most} turns in a minute`),
    mutations: perMinute(limits.mutationsPerMinute, (most) => `You may make up to ${most} changes in a minute`),
    reading: perMinute(
      limits.readingPerMinute,
      (most) => `What you read may cost up to ${most.toLocaleString("en")} values in a minute`,
    ),
    keyProbes: perMinute(
      limits.keyProbesPerMinute,
      (most) => `A workspace may have up to ${most} keys checked in a minute`,
    ),
  };
}

function perMinute(most: number, sentence: (most: number) => string): RateLimit {
  const limiter = new RateLimiterMemory({ points: most, duration: MINUTE_SECONDS });
  return {
    async take(key, count = 1) {
      try {
        await limiter.consume(key, count);
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        await limiter.reward(key, count);
        const seconds = Math.ceil(refused.msBeforeNext / 1000);
        throw new RequestError("RATE_LIMITED", `${sentence(most)}: try again in ${seconds} s.`, undefined, seconds);
      }
    },
    async giveBack(key) {
      await limiter.reward(key);
    },
  };
}
