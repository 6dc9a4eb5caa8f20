import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";

import { atNextBeat, BEAT_MS } from "../src/beat";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test("whoever waits is called at the same beat, once, in the order in which they came", () => {
  const called: string[] = [];
  atNextBeat(() => called.push("first"));
  jest.advanceTimersByTime(BEAT_MS - 1);
  atNextBeat(() => called.push("second"));
  expect(called).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(called).toEqual(["first", "second"]);
  jest.advanceTimersByTime(2 * BEAT_MS);
  expect(called).toEqual(["first", "second"]);
});

test("whoever waits again at a beat is called at the one after it", () => {
  let beats = 0;
  const count = () => {
    beats += 1;
    if (beats < 3) atNextBeat(count);
  };
  atNextBeat(count);
  jest.advanceTimersByTime(BEAT_MS);
  expect(beats).toBe(1);
  jest.advanceTimersByTime(5 * BEAT_MS);
  expect(beats).toBe(3);
});

test("while nobody waits there is no clock", () => {
  expect(jest.getTimerCount()).toBe(0);
  atNextBeat(() => undefined);
  atNextBeat(() => undefined);
  expect(jest.getTimerCount()).toBe(1);
  jest.advanceTimersByTime(BEAT_MS);
  expect(jest.getTimerCount()).toBe(0);
});
