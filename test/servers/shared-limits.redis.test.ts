import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";

import { DEFAULT_LIMITS } from "../../src/limits";
import { createLogger } from "../../src/logger";
import { createRateLimits, type RateLimit } from "../../src/rate-limits";
import { openRedis, type Redis } from "../../src/redis";
import { Secret } from "../../src/secret";
import { type RedisServer, startRedisServer } from "../support/redis-server";

let server: RedisServer;
let redis: [Redis, Redis];
let limits: [RateLimit, RateLimit];
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.kill());
beforeEach(async () => {
  const open = () => openRedis(new Secret(server.url), createLogger("silent"));
  redis = [await open(), await open()];
  const limit = (of: Redis) => createRateLimits({ ...DEFAULT_LIMITS, turnStartsPerMinute: 3 }, of).turnStarts;
  limits = [limit(redis[0]), limit(redis[1])];
});
afterEach(() => {
  for (const each of redis) each.close();
});

const tooOften = { code: "RATE_LIMITED", retryAfterSeconds: expect.any(Number) };

test("what a user does on one server counts on the other", async () => {
  const [one, other] = limits;
  await one.take("ada");
  await other.take("ada", 2);
  for (const limit of limits) await expect(limit.take("ada")).rejects.toMatchObject(tooOften);
  await one.giveBack("ada");
  await other.take("ada");
  await expect(one.take("ada")).rejects.toMatchObject(tooOften);
  await one.take("grace", 3);
});

test("what is refused is not counted", async () => {
  const [one, other] = limits;
  await one.take("joan", 2);
  await expect(other.take("joan", 2)).rejects.toMatchObject(tooOften);
  await one.take("joan", 1);
});

test("while Redis is away each server counts for itself, and afterwards together again", async () => {
  await server.kill();
  for (const limit of limits) {
    await limit.take("mary", 3);
    await expect(limit.take("mary")).rejects.toMatchObject(tooOften);
  }
  await server.restart();
  await Promise.all(redis.map((each) => each.isConnected() || new Promise<void>((done) => each.onReconnected(done))));
  await limits[0].take("mary", 3);
  await expect(limits[1].take("mary")).rejects.toMatchObject(tooOften);
});
