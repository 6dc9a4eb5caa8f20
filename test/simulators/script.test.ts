import { expect, test } from "@jest/globals";
import { readScript, type SimulatorScript, simulate } from "../../src/simulators/script";
import { within } from "../support/busy-machine";

test("a script is found inside other text", () => {
  expect(readScript(`Please ${simulate([[{ text: "a ] b" }]])} thanks [1].`)).toEqual([[{ text: "a ] b" }]]);
  expect(readScript('simulate: \n [ [ { "text": "a" } ] ]')).toEqual([[{ text: "a" }]]);
});

test("a script may carry another one as a tool's argument", () => {
  const inner = simulate([[{ text: 'quoted "[" and \\' }], []]);
  const outer: SimulatorScript = [[{ tool: "delegate", arguments: { task: inner } }], [{ text: "done" }]];
  expect(readScript(simulate(outer))).toEqual(outer);
});

test("a text without an array after `simulate:` is no script", () => {
  expect(readScript("simulate a storm")).toBeNull();
  expect(readScript("Can you simulate: a storm [of 1987]?")).toBeNull();
});

test("an unclosed text of many backslashes is refused without delay", () => {
  const reading = () => readScript(`simulate:[["${"\\\\a".repeat(20_000)}`);
  within(500, () => expect(reading).toThrow("not closed"));
});
