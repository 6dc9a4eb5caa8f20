import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";

import { atNextBeat, BEAT_MS } from "../src/beat";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test("whoever comes at about the same time is called at the same beat, once, in the order in which they came", () => {
  const called: string[] = [];
  atNextBeat(() => called.push("first"));
  jest.advanceTimersByTime(BEAT_MS / 4 - 1);
  atNextBeat(() => called.push("second"));
  jest.advanceTimersByTime((3 * BEAT_MS) / 4);
  expect(called).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(called).toEqual(["first", "second"]);
  jest.advanceTimersByTime(2 * BEAT_MS);
  expect(called).toEqual(["first", "second"]);
});

test("whoever comes later is called at a beat of their own, so that not all are called at once", () => {
  const calledAt: number[] = [];
  const begun = Date.now();
  for (let group = 0; group < 4; group += 1) {
    atNextBeat(() => calledAt.push(Date.now() - begun));
    jest.advanceTimersByTime(BEAT_MS / 4);
  }
  jest.advanceTimersByTime(BEAT_MS);
  expect(calledAt).toEqual([40, 50, 60, 70]);
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
