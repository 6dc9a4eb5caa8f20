// What both doors have in common: one pipeline of validation, masking and limits.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { simulate } from "../../src/simulators/script";
import { introduce } from "../support/raw-socket";
import { FOLLOW } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";
import { until } from "../support/until";
import { DOORS, type DoorRequest, overHttp } from "./both-doors";

const SET_MODEL = "mutation($input: SetBuddyModelInput!) { setBuddyModel(input: $input) { userErrors { code } } }";
const SINCE = "query($filter: AgentSessionFilter) { workspace { agentSessions(filter: $filter) { totalCount } } }";
const START = "mutation($input: ChatTurnInput!) { startTurn(input: $input) { session { id } } }";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe.each(DOORS)("over %s", (_name, ask) => {
  test("queries and mutations are answered", async () => {
    expect(await ask(server, { query: "{ viewer { role workspace { id } } }" })).toEqual({
      data: { viewer: { role: "ADMIN", workspace: { id: "acme" } } },
    });
    const query = "mutation { updateRoutingPolicy(input: {byokFallback: FAIL}) { userErrors { code } } }";
    expect(await ask(server, { query })).toEqual({ data: { updateRoutingPolicy: { userErrors: [] } } });
  });

  test.each([
    ["{ viewer { ", "GRAPHQL_PARSE_FAILED", "Syntax Error"],
    ["{a".repeat(60_000), "GRAPHQL_PARSE_FAILED", "Syntax Error: Document contains more that"],
    ["{ viewer { nothing } }", "GRAPHQL_VALIDATION_FAILED", 'Cannot query field "nothing"'],
  ])("%s is explained, with its place", async (query, code, message) => {
    const { errors } = await ask(server, { query });
    expect(errors).toEqual([
      { message: expect.stringContaining(message), locations: [expect.anything()], extensions: { code } },
    ]);
  });

  test("an empty document is no request", async () => {
    const { data, errors } = await ask(server, { query: "" });
    expect(data).toBeUndefined();
    expect(errors).toEqual([{ message: expect.stringMatching(/empty/), extensions: { code: "BAD_REQUEST" } }]);
  });

  test("a value of the wrong type is the client's to mend", async () => {
    const { errors } = await ask(server, { query: "query($id: ID!) { agentSession(id: $id) { id } }", variables: {} });
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });

  test("a schema may be introspected while GraphiQL is on", async () => {
    const { data } = await ask(server, { query: '{ __schema { queryType { name } } __type(name: "Query") { name } }' });
    expect(data).toEqual({ __schema: { queryType: { name: "Query" } }, __type: { name: "Query" } });
  });

  // A tail that a pattern for usual keys would leave standing.
  const KEY = "sk-ant-canary.with/odd+characters~and=a@tail-0123456789";
  const CONFIGURE =
    "mutation($input: ConfigureProviderInput!) { configureProvider(input: $input) { userErrors { code } } }";
  test.each<[string, string, unknown]>([
    [
      "in the place of an enum",
      `mutation { configureProvider(input: {provider: "${KEY}"}) { userErrors { code } } }`,
      undefined,
    ],
    [
      "in an unknown field",
      `mutation { configureProvider(input: {key: "${KEY}"}) { userErrors { code } } }`,
      undefined,
    ],
    ["in the place of an object", `mutation { configureProvider(input: "${KEY}") { userErrors { code } } }`, undefined],
    ["in a list", `mutation { configureProvider(input: [{apiKey: "${KEY}"}]) { userErrors { code } } }`, undefined],
    ["in the place of a number", `{ workspace { agentSessions(first: "${KEY}") { totalCount } } }`, undefined],
    ["in an unknown argument", `{ viewer(key: "${KEY}") { role } }`, undefined],
    ["in the place of a name", `{ "${KEY}" }`, undefined],
    ["as a block string in the place of a name", `{ """${KEY}""" }`, undefined],
    [
      "without quotes",
      `mutation { configureProvider(input: {provider: CLAUDE, apiKey: ${KEY}}) { userErrors { code } } }`,
      undefined,
    ],
    [
      "in a default",
      `query($first: Int = "${KEY}") { workspace { agentSessions(first: $first) { totalCount } } }`,
      undefined,
    ],
    ["in a variable of a wrong type", CONFIGURE, { input: KEY }],
    ["in a variable's unknown field", CONFIGURE, { input: { provider: "CLAUDE", apiKey: KEY, key: KEY } }],
    ["in a variable's enum", CONFIGURE, { input: { provider: KEY, apiKey: KEY } }],
    ["in a variable that lacks a field", CONFIGURE, { input: { apiKey: KEY } }],
    ["in a variable's list", CONFIGURE, { input: { provider: "CLAUDE", apiKey: [KEY] } }],
  ])("a key is not repeated: %s", async (_place, query, variables) => {
    const answer = await ask(server, { query, variables });
    expect(answer.errors?.length).toBeGreaterThan(0);
    for (const part of ["canary", "odd", "tail", "0123456789"]) expect(JSON.stringify(answer)).not.toContain(part);
  });
});

// No key, and nothing that a pattern would know: a password, a customer's name.
const WORDS = "canary horse, battery; staple noon";
test.each<[string, DoorRequest]>([
  [
    "in the place of an enum",
    { query: `mutation { setBuddyModel(input: {buddy: "a", mode: "${WORDS}"}) { userErrors { code } } }` },
  ],
  ["in the place of a number", { query: `{ workspace { agentSessions(first: "${WORDS}") { totalCount } } }` }],
  ["in the place of an object", { query: `mutation { setBuddyModel(input: "${WORDS}") { userErrors { code } } }` }],
  [
    "in the place of an instant",
    { query: `{ workspace { agentSessions(filter: {startedAfter: "${WORDS}"}) { totalCount } } }` },
  ],
  ["in a list", { query: `mutation { setBuddyModel(input: {buddy: ["${WORDS}"]}) { userErrors { code } } }` }],
  ["where nothing is expected", { query: `{ viewer "${WORDS}" { role } }` }],
  ["as a block", { query: `{ viewer """${WORDS}""" { role } }` }],
  ["in a default", { query: `query($n: Int = "${WORDS}") { workspace { agentSessions(first: $n) { totalCount } } }` }],
  ["as an operation's name", { query: "{ viewer { role } }", operationName: WORDS }],
  [
    "in a variable",
    { query: "query($n: Int) { workspace { agentSessions(first: $n) { totalCount } } }", variables: { n: WORDS } },
  ],
  ["in a variable's enum", { query: SET_MODEL, variables: { input: { buddy: "a", mode: WORDS } } }],
  ["in a variable's text", { query: SET_MODEL, variables: { input: { buddy: { name: WORDS } } } }],
  ["in a variable's instant", { query: SINCE, variables: { filter: { startedAfter: WORDS } } }],
  ["in a variable's list", { query: SINCE, variables: { filter: { modes: ["METERED", WORDS] } } }],
])("over both doors, a value is not repeated: %s", async (_place, request) => {
  for (const [, ask] of DOORS) {
    const answer = await ask(server, request);
    expect(answer.errors?.length).toBeGreaterThan(0);
    for (const part of WORDS.split(/\W+/)) expect(JSON.stringify(answer)).not.toContain(part);
  }
});

test("nothing that was sent has reached the log", () => {
  const logged = JSON.stringify(server.logs);
  for (const part of ["canary", "0123456789"]) expect(logged).not.toContain(part);
});

test.each(DOORS)("over %s a schema may not be introspected while GraphiQL is off", async (_name, ask) => {
  const closed = await startTestServer({ GRAPHIQL: "false" });
  for (const query of ["{ __schema { queryType { name } } }", '{ __type(name: "Query") { name } }']) {
    const { data, errors } = await ask(closed, { query });
    expect(data).toBeUndefined();
    expect(errors?.length).toBeGreaterThan(0);
    for (const { message, extensions } of errors ?? []) {
      expect(message).toContain("introspection has been disabled");
      expect(extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
    }
  }
  expect(await ask(closed, { query: "{ __typename viewer { __typename } }" })).toEqual({
    data: { __typename: "Query", viewer: { __typename: "Viewer" } },
  });
  await closed.close();
});

const MASKED = {
  message: "Something went wrong on our side. Quote the request id when you report it.",
  extensions: { code: "INTERNAL_SERVER_ERROR", requestId: expect.stringMatching(/^req_[0-9a-f]{32}$/) },
};

test.each(DOORS)("over %s a fault of ours is masked, and found in the log by its request id", async (_name, ask) => {
  const broken = await startTestServer();
  await broken.dataSource.query("ALTER TABLE routing_policies RENAME TO gone");
  const { errors } = await ask(broken, { query: "{ workspace { routingPolicy { byokFallback } } }" });
  expect(errors).toEqual([{ ...MASKED, path: ["workspace", "routingPolicy"], locations: [expect.anything()] }]);
  const requestId = errors?.[0]?.extensions.requestId;
  const line = await broken.logged((logged) => logged.request === requestId);
  expect(line).toMatchObject({ level: "error", err: { message: expect.stringContaining("routing_policies") } });
  await broken.close();
});

test("a fault in the middle of a stream is masked too", async () => {
  const broken = await startTestServer();
  const sibling = await broken.startSibling();
  const authorization = `Bearer ${await broken.token()}`;
  const message = simulate([[{ text: "Hello" }, { fault: "stall" }]]);
  const { startTurn } = Object(
    await overHttp({ ...broken, url: sibling.url }, { query: START, variables: { input: { message } } }),
  ).data;
  const sessionId = startTurn.session.id;

  // The turn runs on the other server: this one reads its row, again and again, and every time says that it is followed.
  const socket = await introduce(broken.url, { authorization });
  const followedAt = async () =>
    (await broken.dataSource.query("SELECT last_followed_at::text AS at FROM agent_sessions"))[0].at;
  const before = await followedAt();
  socket.send({ type: "subscribe", id: "1", payload: { query: FOLLOW, variables: { sessionId } } });
  await until(async () => (await followedAt()) !== before);

  // It sees that the turn has ended, and cannot read how.
  await broken.dataSource.query("ALTER TABLE agent_sessions RENAME COLUMN buddy_name TO gone");
  await broken.dataSource.query(
    "UPDATE agent_sessions SET status = 'INTERRUPTED', ended_at = now(), lease_owner = NULL, lease_expires_at = NULL",
  );
  const { type, payload } = await socket.next();
  expect(type).toBe("error");
  expect(payload).toEqual([MASKED]);
  await broken.logged((line) => line.request === payload[0].extensions.requestId);

  await broken.dataSource.query("ALTER TABLE agent_sessions RENAME COLUMN gone TO buddy_name");
  await socket.close();
  await broken.close();
});
