// A member reaches nothing of a colleague's turns and manages nothing, whatever is named and whatever is asked for. What there is
// to name, to ask for and to do is read from the schema.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { GraphQLSchema } from "graphql";

import { CHAT_TURN, collect, connect, FOLLOW, StreamRefused, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";
import { emitSchema, schemaOfCode } from "../tools/emit-schema";
import { mutateEverything, queryEverything, streamEverything } from "./ask-everything";
import { fieldsOf, operationsOf } from "./every-field";
import { MARKED_TOKENS, type MarkedTurns, seedMarkedTurns } from "./marked-turns";
import { namingArguments } from "./naming-arguments";
import { newWorkspace, type Person } from "./test-workspace";

const MEMBERS_MAY = ["Mutation.startTurn", "Mutation.cancelTurn"];
const MARK = "of-a-colleague";
const LIST = "{ nodes { id } totalCount }";
const REFUSED = { session: null, userErrors: [{ code: "NOT_FOUND" }] };

let server: TestServer;
let schema: GraphQLSchema;
let admin: Person;
let member: Person;
let colleague: Person;
let mine: MarkedTurns;
let theirs: MarkedTurns;
/** Of a turn of the colleague's. */
const idempotencyKey = randomUUID();

beforeAll(async () => {
  schema = await schemaOfCode();
  server = await startTestServer({
    LIMIT_OPERATION_COST: "1000000",
    LANGFUSE_PUBLIC_KEY: "pk-lf-of-the-tests",
    LANGFUSE_SECRET_KEY: "sk-lf-of-the-tests",
    LANGFUSE_BASE_URL: "http://127.0.0.1:9",
  });
  const workspace = newWorkspace(server);
  admin = await workspace.admin();
  member = await workspace.member();
  colleague = await workspace.member("colleague");
  await admin.ask(`mutation {
    configureProvider(input: { provider: CLAUDE, apiKey: "sk-ant-api03-of-the-workspace-x4Qz" }) { userErrors { code } }
  }`);
  mine = await seedMarkedTurns(server.dataSource, member, "of-my-own");
  await colleague.runTurn({ message: `A turn ${MARK}`, idempotencyKey });
  theirs = await seedMarkedTurns(server.dataSource, colleague, MARK, MARKED_TOKENS);
});

afterAll(() => server.close());

const sessionsOf = (of: MarkedTurns) => [of.failed, of.delegated, of.running];
const start = async (input: object) => {
  const document = `mutation ($input: ChatTurnInput!) {
    startTurn(input: $input) { session { id threadId } userErrors { code } }
  }`;
  return (await member.ask(document, { input: { message: `A turn ${MARK}`, ...input } })).startTurn;
};

/** The first session that a stream tells of, or the code of its refusal. */
async function stream(document: string, variables: object): Promise<unknown> {
  const client = connect(server.url, member.token);
  try {
    return (await collect(streamOf(client, document, variables)))[0].sessionId;
  } catch (error) {
    if (error instanceof StreamRefused) return error.code;
    throw error;
  } finally {
    await client.dispose();
  }
}

const ids = async (person: Person, of: string) =>
  (await person.ask(`{ workspace { list: ${of} } }`)).workspace.list.nodes.map(({ id }: { id: string }) => id);

/** A page that begins where a colleague's does has one's own alone. */
async function continuesInTheirOwn(of: string): Promise<void> {
  const list = async (person: Person, given: string) =>
    (await person.ask(`{ workspace { list: ${of}(${given}) { nodes { id } pageInfo { endCursor } } } }`)).workspace
      .list;
  const others = (await list(colleague, "first: 100")).nodes;
  const foreign = (await list(colleague, "first: 1")).pageInfo.endCursor;
  const { nodes } = await list(member, `first: 100, after: "${foreign}"`);
  expect(nodes).not.toEqual([]);
  for (const node of nodes) expect(others).not.toContainEqual(node);
}

const CASES: Record<string, () => Promise<void>> = {
  "Query.node(id:)": async () => {
    for (const id of [...sessionsOf(theirs), theirs.thread]) {
      const document = "query ($id: ID!) { node(id: $id) { id } }";
      expect((await admin.ask(document, { id })).node).toEqual({ id });
      expect((await member.ask(document, { id })).node).toBeNull();
    }
  },
  "Query.agentSession(id:)": async () => {
    for (const id of sessionsOf(theirs)) {
      const document = "query ($id: ID!) { agentSession(id: $id) { id } }";
      expect((await admin.ask(document, { id })).agentSession).toEqual({ id });
      expect((await member.ask(document, { id })).agentSession).toBeNull();
    }
  },
  "Query.buddy(slug:)": async () => {
    const { buddy } = await member.ask(`{ buddy(slug: "campaign") { agentSessions ${LIST} } }`);
    const seen: string[] = buddy.agentSessions.nodes.map(({ id }: { id: string }) => id);
    expect(seen).toContain(mine.failed);
    expect(sessionsOf(theirs).filter((id) => seen.includes(id))).toEqual([]);
    expect(buddy.agentSessions.totalCount).toBe(buddy.agentSessions.nodes.length);
  },
  "Workspace.agentSessions(filter.buddies:)": async () => {
    const of = `agentSessions(filter: { buddies: ["campaign"] }, first: 100) ${LIST}`;
    expect(await ids(admin, of)).toEqual(expect.arrayContaining(sessionsOf(theirs)));
    const seen = await ids(member, of);
    expect(sessionsOf(theirs).filter((id) => seen.includes(id))).toEqual([]);
  },
  "Workspace.agentSessions(filter.modelId:)": async () => {
    const of = `agentSessions(filter: { modelId: "claude-${MARK}" }) ${LIST}`;
    expect(await ids(admin, of)).toHaveLength(3);
    expect(await ids(member, of)).toEqual([]);
  },
  "Workspace.agentSessions(filter.threadId:)": async () => {
    const of = `agentSessions(filter: { threadId: "${theirs.thread}" }) ${LIST}`;
    expect(await ids(admin, of)).toHaveLength(3);
    expect(await ids(member, of)).toEqual([]);
  },
  "Workspace.agentSessions(after:)": () => continuesInTheirOwn("agentSessions"),
  "Workspace.threads(after:)": () => continuesInTheirOwn("threads"),
  "Buddy.agentSessions(after:)": async () => {
    const page = (given: string) => `{ buddy(slug: "campaign") { agentSessions(${given}) {
      nodes { id } pageInfo { endCursor } } } }`;
    const { endCursor } = (await colleague.ask(page("first: 1"))).buddy.agentSessions.pageInfo;
    const { nodes } = (await member.ask(page(`first: 100, after: "${endCursor}"`))).buddy.agentSessions;
    expect(nodes.filter(({ id }: { id: string }) => sessionsOf(theirs).includes(id))).toEqual([]);
  },
  "Thread.turns(after:)": async () => {
    const page = (given: string) => `query ($id: ID!) { node(id: $id) { ... on Thread { turns(${given}) {
      nodes { id } pageInfo { endCursor } } } } }`;
    const { turns } = (await colleague.ask(page("first: 1"), { id: theirs.thread })).node;
    expect(turns.nodes).toHaveLength(1);
    const after = page(`after: "${turns.pageInfo.endCursor}"`);
    // Its own are all older.
    expect((await member.ask(after, { id: mine.thread })).node.turns.nodes).toEqual([]);
    expect((await member.ask(after, { id: theirs.thread })).node).toBeNull();
  },
  "Mutation.cancelTurn(input.sessionId:)": async () => {
    const document =
      "mutation ($id: ID!) { cancelTurn(input: { sessionId: $id }) { session { id } userErrors { code } } }";
    for (const id of sessionsOf(theirs)) expect((await member.ask(document, { id })).cancelTurn).toEqual(REFUSED);
  },
  "Mutation.startTurn(input.threadId:)": async () => {
    expect(await start({ threadId: theirs.thread })).toEqual(REFUSED);
  },
  "Mutation.startTurn(input.idempotencyKey:)": async () => {
    const { session } = await start({ idempotencyKey });
    expect(await ids(member, `agentSessions(first: 100) ${LIST}`)).toContain(session.id);
    expect(await ids(colleague, `agentSessions(first: 100) ${LIST}`)).not.toContain(session.id);
  },
  "Subscription.chatTurn(input.threadId:)": async () => {
    const input = { message: "Mine now?", threadId: theirs.thread };
    expect(await stream(CHAT_TURN, { input })).toBe("NOT_FOUND");
  },
  "Subscription.chatTurn(input.idempotencyKey:)": async () => {
    const sessionId = await stream(CHAT_TURN, { input: { message: `A turn ${MARK}`, idempotencyKey } });
    expect(sessionId).toMatch(/^ses_/);
    expect(await ids(colleague, `agentSessions(first: 100) ${LIST}`)).not.toContain(sessionId);
  },
  "Subscription.agentSessionEvents(sessionId:)": async () => {
    for (const sessionId of sessionsOf(theirs)) expect(await stream(FOLLOW, { sessionId })).toBe("NOT_FOUND");
  },
};

/** What a workspace's people have in common, or a text. Members may not manage it, as said below. */
const NOBODYS_OWN = [
  "Workspace.provider(provider:)",
  "Workspace.keyEvents(after:)",
  "Mutation.setBuddyModel(input.buddy:)",
  "Mutation.configureProvider(input.provider:)",
  "Mutation.configureProvider(input.apiKey:)",
  "Mutation.verifyProvider(input.provider:)",
  "Mutation.revokeProvider(input.provider:)",
  ...["Mutation.startTurn", "Subscription.chatTurn"].flatMap((field) =>
    ["buddy", "buddyModels.buddy", "message"].map((name) => `${field}(input.${name}:)`),
  ),
];

test("whatever can be named is named here", async () => {
  expect([...namingArguments(await emitSchema())].sort()).toEqual([...Object.keys(CASES), ...NOBODYS_OWN].sort());
});

test.each(Object.keys(CASES))("%s", async (coordinate) => {
  const rows = () =>
    server.dataSource.query("SELECT * FROM agent_sessions WHERE user_id = $1 ORDER BY id", [colleague.userId]);
  // Whoever may read a running turn follows it: once now, so that it is no news below.
  await admin.ask(`{ workspace { agentSessions(first: 100) ${LIST} } }`);
  const before = await rows();

  await CASES[coordinate]?.();

  expect(await rows()).toEqual(before);
});

test("of all mutations a member may start and cancel turns, and is refused every other", async () => {
  const mutations = operationsOf(schema).filter((coordinate) => coordinate.startsWith("Mutation."));
  const { codes } = await mutateEverything(schema, member, mine, mutations);

  const expected = mutations.map((mutation) => [mutation, MEMBERS_MAY.includes(mutation) ? null : "FORBIDDEN"]);
  expect(codes).toEqual(Object.fromEntries(expected));
});

test("no field of any answer or event tells a member of a colleague's turns", async () => {
  const marks = [MARK, String(MARKED_TOKENS), ...sessionsOf(theirs), theirs.thread, "colleague@example.com"];
  const told = [
    await mutateEverything(schema, member, mine, MEMBERS_MAY),
    await streamEverything(server, schema, member),
    await queryEverything(schema, member, mine),
  ];
  const all = await queryEverything(schema, admin, theirs);

  const text = told.map((part) => part.text).join();
  expect(marks.filter((mark) => !all.text.includes(mark))).toEqual([]);
  expect(marks.filter((mark) => text.includes(mark))).toEqual([]);
  // Where traces are is for admins.
  expect(all.text).toContain(`/trace/${MARK}`);
  expect(text).not.toContain("/trace/");
  const seen = new Set(told.flatMap((part) => [...part.fields]));
  const managed = /^(ConfigureProvider|VerifyProvider|RevokeProvider|SetBuddyModel|UpdateRoutingPolicy)Payload\./;
  expect(fieldsOf(schema).filter((field) => !seen.has(field) && !managed.test(field))).toEqual([]);
});
