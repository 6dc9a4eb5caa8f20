// What the gate lets through: our own documents with room to spare, and everything up to its limits.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { buildSchema, getIntrospectionQuery, parse, print, separateOperations } from "graphql";

import { createOperationGate } from "../../src/graphql/operation-gate";
import { GRAPHIQL_EXAMPLES } from "../../src/http/graphiql-examples";
import { DEFAULT_LIMITS, type Limits } from "../../src/limits";
import { createRateLimits } from "../../src/rate-limits";
import type { DoorRequest } from "./both-doors";

const schema = buildSchema(readFileSync("schema.graphql", "utf8"));
const VIEWER = { workspaceId: "acme", userId: "somebody", role: "ADMIN", expiresAt: new Date() } as const;

/** The codes and sentences that a request is refused with; empty where it is admitted. */
async function refusalsOf(request: DoorRequest, bounds: Partial<Limits> = {}, introspection = true): Promise<string[]> {
  const limits = { ...DEFAULT_LIMITS, ...bounds };
  const gate = createOperationGate({ schema, introspection, limits, rateLimits: createRateLimits(limits) });
  const document = gate.parse(request.query);
  const { operationName, variables } = request;
  const admitted =
    "errors" in document
      ? document
      : await gate.admit(VIEWER, document, { operationName, variables: variables as Record<string, unknown> });
  return "errors" in admitted ? admitted.errors.map(({ message, extensions }) => `${extensions.code}: ${message}`) : [];
}

describe("at half of every limit", () => {
  const HALVED = Object.fromEntries(
    Object.entries(DEFAULT_LIMITS)
      .filter(([name]) => /^(document|operation|listItems)/.test(name))
      .map(([name, limit]) => [name, limit / 2]),
  );

  test.each(GRAPHIQL_EXAMPLES.map(({ document, variables }) => ({ query: document, variables })))(
    "an example of GraphiQL's is admitted: $query",
    async (request) => {
      expect(await refusalsOf(request, HALVED)).toEqual([]);
    },
  );

  test("the longest page of the audit list is admitted", async () => {
    const query = GRAPHIQL_EXAMPLES.find(({ document }) => document.includes("query AuditList"))?.document ?? "";
    expect(await refusalsOf({ query, variables: { first: 100 } }, HALVED)).toEqual([]);
  });

  const VARIABLES: Record<string, object> = {
    ChatTurn: { input: { message: "Hello", buddyModels: [{ buddy: "campaign", mode: "METERED" }] } },
    FollowTurn: { sessionId: "ses_1", after: 10 },
    CancelTurn: { sessionId: "ses_1" },
  };
  const documents = separateOperations(parse(readFileSync("test/documents/turns.graphql", "utf8")));
  test.each(Object.entries(documents))(
    "a document that an app generates code from is admitted: %s",
    async (name, document) => {
      expect(await refusalsOf({ query: print(document), variables: VARIABLES[name] }, HALVED)).toEqual([]);
    },
  );

  // With all that an editor may ask for.
  test("the introspection of an editor is admitted", async () => {
    const query = getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    expect(await refusalsOf({ query, operationName: "IntrospectionQuery" }, HALVED)).toEqual([]);
  });
});

test.each([
  ["a schema's field", "{ __schema { a: types { name } } }"],
  ["a field of a type below", '{ __type(name: "Workspace") { fields { b: name } } }'],
])("a look at the schema takes no aliases: %s", async (_, query) => {
  expect(await refusalsOf({ query })).toEqual(["GRAPHQL_VALIDATION_FAILED: A look at the schema takes no aliases."]);
  expect(await refusalsOf({ query: query.replace(/[ab]: /, "") })).toEqual([]);
});

test("an empty name of an operation is none", async () => {
  expect(await refusalsOf({ query: "{ viewer { role } }", operationName: "" })).toEqual([]);
});

test("a field with arguments may have many names: it is another one under each", async () => {
  const slugs = repeated(10, (i) => `b${i}: buddy(slug: "b${i}") { slug }`);
  expect(await refusalsOf({ query: `{ ${slugs} }` })).toEqual([]);
});

/** Neither stands in the other's way. */
const ALIASES = { documentAliases: 1_000, aliasesOfAField: 1_000 };
const repeated = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => part(i)).join(" ");

describe.each<[keyof Limits, string, (size: number) => DoorRequest]>([
  [
    "documentCharacters",
    "GRAPHQL_VALIDATION_FAILED: The document has more than 50 characters: send long texts as variables.",
    (size) => ({ query: "{ viewer { role } } #".padEnd(size, "x") }),
  ],
  [
    "documentTokens",
    "GRAPHQL_PARSE_FAILED: Syntax Error: Document contains more that 50 tokens. Parsing aborted.",
    (size) => ({ query: `{ viewer { ${"role ".repeat(size - 5)} } }` }),
  ],
  [
    "aliasesOfAField",
    'GRAPHQL_VALIDATION_FAILED: The document gives the field "role" more than 50 names.',
    (size) => ({ query: `{ viewer { role ${repeated(size - 1, (i) => `a${i}: role`)} } }` }),
  ],
  [
    "documentAliases",
    "GRAPHQL_VALIDATION_FAILED: The document has more than 50 aliases.",
    (size) => ({ query: `{ viewer { ${repeated(size, (i) => `a${i}: role`)} } }` }),
  ],
  [
    "documentDirectives",
    "GRAPHQL_VALIDATION_FAILED: The document has more than 50 directives.",
    (size) => ({ query: `{ viewer { ${repeated(size, () => "role @include(if: true)")} } }` }),
  ],
  [
    "operationDepth",
    "GRAPHQL_VALIDATION_FAILED: The operation is more than 50 levels of fields deep.",
    (size) => ({ query: `{ agentSession(id: "s") ${"{ parent ".repeat(size - 2)} { id } ${"}".repeat(size - 1)}` }),
  ],
  [
    "operationCost",
    "GRAPHQL_VALIDATION_FAILED: The operation costs more than 50 values: select fewer fields, or ask for smaller pages.",
    (size) => ({ query: `{ workspace { threads(first: ${size - 3}) { nodes { id } } } }` }),
  ],
  [
    "listItems",
    "BAD_USER_INPUT: A list in the variables has more than 50 items.",
    (size) => ({
      query: "query($buddies: [String!]) { workspace { agentSessions(filter: {buddies: $buddies}) { totalCount } } }",
      variables: { buddies: Array(size).fill("campaign") },
    }),
  ],
])("a limit of 50 %s", (name, refusal, make) => {
  test("admits 50", async () => {
    expect(await refusalsOf(make(50), { ...ALIASES, [name]: 50 })).toEqual([]);
  });

  test("refuses 51", async () => {
    expect(await refusalsOf(make(51), { ...ALIASES, [name]: 50 })).toEqual([refusal]);
  });
});

test("what would have fitted is suggested where the schema may be looked at", async () => {
  const request = { query: "{ viewer { rol } }" };
  expect(await refusalsOf(request)).toEqual([
    'GRAPHQL_VALIDATION_FAILED: Cannot query field "rol" on type "Viewer". Did you mean "role"?',
  ]);
  expect(await refusalsOf(request, {}, false)).toEqual([
    'GRAPHQL_VALIDATION_FAILED: Cannot query field "rol" on type "Viewer".',
  ]);
});

test("one document is told of ten errors and no more", async () => {
  const refusals = await refusalsOf({ query: `{ ${repeated(50, (i) => `f${i}`)} }` });
  expect(refusals).toHaveLength(11);
  expect(refusals.at(-1)).toContain("error limit reached");
});

test("all who ask with one document at the same time share it", () => {
  const gate = createOperationGate({
    schema,
    introspection: false,
    limits: DEFAULT_LIMITS,
    rateLimits: createRateLimits(DEFAULT_LIMITS),
  });
  const document = gate.parse("{ viewer { role } }");
  expect(gate.parse("{ viewer { role } }")).toBe(document);
  expect(gate.parse("{ viewer { role }  }")).not.toBe(document);
});
