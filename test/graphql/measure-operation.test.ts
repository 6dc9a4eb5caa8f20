import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { buildSchema, isObjectType, Kind, parse } from "graphql";

import { measureOperation } from "../../src/graphql/measure-operation";

const SCHEMA = buildSchema(readFileSync("schema.graphql", "utf8"));

function measure(query: string, variables: Record<string, unknown> = {}, schema = SCHEMA) {
  const document = parse(query);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("a document begins with its operation");
  return measureOperation(
    { schema, document, operation, variables },
    { operationDepth: 100, operationCost: 1_000_000_000 },
  );
}

const page = (first: string) => `{ workspace { threads${first} { nodes { id } } } }`;

test.each([
  ["a field is a value and a level", "{ viewer { role } }", 2, 2],
  ["a name of a type is a value", "{ __typename viewer { __typename role } }", 4, 2],
  ["a list counts as ten", "{ workspace { buddies { slug name } } }", 22, 3],
  ["lists in lists multiply", "{ workspace { buddies { canDelegateTo { slug } } } }", 112, 4],
  ["a page is as long as it is asked to be", page("(first: 7)"), 10, 4],
  ["a page whose length is not said has 25", page(""), 28, 4],
  ["a page has no more than 100", page("(first: 2000000000)"), 103, 4],
  ["a page has no less than 1", page("(first: -5)"), 4, 4],
  [
    "edges and nodes are as long as their page, what stands beside them is there once",
    "{ workspace { agentSessions(first: 3) { totalCount nodes { id } edges { cursor node { id } } } } }",
    17,
    5,
  ],
  [
    "a page in a page multiplies",
    "{ workspace { threads(first: 5) { nodes { turns(first: 4) { nodes { id } } } } } }",
    33,
    6,
  ],
  [
    "a fragment counts where it is spread, once in a selection",
    "{ ...F ...F viewer { workspace { ...G } } } fragment F on Query { viewer { role } } fragment G on Workspace { id }",
    5,
    3,
  ],
  [
    "types that exclude each other are added up",
    '{ node(id: "x") { ... on Buddy { slug } ... on Thread { title } } }',
    3,
    2,
  ],
  ["a look at the schema has a price of its own", "{ __schema { types { fields { name } } } }", 1_000, 0],
])("%s", (_rule, query, cost, depth) => {
  expect(measure(query)).toMatchObject({ cost, depth });
});

test("what makes statements has a price each time that it stands in the answer", () => {
  const priced = buildSchema(
    "type Query { page(first: Int): Page } type Page { nodes: [Node!]! } type Node { sums: Int }",
  );
  const node = priced.getType("Node");
  if (!isObjectType(node)) throw new Error("the schema has no nodes");
  Object.assign(node.getFields().sums?.extensions ?? {}, { complexity: 500 });
  // A page, its nodes, and seven sums.
  expect(measure("{ page(first: 7) { nodes { sums } } }", {}, priced).cost).toBe(2 + 7 * 501);
});

test("what a page reads of each of its items has a price as often as it may be there, selected or not", () => {
  const priced = buildSchema(
    "type Query { page(first: Int): Page } type Page { nodes: [Node!]! more: Boolean } type Node { id: ID }",
  );
  Object.assign(priced.getType("Page")?.extensions ?? {}, { complexityOfItem: 10 });
  expect(measure("{ page(first: 7) { more } }", {}, priced).cost).toBe(7 * 10 + 2);
  expect(measure("{ page(first: 7) { nodes { id } } }", {}, priced).cost).toBe(7 * 10 + 2 + 7);
  expect(measure("{ page { more } }", {}, priced).cost).toBe(25 * 10 + 2);
});

test("a page's length may be a variable", () => {
  const query = "query($n: Int) { workspace { threads(first: $n) { nodes { id } } } }";
  expect(measure(query, { n: 40 }).cost).toBe(43);
  expect(measure(query, { n: null }).cost).toBe(28);
});

test("the fields of the first level are told, through fragments too", () => {
  const query =
    "{ viewer { role } ...F ... { b: viewer { role } } } fragment F on Query { workspace { id } __typename }";
  expect(measure(query).rootFields).toEqual(["viewer", "workspace", "viewer"]);
});

test("measuring ends with the first limit that is passed", () => {
  const fragments = Array.from(
    { length: 40 },
    (_, i) => `fragment F${i} on AgentSession { parent { ...F${i + 1} } a: parent { ...F${i + 1} } }`,
  );
  const document = parse(
    `{ agentSession(id: "s") { ...F0 } } ${fragments.join(" ")} fragment F40 on AgentSession { id }`,
  );
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("a document begins with its operation");
  const limits = { operationDepth: 100, operationCost: 500 };
  expect(measureOperation({ schema: SCHEMA, document, operation, variables: {} }, limits).cost).toBe(501);
});
