import { expect } from "@jest/globals";

/**
 * How long a busy machine may keep everything waiting, in milliseconds. A test of what happens "within a second" allows this
 * on top of it: what would break the promise, waits for ever or for half a minute.
 */
export const STALL_MS = 4_000;

/**
 * The result of work that waits for nothing and must not take more of the processor than that, in milliseconds. Other work on
 * the machine does not count.
 */
export function within<Result>(milliseconds: number, work: () => Result): Result {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(milliseconds);
  return result;
}
