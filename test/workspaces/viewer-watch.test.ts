import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";

import { createLogger } from "../../src/logger";
import type { Viewer } from "../../src/workspaces/authenticate";
import { createViewerWatch, type ViewerWatch } from "../../src/workspaces/viewer-watch";

let disabled: Set<string>;
let answers: () => Promise<ReadonlySet<string>>;
let viewers: ViewerWatch;
beforeEach(() => {
  jest.useFakeTimers();
  disabled = new Set();
  answers = async () => disabled;
  viewers = createViewerWatch(() => answers(), createLogger("silent"));
});
afterEach(async () => {
  await viewers.close();
  jest.useRealTimers();
});

const viewerOf = (workspaceId: string): Viewer => ({
  workspaceId,
  userId: "somebody",
  role: "MEMBER",
  expiresAt: new Date(Date.now() + 3_600_000),
});

test("what a round has found open is open, and what nobody is watched in is not known", async () => {
  viewers.watch(viewerOf("acme"), () => undefined);
  expect(viewers.foundOpen("acme", Date.now())).toBe(false);
  await jest.advanceTimersByTimeAsync(500);
  expect([viewers.foundOpen("acme", Date.now()), viewers.foundOpen("other", Date.now())]).toEqual([true, false]);
});

test("a workspace that is disabled is shown out in the next round, and is open no more", async () => {
  const showOut = jest.fn();
  viewers.watch(viewerOf("acme"), showOut);
  await jest.advanceTimersByTimeAsync(500);
  disabled.add("acme");
  await jest.advanceTimersByTimeAsync(500);
  expect(showOut).toHaveBeenCalledTimes(1);
  expect(viewers.foundOpen("acme", Date.now())).toBe(false);
});

let letGo = () => {};
test.each<[string, () => Promise<ReadonlySet<string>>]>([
  ["fail", () => Promise.reject(new Error("the database is away"))],
  [
    "do not come back",
    () =>
      new Promise((resolve) => {
        letGo = () => resolve(disabled);
      }),
  ],
])("rounds that %s leave a workspace open for no more than a second", async (_how, answer) => {
  viewers.watch(viewerOf("acme"), () => undefined);
  await jest.advanceTimersByTimeAsync(500);
  answers = answer;
  await jest.advanceTimersByTimeAsync(900);
  expect(viewers.foundOpen("acme", Date.now())).toBe(true);
  await jest.advanceTimersByTimeAsync(100);
  expect(viewers.foundOpen("acme", Date.now())).toBe(false);
  letGo();
});

test("a workspace that is opened again is vouched for from then on alone: who was there before may be another since", async () => {
  const before = Date.now();
  viewers.watch(viewerOf("acme"), () => undefined);
  await jest.advanceTimersByTimeAsync(500);
  expect(viewers.foundOpen("acme", before)).toBe(true);
  disabled.add("acme");
  await jest.advanceTimersByTimeAsync(500);
  disabled.clear();
  viewers.watch(viewerOf("acme"), () => undefined);
  const again = Date.now();
  await jest.advanceTimersByTimeAsync(500);
  expect([viewers.foundOpen("acme", before), viewers.foundOpen("acme", again)]).toEqual([false, true]);
});
