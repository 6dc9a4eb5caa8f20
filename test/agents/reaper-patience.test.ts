import { expect, test } from "@jest/globals";

import { createReaperPatience } from "../../src/agents/reaper-patience";

const LEASE_MS = 100;

function awayUntilTold() {
  const state = { isAway: true };
  return {
    async ask() {
      if (state.isAway) throw new Error("the database is away");
    },
    comeBack() {
      state.isAway = false;
    },
  };
}

test("a reaper that has not seen the database away takes what it finds", async () => {
  expect(await createReaperPatience(awayUntilTold().ask, LEASE_MS).isOver()).toBe(true);
});

test("once the database is back, nothing is taken for the time of a lease", async () => {
  const { ask, comeBack } = awayUntilTold();
  const patience = createReaperPatience(ask, LEASE_MS);
  patience.begin();
  await expect(patience.isOver()).rejects.toThrow("away");
  const backAt = performance.now();
  comeBack();
  while (!(await patience.isOver()));
  expect(performance.now() - backAt).toBeGreaterThanOrEqual(LEASE_MS);
});
