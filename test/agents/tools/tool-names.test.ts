import { expect, test } from "@jest/globals";

import { isAllowed, wireName } from "../../../src/agents/tools/tool-names";

test.each([
  ["current_time", "current_time"],
  ["crm/find-person", "crm__find-person"],
  ["crm/find__person", "crm__find__person"],
  ["my_crm/find", "my_crm__find"],
  [`${"s".repeat(32)}/${"t".repeat(30)}`, `${"s".repeat(32)}__${"t".repeat(30)}`],
])("%s goes on the wire as %s", (name, wire) => {
  expect(wireName(name)).toBe(wire);
});

test.each([
  ["crm/find person", /^crm__find_person_[0-9a-f]{8}$/],
  ["crm/v1/find", /^crm__v1_find_[0-9a-f]{8}$/],
  ["crm/größe", /^crm__gr__e_[0-9a-f]{8}$/],
  ["a__b", /^a__b_[0-9a-f]{8}$/],
  ["a_/b", /^a___b_[0-9a-f]{8}$/],
  ["a/_b", /^a___b_[0-9a-f]{8}$/],
  [`crm/${"t".repeat(128)}`, /^crm__t{50}_[0-9a-f]{8}$/],
])("%s could be mistaken or is refused as it is, and gets a digest", (name, wire) => {
  expect(wireName(name)).toMatch(wire);
  expect(wireName(name)).toBe(wireName(name));
});

test("every name is one that both providers take, and no two are the same", () => {
  const alphabet = ["a", "_", "/", "-", ".", "B", "é"];
  let names = [""];
  const all = new Set<string>();
  for (let length = 1; length <= 5; length += 1) {
    names = names.flatMap((name) => alphabet.map((letter) => name + letter));
    for (const name of names) all.add(name);
  }
  const wires = [...all].map(wireName);
  expect(wires.filter((wire) => !/^[a-zA-Z0-9_-]{1,64}$/.test(wire))).toEqual([]);
  expect(new Set(wires).size).toBe(all.size);
});

test("an allowlist names tools, or all of a server", () => {
  expect(isAllowed("crm/find", ["crm/find"])).toBe(true);
  expect(isAllowed("crm/find", ["crm/*"])).toBe(true);
  expect(isAllowed("crm/a/b", ["crm/*"])).toBe(true);
  expect(isAllowed("crm/find", ["crm/fin", "cr/*", "*", "*/*", "crm"])).toBe(false);
  expect(isAllowed("current_time", ["current_time/*", "/*"])).toBe(false);
});
