import { afterEach, expect, jest, test } from "@jest/globals";

import { ShortMemory } from "../../src/workspaces/short-memory";

const now = 1_000_000;
afterEach(() => {
  jest.restoreAllMocks();
});

test("a value is remembered for so long, and not beyond its own end", () => {
  const clock = jest.spyOn(Date, "now").mockReturnValue(now);
  const memory = new ShortMemory<string>({ milliseconds: 1_000, values: 10 });
  memory.remember("long", "a", Number.POSITIVE_INFINITY);
  memory.remember("short", "b", now + 10);
  expect([memory.recall("long"), memory.recall("short"), memory.recall("other")]).toEqual(["a", "b", undefined]);
  clock.mockReturnValue(now + 10);
  expect([memory.recall("long"), memory.recall("short")]).toEqual(["a", undefined]);
  clock.mockReturnValue(now + 1_000);
  expect(memory.recall("long")).toBeUndefined();
});

test("no more are kept than so many; the oldest goes first, and what is said again is new", () => {
  const memory = new ShortMemory<number>({ milliseconds: 60_000, values: 3 });
  for (const key of ["a", "b", "c", "a"]) memory.remember(key, 1, Number.POSITIVE_INFINITY);
  memory.remember("d", 1, Number.POSITIVE_INFINITY);
  expect(["a", "b", "c", "d"].filter((key) => memory.recall(key) !== undefined)).toEqual(["a", "c", "d"]);
  for (let index = 0; index < 1_000; index++) memory.remember(String(index), index, Number.POSITIVE_INFINITY);
  expect(memory.size).toBe(3);
});
