import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";

import { endsWithin } from "../src/ends-within";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

test("what is over in time is, or rejects, and no timer is left", async () => {
  expect(await endsWithin(1_000, Promise.resolve("done"))).toBe(true);
  const failure = new Error("it failed");
  await expect(endsWithin(1_000, Promise.reject(failure))).rejects.toBe(failure);
});

test("what is not over in time is not waited for, and may fail unheard", async () => {
  let fail = (_error: Error): void => undefined;
  const ended = endsWithin(
    1_000,
    new Promise((_, reject) => {
      fail = reject;
    }),
  );
  jest.advanceTimersByTime(999);
  expect(jest.getTimerCount()).toBe(1);
  jest.advanceTimersByTime(1);
  expect(await ended).toBe(false);
  fail(new Error("nobody is told"));
});
