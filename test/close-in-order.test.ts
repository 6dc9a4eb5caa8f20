import { expect, jest, test } from "@jest/globals";

import { closeInOrder } from "../src/close-in-order";
import { createLogger } from "../src/logger";

const logger = createLogger("fatal");

test("closes one stage after the other, and says what failed once all are through", async () => {
  const closed: string[] = [];
  const stage = (what: string, failure?: Error) => ({
    what,
    withinMs: 1_000,
    async close() {
      await new Promise(setImmediate);
      closed.push(what);
      if (failure !== undefined) throw failure;
    },
  });
  const onLate = jest.fn();
  const stages = [stage("first", new Error("no")), stage("second"), stage("third")];
  await expect(closeInOrder(stages, { onLate, logger })).rejects.toThrow("no");
  expect(closed).toEqual(["first", "second", "third"]);
  expect(onLate).not.toHaveBeenCalled();
});

test("goes on without a stage that hangs, and says so in time for what it waits for to be ended", async () => {
  let end = () => {};
  const hanging = new Promise<void>((resolve) => {
    end = resolve;
  });
  const stages = [
    { what: "hangs", withinMs: 10, close: () => hanging },
    { what: "waits for the same", withinMs: 60_000, close: () => hanging },
  ];
  await closeInOrder(stages, { onLate: () => end(), logger });
});
