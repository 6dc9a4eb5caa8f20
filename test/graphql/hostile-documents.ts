// Requests that are meant to hurt, or to learn what they should not. Each is refused, whichever door it comes by.
import { getIntrospectionQuery } from "graphql";

import type { DoorRequest } from "./both-doors";

export interface HostileRequest extends DoorRequest {
  name: string;
  code: string;
  /** A part of the sentence that it is refused with. */
  says: string;
}

const INVALID = "GRAPHQL_VALIDATION_FAILED";
const UNPARSABLE = "GRAPHQL_PARSE_FAILED";
const UNRESOLVED = "OPERATION_RESOLUTION_FAILURE";
const BAD_INPUT = "BAD_USER_INPUT";

const TOO_DEEP = "more than 12 levels of fields deep";
const TOO_DEAR = "costs more than 20,000 values";
const TOO_LONG = "more than 65,536 characters";
const TOO_MANY_TOKENS = "more that 1000 tokens";
const TOO_MANY_ALIASES = "more than 30 aliases";
const TOO_MANY_DIRECTIVES = "more than 30 directives";

const times = (count: number, make: (index: number) => string, separator = " ") =>
  Array.from({ length: count }, (_, index) => make(index)).join(separator);
const nested = (levels: number, open: string, inner: string) => open.repeat(levels) + inner + "}".repeat(levels);
/** A key of a session is all that these need. */
const SESSION = '{ agentSession(id: "ses_1")';
const FISHED = "Cannot query field";

const DEEP: HostileRequest[] = [
  { name: "fields nested in fields", query: `${SESSION} ${nested(12, "{ parent ", "{ id }")} }` },
  {
    name: "fields nested through fragments",
    query: `${SESSION} { ...F0 } } ${times(12, (i) => `fragment F${i} on AgentSession { parent { ...F${i + 1} } }`)}
      fragment F12 on AgentSession { id }`,
  },
  {
    name: "fields nested through inline fragments",
    query: `${SESSION} ${nested(12, "{ ... { parent ", "{ id }")}${"}".repeat(12)} }`,
  },
  {
    name: "a stream's session nested",
    query: `subscription { agentSessionEvents(sessionId: "ses_1") { ... on TurnStarted { session ${nested(11, "{ parent ", "{ id }")} } } }`,
  },
].map((request) => ({ ...request, code: INVALID, says: TOO_DEEP }));

const ALIASES: HostileRequest[] = [
  { name: "aliases of a query's root", query: `{ ${times(31, (i) => `a${i}: viewer { role }`)} }` },
  {
    name: "aliases of a mutation",
    query: `mutation { ${times(31, (i) => `a${i}: cancelTurn(input: {sessionId: "s"}) { session { id } }`)} }`,
  },
  {
    name: "aliases of a turn's start",
    query: `mutation { ${times(31, (i) => `a${i}: startTurn(input: {message: "Hi"}) { session { id } }`)} }`,
  },
  {
    name: "aliases in fragments",
    query: `{ viewer { ...F0 ...F1 } } ${times(2, (f) => `fragment F${f} on Viewer { ${times(16, (i) => `a${f}x${i}: role`)} }`)}`,
  },
  { name: "aliases of __typename", query: `{ ${times(31, (i) => `a${i}: __typename`)} }` },
].map((request) => ({ ...request, code: INVALID, says: TOO_MANY_ALIASES }));

const DIRECTIVES: HostileRequest[] = [
  { name: "directives on fields", query: `{ ${times(31, () => "viewer @include(if: true) { role }")} }` },
  { name: "one directive over and over", query: `{ viewer ${times(31, () => "@skip(if: false)")} { role } }` },
  { name: "directives that do not exist", query: `{ viewer { role ${times(31, (i) => `@d${i}`)} } }` },
  {
    name: "directives on spread fragments",
    query: `{ ${times(31, () => "...F @skip(if: false)")} } fragment F on Query { viewer { role } }`,
  },
].map((request) => ({ ...request, code: INVALID, says: TOO_MANY_DIRECTIVES }));

const FRAGMENTS: HostileRequest[] = [
  { name: "a fragment in itself", query: "{ ...F } fragment F on Query { ...F }", says: 'Cannot spread fragment "F"' },
  {
    name: "two fragments in each other",
    query: "{ ...F } fragment F on Query { viewer { role } ...G } fragment G on Query { ...F }",
    says: 'Cannot spread fragment "F" within itself via "G"',
  },
  {
    name: "many fragments in each other",
    query: `{ ...F0 } ${times(18, (i) => `fragment F${i} on Query { ${times(18, (j) => `...F${j}`)} }`)}`,
    says: "Cannot spread fragment",
  },
  { name: "a fragment that does not exist", query: "{ ...F }", says: 'Unknown fragment "F"' },
  {
    name: "fragments that double with each level",
    query: `${SESSION} { ...F0 } } ${times(9, (i) => `fragment F${i} on AgentSession { parent { ...F${i + 1} } delegations { ...F${i + 1} } }`)}
      fragment F9 on AgentSession { id }`,
    says: TOO_DEAR,
  },
  {
    name: "fields that contradict each other, a hundred times",
    query: `{ viewer { ${times(100, () => "role")} role: user { name } } }`,
    says: 'Fields "role" conflict',
  },
].map((request) => ({ ...request, code: INVALID }));

const COSTS: HostileRequest[] = [
  {
    name: "pages in pages",
    query: "{ workspace { threads(first: 100) { nodes { turns(first: 100) { nodes { id prompt } } } } } }",
  },
  {
    name: "pages in pages, their size in variables",
    query: `query($n: Int!) { workspace { threads(first: $n) { nodes { turns(first: $n) { nodes { id prompt } } } } } }`,
    variables: { n: 100 },
  },
  {
    name: "pages in pages, their size a variable's default",
    query: `query($n: Int = 100) { workspace { threads(first: $n) { nodes { turns(first: $n) { nodes { id prompt } } } } } }`,
  },
  {
    name: "pages in pages, their size not said",
    query:
      "{ workspace { threads { nodes { turns { nodes { buddy { agentSessions { edges { node { id prompt } } } } } } } } } }",
  },
  {
    name: "pages in lists",
    query: "{ workspace { buddies { canDelegateTo { agentSessions(first: 100) { nodes { id prompt } } } } } }",
  },
  {
    name: "lists in lists",
    query: "{ workspace { buddies { canDelegateTo { workspace { buddies { canDelegateTo { id slug } } } } } } }",
  },
  {
    name: "pages in fragments",
    query: `{ workspace { ...Threads } } fragment Threads on Workspace { threads(first: 100) { nodes { ...Turns } } }
      fragment Turns on Thread { turns(first: 100) { edges { node { id prompt } } } }`,
  },
  {
    name: "pages behind an interface",
    query: `{ node(id: "acme") { ... on Workspace { threads(first: 100) { nodes { turns(first: 100) { nodes { id prompt } } } } } } }`,
  },
  {
    name: "pages of pages for their ids alone: the rows are read all the same",
    query: "{ workspace { threads(first: 100) { nodes { turns(first: 100) { nodes { id } } } } } }",
  },
  {
    name: "pages of pages for nothing that is in their rows",
    query: "{ workspace { threads(first: 100) { nodes { turns(first: 100) { pageInfo { hasNextPage } } } } } }",
  },
].map((request) => ({ ...request, code: INVALID, says: TOO_DEAR }));

const SIZES: HostileRequest[] = [
  { name: "brackets without end", query: "{a".repeat(600), code: UNPARSABLE, says: TOO_MANY_TOKENS },
  { name: "fields without end", query: `{ ${"viewer ".repeat(1_000)} }`, code: UNPARSABLE, says: TOO_MANY_TOKENS },
  {
    name: "a list without end",
    query: `{ workspace { agentSessions(filter: {buddies: [${'"a" '.repeat(1_000)}]}) { totalCount } } }`,
    code: UNPARSABLE,
    says: TOO_MANY_TOKENS,
  },
  {
    name: "lists in lists without end",
    query: `{ workspace { agentSessions(filter: ${"[".repeat(1_000)}`,
    code: UNPARSABLE,
    says: TOO_MANY_TOKENS,
  },
  {
    name: "a text without end",
    query: `mutation { startTurn(input: {message: "${"x".repeat(66_000)}"}) { session { id } } }`,
    code: INVALID,
    says: TOO_LONG,
  },
  {
    name: "a comment without end",
    query: `{ viewer { role } } # ${"x".repeat(66_000)}`,
    code: INVALID,
    says: TOO_LONG,
  },
  {
    name: "a long list in variables",
    query: "query($slugs: [String!]) { workspace { agentSessions(filter: {buddies: $slugs}) { totalCount } } }",
    variables: { slugs: Array.from({ length: 1_001 }, () => "campaign") },
    code: BAD_INPUT,
    says: "more than 1,000 items",
  },
  {
    name: "a long list deep in variables",
    query: "mutation($input: ChatTurnInput!) { startTurn(input: $input) { session { id } } }",
    variables: {
      input: { message: "Hi", buddyModels: Array.from({ length: 1_001 }, () => ({ buddy: "a", mode: "METERED" })) },
    },
    code: BAD_INPUT,
    says: "more than 1,000 items",
  },
];

const FISHING: HostileRequest[] = [
  { name: "the whole schema", query: getIntrospectionQuery(), says: "introspection has been disabled" },
  { name: "a type", query: '{ __type(name: "Query") { fields { name } } }', says: "introspection has been disabled" },
  {
    name: "the schema through a fragment",
    query: "{ ...F } fragment F on Query { __schema { queryType { name } } }",
    says: "introspection has been disabled",
  },
  { name: "a field that is nearly one", query: "{ viewr { role } }", says: `${FISHED} "viewr" on type "Query".` },
  {
    name: "an argument that is nearly one",
    query: '{ agentSession(di: "ses_1") { id } }',
    says: 'Unknown argument "di" on field "Query.agentSession".',
  },
  {
    name: "a type that is nearly one",
    query: '{ node(id: "x") { ... on Workspac { id } } }',
    says: 'Unknown type "Workspac".',
  },
  {
    name: "a value that is nearly one",
    query: 'mutation { setBuddyModel(input: {buddy: "campaign", mode: METERE}) { userErrors { code } } }',
    says: 'The value does not exist in the enum "ModelMode".',
  },
  { name: "a hundred fields", query: `{ ${times(100, (i) => `f${i}`)} }`, says: `${FISHED} "f0" on type "Query".` },
].map((request) => ({ ...request, code: INVALID }));

const SET_MODEL = "mutation($input: SetBuddyModelInput!) { setBuddyModel(input: $input) { userErrors { code } } }";
const VARIABLES: HostileRequest[] = [
  { name: "no variables", query: SET_MODEL, says: '"$input" of required type "SetBuddyModelInput!" was not provided' },
  { name: "null", query: SET_MODEL, variables: { input: null }, says: '"SetBuddyModelInput!" must not be null' },
  {
    name: "a text in the place of an object",
    query: SET_MODEL,
    variables: { input: "x" },
    says: 'got an invalid value: Expected type "SetBuddyModelInput" to be an object.',
  },
  {
    name: "an unknown field",
    query: SET_MODEL,
    variables: { input: { buddy: "campaign", mod: "METERED" } },
    says: 'Field "mod" is not defined by type "SetBuddyModelInput".',
  },
  {
    name: "an unknown value",
    query: SET_MODEL,
    variables: { input: { buddy: "campaign", mode: "METERE" } },
    says: 'The value does not exist in the enum "ModelMode".',
  },
  {
    name: "a number that is too large",
    query: "query($n: Int) { workspace { agentSessions(first: $n) { totalCount } } }",
    variables: { n: 2 ** 31 },
    says: "Int cannot represent this value.",
  },
  {
    name: "a day in the place of a moment",
    query: "query($from: DateTime!) { workspace { usage(from: $from) { __typename } } }",
    variables: { from: "2026-05-01" },
    says: "DateTime takes a moment with its offset, as 2026-05-14T09:30:00Z.",
  },
].map((request) => ({ ...request, code: BAD_INPUT }));

const OPERATIONS: HostileRequest[] = [
  {
    name: "several operations, and none named",
    query: "query A { viewer { role } } query B { workspace { id } }",
    code: UNRESOLVED,
    says: "several operations",
  },
  {
    name: "an operation that is not there",
    query: "query A { viewer { role } }",
    operationName: "B",
    code: UNRESOLVED,
    says: "no operation of that name",
  },
  {
    name: "two operations of one name",
    query: "query A { viewer { role } } mutation A { __typename }",
    operationName: "A",
    code: INVALID,
    says: 'only one operation named "A"',
  },
  {
    name: "an operation without a name beside another",
    query: "{ viewer { role } } query A { viewer { role } }",
    operationName: "A",
    code: INVALID,
    says: "must be the only defined operation",
  },
  {
    name: "a subscription with two roots",
    query: 'subscription { a: agentSessionEvents(sessionId: "s") { at } b: agentSessionEvents(sessionId: "s") { at } }',
    code: INVALID,
    says: "must select only one top level field",
  },
  {
    name: "a subscription with two roots in a fragment",
    query: `subscription { ...F } fragment F on Subscription {
      chatTurn(input: {message: "Hi"}) { at } agentSessionEvents(sessionId: "s") { at } }`,
    code: INVALID,
    says: "must select only one top level field",
  },
  {
    name: "a subscription whose field is left out",
    query: 'subscription { agentSessionEvents(sessionId: "s") @skip(if: true) { at } }',
    code: INVALID,
    says: "takes no directive",
  },
  {
    name: "a subscription whose field is left out with its fragment",
    query: 'subscription { ... @include(if: false) { agentSessionEvents(sessionId: "s") { at } } }',
    code: INVALID,
    says: "takes no directive",
  },
  {
    name: "a subscription whose field a variable leaves out",
    query: `subscription($no: Boolean!) { agentSessionEvents(sessionId: "s") @include(if: $no) { at } }`,
    variables: { no: false },
    code: INVALID,
    says: 'the variable "$no" which was not provided a runtime value',
  },
  {
    name: "a type's definition",
    query: "{ viewer { role } } type Query { secret: String }",
    code: INVALID,
    says: "not executable",
  },
  { name: "fragments alone", query: "fragment F on Query { viewer { role } }", code: INVALID, says: "never used" },
  { name: "nothing but a comment", query: "# nothing", code: UNPARSABLE, says: "Unexpected <EOF>" },
  { name: "no GraphQL", query: "<script>alert(1)</script>", code: UNPARSABLE, says: "Syntax Error" },
];

export const HOSTILE_REQUESTS: readonly HostileRequest[] = [
  ...DEEP,
  ...ALIASES,
  ...DIRECTIVES,
  ...FRAGMENTS,
  ...COSTS,
  ...SIZES,
  ...FISHING,
  ...VARIABLES,
  ...OPERATIONS,
];
