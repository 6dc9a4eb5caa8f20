import { expect, test } from "@jest/globals";
import { buildSchema } from "graphql";

import { schemaDifferences } from "./schema-differences";

const DESIGNED = `
  "The one."
  type Query implements Named {
    "What to call it."
    name(
      "How long."
      length: Int = 3
    ): String!
    later: Later
  }
  interface Named { name(length: Int = 3): String! }
  type Later { field: Int }
  enum Side { "Port." LEFT RIGHT }
  input Filter { sides: [Side!] = [LEFT], within: Span = {from: 1, to: 2} }
  input Span { from: Int, to: Int }
  scalar Url @specifiedBy(url: "https://url.spec.whatwg.org")
`;

function compare(emitted: string) {
  return schemaDifferences(buildSchema(DESIGNED), buildSchema(emitted));
}

test("the same schema in another order has no differences", () => {
  const reordered = DESIGNED.replace('"Port." LEFT RIGHT', 'RIGHT "Port." LEFT')
    .replace("from: 1, to: 2", "to: 2, from: 1")
    .replace("from: Int, to: Int", "to: Int, from: Int");

  expect(compare(reordered)).toEqual({ missing: [], extra: [], different: [] });
});

test("what is missing is listed once, at its top", () => {
  const grown = DESIGNED.replace("later: Later", "")
    .replace("type Later { field: Int }", "")
    .replace("implements Named", "")
    .replace(" RIGHT", "");

  expect(compare(grown)).toEqual({
    missing: ["Later", "Query implements Named", "Query.later", "Side.RIGHT"],
    extra: [],
    different: [],
  });
});

test("what nobody designed is listed", () => {
  const more = DESIGNED.replace("RIGHT", "RIGHT UP").replace("field: Int", "field(by: Int): Int");

  expect(compare(more)).toEqual({ missing: [], extra: ["Later.field(by:)", "Side.UP"], different: [] });
});

test.each([
  ["a field's type", "length: Int = 3\n    ): String!", "length: Int = 3\n    ): String", "Query.name type"],
  ["an argument's default", "length: Int = 3\n", "length: Int\n", "Query.name(length:) default"],
  ["an argument's description", "How long.", "How short.", "Query.name(length:) description"],
  ["a type's description", "The one.", "The other.", "Query description"],
  ["an enum value's description", '"Port." LEFT', "LEFT", "Side.LEFT description"],
  ["an input's default", "[LEFT]", "[RIGHT]", "Filter.sides default"],
  ["a field of an input's default", "to: 2", "to: 3", "Filter.within default"],
  ["a deprecation", "field: Int", "field: Int @deprecated", "Later.field deprecationReason"],
  ["a specification", "https://url.spec.whatwg.org", "https://example.com", "Url specifiedBy"],
])("%s that differs is told", (_what, designed, emitted, difference) => {
  const { missing, extra, different } = compare(DESIGNED.replace(designed, emitted));

  expect(different.map((line) => line.split("\n")[0])).toEqual([difference]);
  expect([...missing, ...extra]).toEqual([]);
});

test("a difference shows both sides", () => {
  expect(compare(DESIGNED.replace("later: Later", "later: Later!")).different).toEqual([
    'Query.later type\n    designed "Later"\n    emitted  "Later!"',
  ]);
});

test("a type that has become another kind is told", () => {
  const input = DESIGNED.replace("type Later", "input Later").replace("later: Later", "later(by: Later): Int");

  expect(compare(input).different[0]).toMatch(/^Later kind/);
});
