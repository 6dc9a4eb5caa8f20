// Ids: every object with one is found by it again, and anything else finds nothing.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { isInterfaceType } from "graphql";

import { NO_ROW, newId, publicId } from "../../src/ids";
import { startTestServer, type TestServer } from "../support/test-server";
import { schemaOfCode } from "../tools/emit-schema";
import { seedSessions } from "./seed-sessions";
import { newWorkspace, type Person, type TestWorkspace } from "./test-workspace";

let server: TestServer;
let workspace: TestWorkspace;
let admin: Person;

beforeAll(async () => {
  server = await startTestServer();
  workspace = newWorkspace(server);
  admin = await workspace.admin();
  await seedSessions(server.dataSource, admin, [{}, {}]);
  const document = `mutation ($key: String!) { configureProvider(input: { provider: CLAUDE, apiKey: $key }) { userErrors { code } } }`;
  await admin.ask(document, { key: "sk-ant-api03-of-the-workspace-x4Qz" });
});

afterAll(() => server.close());

const NODE = "query ($id: ID!) { node(id: $id) { __typename id } }";

test("every type of node is found by its id", async () => {
  const { viewer } = await admin.ask(`{ viewer { user { ...N } workspace { ...N
    agentSessions { nodes { ...N } } threads { nodes { ...N } } buddies { ...N } providers { ...N } keyEvents { nodes { ...N } }
  } } } fragment N on Node { __typename id }`);
  const { agentSessions, threads, buddies, providers, keyEvents, ...itself } = viewer.workspace;
  const nodes: { __typename: string; id: string }[] = [
    itself,
    viewer.user,
    ...agentSessions.nodes,
    ...threads.nodes,
    ...buddies,
    ...providers,
    ...keyEvents.nodes,
  ];

  for (const node of nodes) expect((await admin.ask(NODE, { id: node.id })).node).toEqual(node);

  expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
  const schema = await schemaOfCode();
  const type = schema.getType("Node");
  const types = isInterfaceType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
  expect([...new Set(nodes.map(({ __typename }) => __typename))].sort()).toEqual([...types].sort());
});

test("a node shows what its type has", async () => {
  const { node } = await admin.ask(
    `query ($id: ID!) { node(id: $id) {
      ... on Workspace { name viewerCanManageProviders buddies { slug workspace { id } nextRoute { status } } }
    } }`,
    { id: workspace.id },
  );

  expect(node).toMatchObject({ name: workspace.id, viewerCanManageProviders: true });
  expect(node.buddies).toContainEqual({
    slug: "campaign",
    workspace: { id: workspace.id },
    nextRoute: { status: "READY" },
  });
});

const HEX = newId().replaceAll("-", "");

test.each([
  ["nothing", ""],
  ["a word", "garbage"],
  ["a prefix alone", "ses_"],
  ["a row that is not there", publicId("session", newId())],
  ["the row that never is", publicId("session", NO_ROW)],
  ["a person who is not there", publicId("user", newId())],
  ["an entry that is not there", publicId("keyEvent", newId())],
  ["a thread that is not there", publicId("thread", newId())],
  ["a UUID without its type", newId()],
  ["a type that there is not", `xyz_${HEX}`],
  ["a UUID with its dashes", `ses_${newId()}`],
  ["capitals", `ses_${HEX.toUpperCase()}`],
  ["too few digits", `ses_${HEX.slice(1)}`],
  ["too many digits", `ses_${HEX}0`],
  ["digits that are none", `ses_${"g".repeat(32)}`],
  ["a line break at the end", `ses_${HEX}\n`],
  ["a NUL", "\0"],
  ["a NUL inside", `ses_${HEX.slice(1)}\0`],
  ["half a surrogate pair", "\ud800"],
  ["a buddy of nowhere", "bud_.campaign"],
  ["a buddy without a name", "bud_WORKSPACE."],
  ["a buddy that there is not", "bud_WORKSPACE.nobody"],
  ["a buddy with too much to its name", "bud_WORKSPACE.campaign.more"],
  ["a buddy of a prototype", "bud_WORKSPACE.__proto__"],
  ["a provider that there is not", "int_WORKSPACE.GEMINI"],
  ["a provider in small letters", "int_WORKSPACE.claude"],
  ["a statement", "ses_'; DROP TABLE agent_sessions; --"],
  ["very much", "ses_".padEnd(100_000, "0")],
])("%s finds nothing", async (_what, text) => {
  const id = text.replace("WORKSPACE", workspace.id);

  expect(await admin.ask("query ($id: ID!) { node(id: $id) { id } agentSession(id: $id) { id } }", { id })).toEqual({
    node: null,
    agentSession: null,
  });
});

test("an id of one type is none of another", async () => {
  const { agentSessions, threads } = (
    await admin.ask("{ workspace { agentSessions { nodes { id } } threads { nodes { id } } } }")
  ).workspace;
  const [session, thread] = [agentSessions.nodes[0].id, threads.nodes[0].id];

  const swapped = [session.replace("ses_", "thr_"), thread.replace("thr_", "ses_"), session.replace("ses_", "usr_")];
  for (const id of swapped) expect((await admin.ask(NODE, { id })).node).toBeNull();
  expect(
    (await admin.ask("query ($id: ID!) { agentSession(id: $id) { id } }", { id: thread })).agentSession,
  ).toBeNull();
});

test("a number is an id like any other", async () => {
  expect((await admin.ask(NODE, { id: 42 })).node).toBeNull();
});
