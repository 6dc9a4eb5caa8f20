import { expect, test } from "@jest/globals";

import { inParts } from "../../src/agents/in-parts";

const itself = (weight: number) => weight;
const partsOf = (weights: Iterable<number>, most: number) => [...inParts(weights, itself, most)];

test("splits a list into parts of no more than so much, in order", () => {
  expect(partsOf([3, 3, 4, 1, 9, 0], 10)).toEqual([
    [3, 3, 4],
    [1, 9, 0],
  ]);
  expect(partsOf([], 10)).toEqual([]);
});

test("what is too much by itself is a part by itself", () => {
  expect(partsOf([20, 1, 30], 10)).toEqual([[20], [1], [30]]);
});

test("makes a part when it is asked for, and of the list no more than it takes to see its end", () => {
  const made: number[] = [];
  function* weights() {
    for (const weight of [6, 6, 6]) {
      made.push(weight);
      yield weight;
    }
  }
  const parts = inParts(weights(), itself, 10);
  expect(made).toEqual([]);
  expect(parts.next().value).toEqual([6]);
  expect(made).toEqual([6, 6]);
});
