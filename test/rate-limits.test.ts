import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";

import { RequestError } from "../src/errors";
import { DEFAULT_LIMITS } from "../src/limits";
import { createRateLimits, type RateLimit } from "../src/rate-limits";

let turnStarts: RateLimit;
beforeEach(() => {
  jest.useFakeTimers();
  ({ turnStarts } = createRateLimits({ ...DEFAULT_LIMITS, turnStartsPerMinute: 3 }));
});
afterEach(() => {
  jest.useRealTimers();
});

const refusal = async (attempt: Promise<void>) => {
  const error = await attempt.then(
    () => undefined,
    (reason) => reason,
  );
  if (error === undefined) return undefined;
  if (!(error instanceof RequestError)) throw error;
  return [error.code, error.message, error.retryAfterSeconds];
};

test("a minute holds as many as the limit says, and says how long to wait for the next", async () => {
  for (let count = 0; count < 3; count += 1) await turnStarts.take("ada");
  jest.advanceTimersByTime(12_500);
  expect(await refusal(turnStarts.take("ada"))).toEqual([
    "RATE_LIMITED",
    "You may start up to 3 turns in a minute: try again in 48 s.",
    48,
  ]);
  jest.advanceTimersByTime(47_500);
  expect(await refusal(turnStarts.take("ada"))).toBeUndefined();
});

test("one's use is nobody else's", async () => {
  await turnStarts.take("ada", 3);
  expect(await refusal(turnStarts.take("grace"))).toBeUndefined();
});

test("what is refused is not counted, and what is given back is free again", async () => {
  await turnStarts.take("ada", 2);
  expect(await refusal(turnStarts.take("ada", 2))).toBeDefined();
  expect(await refusal(turnStarts.take("ada", 1))).toBeUndefined();
  expect(await refusal(turnStarts.take("ada", 1))).toBeDefined();
  await turnStarts.giveBack("ada");
  expect(await refusal(turnStarts.take("ada", 1))).toBeUndefined();
});

test("what is given back after its minute is nobody's gain in the next one", async () => {
  await turnStarts.take("ada");
  jest.advanceTimersByTime(60_000);
  await turnStarts.giveBack("ada");
  await turnStarts.take("ada", 3);
  expect(await refusal(turnStarts.take("ada"))).toBeDefined();
});

test("who is not seen for a minute is forgotten", async () => {
  for (let user = 0; user < 1_000; user += 1) await turnStarts.take(`user ${user}`);
  // Each that is remembered is a timer that will forget it.
  expect(jest.getTimerCount()).toBe(1_000);
  jest.advanceTimersByTime(60_000);
  expect(jest.getTimerCount()).toBe(0);
});
