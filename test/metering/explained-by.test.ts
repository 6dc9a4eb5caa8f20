import { expect, test } from "@jest/globals";

import { explainedBy } from "../../src/metering/explained-by";

const events = (...values: number[]) => values.map((value, index) => ({ value, index }));
const explain = (values: number[], difference: number) => {
  const by = explainedBy(events(...values), difference);
  return typeof by === "string" ? by : by.map(({ index }) => index);
};

test.each<[string, number[], number, number[] | "NONE" | "SEVERAL"]>([
  ["no difference: none of them", [1, 2], 0, []],
  ["one of them", [1, 2, 4], 2, [1]],
  ["several of them", [1, 2, 4], 5, [0, 2]],
  ["no choice", [2, 4], 3, "NONE"],
  ["a negative difference", [2, 4], -2, "NONE"],
  ["nothing to choose from", [], 3, "NONE"],
  ["two choices", [1, 2, 3], 3, "SEVERAL"],
  ["two choices of the same values", [5, 5, 9], 5, [0]],
  ["two choices of as many, with other values", [1, 4, 2, 3], 5, "SEVERAL"],
  ["two choices of the same values in another order", [1, 2, 1], 3, [0, 1]],
  ["some of as many as are tried out", Array(16).fill(1), 3, [0, 1, 2]],
  ["all of very many", Array(40).fill(1), 40, Array.from({ length: 40 }, (_, index) => index)],
  ["some of very many", Array(40).fill(1), 20, "SEVERAL"],
])("%s", (_, values, difference, expected) => {
  expect(explain(values, difference)).toStrictEqual(expected);
});
