import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";

import { startRounds } from "../src/rounds";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test("a round that is due while another is under way is left out, and the end waits for that one", async () => {
  let ended = 0;
  const endRound: (() => void)[] = [];
  const round = () =>
    new Promise<void>((resolve) => {
      endRound.push(resolve);
    }).then(() => {
      ended += 1;
    });
  const rounds = startRounds(100, round, () => undefined);
  await jest.advanceTimersByTimeAsync(350);
  void rounds.begin();
  expect(endRound).toHaveLength(1);
  endRound[0]?.();
  await jest.advanceTimersByTimeAsync(100);
  expect(endRound).toHaveLength(2);

  const closed = rounds.close().then(() => ended);
  await jest.advanceTimersByTimeAsync(500);
  endRound[1]?.();
  expect(await closed).toBe(2);
  expect(endRound).toHaveLength(2);
});

test("a round that rejects is told of, and the next one tries again", async () => {
  const failures: unknown[] = [];
  const answers = [Promise.reject(new Error("away")), Promise.resolve()];
  const round = jest.fn(() => answers.shift() ?? Promise.resolve());
  const rounds = startRounds(100, round, (error) => failures.push(error));
  await rounds.begin();
  await jest.advanceTimersByTimeAsync(100);
  expect(failures).toEqual([new Error("away")]);
  expect(round).toHaveBeenCalledTimes(2);
  await rounds.close();
});
