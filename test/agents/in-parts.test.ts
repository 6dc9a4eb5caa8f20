import { expect, test } from "@jest/globals";

import { inParts } from "../../src/agents/in-parts";

const itself = (weight: number) => weight;

test("splits a list into parts of no more than so much, in order", () => {
  expect(inParts([3, 3, 4, 1, 9, 0], itself, 10)).toEqual([
    [3, 3, 4],
    [1, 9, 0],
  ]);
  expect(inParts([], itself, 10)).toEqual([]);
});

test("what is too much by itself is a part by itself", () => {
  expect(inParts([20, 1, 30], itself, 10)).toEqual([[20], [1], [30]]);
});
