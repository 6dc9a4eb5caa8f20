// What the console asks is well within what a server answers: a person who looks around is never told that it was too much.
import { beforeAll, expect, test } from "@jest/globals";
import { type GraphQLSchema, Kind, parse } from "graphql";

import * as documents from "../../src/console/generated/graphql";
import { measureOperation } from "../../src/graphql/measure-operation";
import { DEFAULT_LIMITS } from "../../src/limits";
import { schemaOfCode } from "../tools/emit-schema";

/** The code's own: the schema as text has no prices. */
let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await schemaOfCode();
});
/** As often as somebody might change pages in a minute. */
const LOOKS_PER_MINUTE = 20;

const operations = Object.entries(documents).filter(([name]) => name.endsWith("Document"));

test.each(operations)("%s", (_name, document) => {
  const parsed = parse(String(document));
  const operation = parsed.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("no operation");
  const { cost, depth } = measureOperation({ schema, document: parsed, operation, variables: {} }, DEFAULT_LIMITS);
  expect(depth).toBeLessThanOrEqual(DEFAULT_LIMITS.operationDepth);
  expect(cost).toBeLessThanOrEqual(DEFAULT_LIMITS.operationCost);
  expect(cost * LOOKS_PER_MINUTE).toBeLessThanOrEqual(DEFAULT_LIMITS.readingPerMinute);
});

test("these are all of them", () => {
  expect(operations.length).toBeGreaterThan(10);
});
