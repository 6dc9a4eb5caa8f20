// What fields cost, held against the statements that they make: a field that makes one for each of its places must say so.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  Kind,
  parse,
} from "graphql";

import { measureOperation } from "../../src/graphql/measure-operation";
import { PRICES } from "../../src/graphql/prices";
import { GRAPHIQL_EXAMPLES } from "../../src/http/graphiql-examples";
import { DEFAULT_LIMITS } from "../../src/limits";
import { startTestServer, type TestServer } from "../support/test-server";
import { statementsDuring } from "../support/watch-statements";
import { schemaOfCode } from "../tools/emit-schema";
import { type SeededSession, seedSessions } from "./seed-sessions";
import { newWorkspace, type Person } from "./test-workspace";

const ROWS = 40;
/** Statements that an operation may make once, and those that a server makes on its own meanwhile. */
const ANYWAY = 8;

/** Where each type stands once for every row. */
const PLACES: Record<string, (selection: string) => string> = {
  Thread: (selection) => `workspace { threads(first: ${ROWS}) { nodes { ${selection} } } }`,
  ThreadEdge: (selection) => `workspace { threads(first: ${ROWS}) { edges { ${selection} } } }`,
  AgentSessionConnection: (selection) =>
    `workspace { threads(first: ${ROWS}) { nodes { turns(first: 1) { ${selection} } } } }`,
  AgentSession: (selection) => `workspace { agentSessions(first: ${ROWS}) { nodes { ${selection} } } }`,
  Buddy: (selection) => PLACES.AgentSession?.(`buddy { ${selection} }`) ?? "",
  User: (selection) => PLACES.AgentSession?.(`requestedBy { ${selection} }`) ?? "",
  Workspace: (selection) => PLACES.Buddy?.(`workspace { ${selection} }`) ?? "",
  ProviderIntegration: (selection) => PLACES.Workspace?.(`provider(provider: CLAUDE) { ${selection} }`) ?? "",
};

let server: TestServer;
let schema: GraphQLSchema;
let admin: Person;
beforeAll(async () => {
  server = await startTestServer({ LIMIT_OPERATION_COST: "100000000" });
  schema = await schemaOfCode();
  admin = await newWorkspace(server).admin();
  await seedSessions(
    server.dataSource,
    admin,
    Array.from({ length: ROWS }, (): SeededSession => ({ tokens: 1 })),
  );
});
afterAll(() => server.close());

function costOf(query: string, variables: Record<string, unknown> = {}): number {
  const document = parse(query);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("a document begins with its operation");
  const limits = { ...DEFAULT_LIMITS, operationCost: Number.POSITIVE_INFINITY };
  return measureOperation({ schema, document, operation, variables }, limits).cost;
}

function fieldsOf(typeName: string): GraphQLField<unknown, unknown>[] {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new Error(`the schema has no object ${typeName}`);
  return Object.values(type.getFields());
}

function select({ name, type, args }: GraphQLField<unknown, unknown>): string {
  const given = args.filter(isRequiredArgument).map((argument) => {
    const named = getNamedType(argument.type);
    return `${argument.name}: ${isEnumType(named) ? named.getValues()[0]?.name : '"x"'}`;
  });
  const call = given.length > 0 ? `${name}(${given.join(", ")})` : name;
  return isLeafType(getNamedType(type)) ? call : `${call} { __typename }`;
}

test.each(Object.keys(PLACES))(
  "every field of %s that makes statements of its own has their price",
  async (typeName) => {
    const underpriced: string[] = [];
    for (const field of fieldsOf(typeName)) {
      const query = `{ ${PLACES[typeName]?.(select(field))} }`;
      const statements = await statementsDuring(async () => expect(await admin.answer(query)).toHaveProperty("data"));
      const paidFor = costOf(query) / PRICES.row + ANYWAY;
      if (statements.length > paidFor) underpriced.push(`${field.name}: ${statements.length} statements`);
    }
    expect(underpriced).toEqual([]);
  },
);

test.each([
  ["workspace { agentSessions(first: 100) { pageInfo { endCursor } } }", 100],
  ['buddy(slug: "campaign") { agentSessions(first: 40) { nodes { id } } }', 40],
  ["workspace { threads(first: 10) { nodes { turns(first: 30) { edges { cursor } } } } }", 300],
])("every session that is read has its price, whatever is selected of it: %s", (query, rows) => {
  expect(costOf(`{ ${query} }`)).toBeGreaterThan(rows * PRICES.sessionOfPage);
});

test("conversations with their turns, in pages whose length is not said, may be asked for with a good deal of each", () => {
  const turns =
    "id text status startedAt endedAt durationMs buddySlug modelId route { mode payer } usage { totalTokens }";
  const query = `{ workspace { threads { nodes { id title turns { nodes { ${turns} } } } } } }`;
  expect(costOf(query)).toBeLessThan(DEFAULT_LIMITS.operationCost);
});

test.each(GRAPHIQL_EXAMPLES)(
  "an example of GraphiQL's costs less than half of what it may: $document",
  ({ document }) => {
    // Its pages at their longest.
    expect(costOf(document, { first: 100 })).toBeLessThan(DEFAULT_LIMITS.operationCost / 2);
  },
);

test("the turns of a page of conversations, and how many each has, come in as few statements as those of one", async () => {
  const query = (first: number) =>
    `{ workspace { threads(first: ${first}) { nodes { turns(first: 2) { totalCount nodes { id } } } } } }`;
  const [one, all] = [
    await statementsDuring(() => admin.ask(query(1))),
    await statementsDuring(() => admin.ask(query(ROWS))),
  ];
  expect(all.length).toBeLessThan(one.length + ANYWAY);
});
