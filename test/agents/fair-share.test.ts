import { expect, test } from "@jest/globals";

import { createFairShare } from "../../src/agents/fair-share";

/** Work that ends when it is told to. */
function heldWork() {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const state = { begun: false, end, work: () => ended };
  state.work = () => {
    state.begun = true;
    return ended;
  };
  return state;
}

test("of each so much runs at once, and nobody waits for another", async () => {
  const share = createFairShare(2);
  const [first, second, third, others] = [heldWork(), heldWork(), heldWork(), heldWork()];
  const mine = [first, second, third].map(({ work }) => share("me", work));
  const theirs = share("other", others.work);
  await new Promise(setImmediate);
  expect([first, second, third, others].map(({ begun }) => begun)).toEqual([true, true, false, true]);
  first.end();
  await mine[0];
  await new Promise(setImmediate);
  expect(third.begun).toBe(true);
  for (const { end } of [second, third, others]) end();
  await Promise.all([...mine, theirs]);
});

test("work that fails makes room like any other", async () => {
  const share = createFairShare(1);
  const failed = share("me", () => Promise.reject(new Error("failed")));
  const next = share("me", async () => "done");
  await expect(failed).rejects.toThrow("failed");
  expect(await next).toBe("done");
});
