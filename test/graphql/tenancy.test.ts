// Nothing of one workspace is reached from another, whatever is named. What can be named is read from the schema, so that a
// new argument is in here or fails the test.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { printSchema } from "graphql";

import { newId, publicId } from "../../src/ids";
import { ProviderKeyEventEntity } from "../../src/provider-keys/provider-key-event.entity";
import { allEvents, postChat } from "../support/event-stream";
import { CHAT_TURN, collect, connect, FOLLOW, StreamRefused, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";
import { emitSchema, schemaOfCode } from "../tools/emit-schema";
import { mutateEverything, queryEverything, streamEverything } from "./ask-everything";
import { fieldsOf, operationsOf } from "./every-field";
import { seedMarkedTurns } from "./marked-turns";
import { namingArguments } from "./naming-arguments";
import { seedSessions } from "./seed-sessions";
import { markWorkspace, rowsOf, settle, type World } from "./tenancy-world";
import { newWorkspace, type Person } from "./test-workspace";

type Outcome = { session: { id: string; threadId: string; route: Record<string, unknown> } } | { refused: string };

/** One way to start a turn. Resolves with its session, or with the code of the refusal. */
type Door = (input: Record<string, unknown>) => Promise<Outcome>;

let server: TestServer;
/** Who asks, with an empty workspace of their own, */
let here: Person;
/** and whose things they name. */
let there: World;

beforeAll(async () => {
  server = await startTestServer({ LIMIT_OPERATION_COST: "1000000" });
  here = await newWorkspace(server).admin();
  there = await settle(server, await newWorkspace(server).admin());
});

afterAll(() => server.close());

const byMutation: Door = async (input) => {
  const document = `mutation ($input: ChatTurnInput!) { startTurn(input: $input) {
    session { id threadId route { mode payer maskedKey fallbackReason modeSource } } userErrors { code }
  } }`;
  const { session, userErrors } = (await here.ask(document, { input })).startTurn;
  return session === null ? { refused: userErrors[0].code } : { session };
};

const bySubscription: Door = (input) => stream(CHAT_TURN, { input });

const byRest: Door = async (input) => {
  const response = await postChat(server.url, here.token, input);
  if (!response.ok) return { refused: Object(await response.json()).code };
  return (await allEvents(response)).at(-1)?.data;
};

/** Asks at an address below `/api/integrations`. */
async function integrations({ token }: Person, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${server.url}/api/integrations${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.json();
}

async function stream(document: string, variables: object): Promise<Outcome> {
  const client = connect(server.url, here.token);
  try {
    return (await collect(streamOf(client, document, variables))).at(-1);
  } catch (error) {
    if (error instanceof StreamRefused) return { refused: error.code };
    throw error;
  } finally {
    await client.dispose();
  }
}

const REFUSED = { refused: "NOT_FOUND" };
/** The route of a turn that finds neither a mode nor a key. */
const METERED = { mode: "METERED", payer: "WAYPATH", maskedKey: null };

/** What names something when a turn is started, by either door. */
function startingATurn(field: string, start: Door): Record<string, () => Promise<void>> {
  const message = "Anything new?";
  return {
    [`${field}(input.buddy:)`]: async () => {
      const route = { ...METERED, fallbackReason: null, modeSource: "DEFAULT" };
      expect(await start({ message, buddy: "campaign" })).toMatchObject({ session: { route } });
    },
    [`${field}(input.buddyModels.buddy:)`]: async () => {
      const route = { ...METERED, fallbackReason: "KEY_MISSING", modeSource: "REQUEST" };
      const buddyModels = [{ buddy: "campaign", mode: "BYOK_CLAUDE" }];
      expect(await start({ message, buddy: "campaign", buddyModels })).toMatchObject({ session: { route } });
    },
    [`${field}(input.threadId:)`]: async () => {
      expect(await start({ message, threadId: there.thread })).toEqual(REFUSED);
    },
    [`${field}(input.idempotencyKey:)`]: async () => {
      const outcome = await start({ message, buddy: "campaign", idempotencyKey: there.idempotencyKey });
      expect(outcome).toMatchObject({ session: { id: expect.stringMatching(/^ses_/) } });
      expect(outcome).not.toMatchObject({ session: { id: there.session } });
      expect(outcome).not.toMatchObject({ session: { threadId: there.thread } });
    },
  };
}

const CASES: Record<string, () => Promise<void>> = {
  "Query.node(id:)": async () => {
    const { workspaceId } = there.admin;
    const document = "query ($id: ID!) { node(id: $id) { id } }";
    const ids = [there.session, there.thread, there.user, there.keyEvent];
    for (const id of [...ids, workspaceId, `bud_${workspaceId}.campaign`, `int_${workspaceId}.CLAUDE`]) {
      expect((await there.admin.ask(document, { id })).node).toEqual({ id });
      expect((await here.ask(document, { id })).node).toBeNull();
    }
    expect((await here.ask(document, { id: there.running })).node).toBeNull();
  },
  "Query.agentSession(id:)": async () => {
    for (const id of [there.session, there.running]) {
      expect(await here.ask("query ($id: ID!) { agentSession(id: $id) { id } }", { id })).toEqual({
        agentSession: null,
      });
    }
  },
  "Query.buddy(slug:)": async () => {
    const document = `{ buddy(slug: "campaign") { id modelMode nextRoute { status } workspace { id } } }`;
    expect((await there.admin.ask(document)).buddy.modelMode).toBe("BYOK_CLAUDE");
    expect((await here.ask(document)).buddy).toEqual({
      id: `bud_${here.workspaceId}.campaign`,
      modelMode: null,
      nextRoute: { status: "READY" },
      workspace: { id: here.workspaceId },
    });
  },
  "Workspace.provider(provider:)": async () => {
    const document = "{ workspace { provider(provider: CLAUDE) { id status maskedKey } connectedPlatforms } }";
    expect((await here.ask(document)).workspace).toEqual({
      provider: { id: `int_${here.workspaceId}.CLAUDE`, status: "NOT_CONFIGURED", maskedKey: null },
      connectedPlatforms: [],
    });
  },
  "Workspace.agentSessions(filter.buddies:)": () => listsNothing(`agentSessions(filter: { buddies: ["campaign"] })`),
  "Workspace.agentSessions(filter.modelId:)": () =>
    listsNothing(`agentSessions(filter: { modelId: "claude-haiku-4-5" })`),
  "Workspace.agentSessions(filter.threadId:)": () =>
    listsNothing(`agentSessions(filter: { threadId: "${there.thread}" })`),
  "Workspace.agentSessions(after:)": () => continuesInItsOwn("workspace { list: agentSessions(AFTER) { FIELDS } }"),
  "Workspace.threads(after:)": () => continuesInItsOwn("workspace { list: threads(AFTER) { FIELDS } }"),
  "Workspace.keyEvents(after:)": () => continuesInItsOwn("workspace { list: keyEvents(AFTER) { FIELDS } }"),
  "Buddy.agentSessions(after:)": () =>
    continuesInItsOwn(`workspace: buddy(slug: "campaign") { list: agentSessions(AFTER) { FIELDS } }`),
  "Thread.turns(after:)": async () => {
    const document =
      "query ($id: ID!) { node(id: $id) { ... on Thread { turns { nodes { id } pageInfo { endCursor } } } } }";
    const after = (await there.admin.ask(document, { id: there.thread })).node.turns.pageInfo.endCursor;
    const threadId = newId();
    const startedAt = ["2020-01-01", "2100-01-01"].map((day) => new Date(day));
    const own = await seedSessions(
      server.dataSource,
      here,
      startedAt.map((at) => ({ threadId, startedAt: at })),
    );
    const { turns } = (
      await here.ask(document.replace("turns {", `turns(after: "${after}") {`), { id: publicId("thread", threadId) })
    ).node;
    expect(turns.nodes).toEqual([{ id: own[1] }]);
  },
  "Mutation.setBuddyModel(input.buddy:)": () =>
    changesItsOwn(
      `setBuddyModel(input: { buddy: "campaign", mode: METERED }) { buddy { workspace { id } } userErrors { code } }`,
      {
        buddy: { workspace: { id: here.workspaceId } },
        userErrors: [],
      },
    ),
  "Mutation.configureProvider(input.provider:)": () =>
    changesItsOwn(
      `configureProvider(input: { provider: CLAUDE, apiKey: "sk-ant-api03-of-another-9Lm2" }) { provider { maskedKey } }`,
      { provider: { maskedKey: "sk-ant-…9Lm2" } },
    ),
  "Mutation.verifyProvider(input.provider:)": () =>
    changesItsOwn("verifyProvider(input: { provider: CLAUDE }) { provider { id } userErrors { code } }", {
      provider: null,
      userErrors: [{ code: "NOT_FOUND" }],
    }),
  "Mutation.revokeProvider(input.provider:)": () =>
    changesItsOwn("revokeProvider(input: { provider: CLAUDE }) { affectedBuddies { slug } userErrors { code } }", {
      affectedBuddies: [],
      userErrors: [],
    }),
  "Mutation.cancelTurn(input.sessionId:)": async () => {
    const document =
      "mutation ($id: ID!) { cancelTurn(input: { sessionId: $id }) { session { id } userErrors { code field message } } }";
    for (const id of [there.running, there.session]) {
      expect((await here.ask(document, { id })).cancelTurn).toEqual({
        session: null,
        userErrors: [
          {
            code: "NOT_FOUND",
            field: ["input", "sessionId"],
            message: "There is no such turn, or you may not see it.",
          },
        ],
      });
    }
  },
  ...startingATurn("Mutation.startTurn", byMutation),
  ...startingATurn("Subscription.chatTurn", bySubscription),
  "Subscription.agentSessionEvents(sessionId:)": async () => {
    for (const sessionId of [there.running, there.session]) {
      expect(await stream(FOLLOW, { sessionId })).toEqual(REFUSED);
    }
  },
};

/** What the REST doors take beside the graph. */
const REST_CASES: Record<string, () => Promise<void>> = {
  "GET /api/integrations": async () => {
    expect(await integrations(there.admin, "GET", "")).toEqual({ connected: ["claude"] });
    expect(await integrations(here, "GET", "")).toEqual({ connected: [] });
  },
  "POST /api/integrations/{name}/configure": async () => {
    const configured = { status: "configured", provider: "claude" };
    const body = { apiKey: "sk-ant-api03-of-another-9Lm2" };
    expect(await integrations(here, "POST", "/claude/configure", body)).toEqual(configured);
    expect(await integrations(here, "GET", "")).toEqual({ connected: ["claude"] });
  },
  "DELETE /api/integrations/{name}": async () => {
    expect(await integrations(here, "DELETE", "/claude")).toEqual({ status: "revoked", provider: "claude" });
    expect(await integrations(there.admin, "GET", "")).toEqual({ connected: ["claude"] });
  },
  ...startingATurn("POST /api/chat", byRest),
};

/** Texts that name nothing. */
const NO_NAMES = [
  "Mutation.configureProvider(input.apiKey:)",
  "Mutation.startTurn(input.message:)",
  "Subscription.chatTurn(input.message:)",
];

/** What was held to it, of what the schema has. */
const held = { fields: 0, operations: 0, names: 0 };

test("whatever can be named is named here", async () => {
  expect([...namingArguments(await emitSchema())].sort()).toEqual([...Object.keys(CASES), ...NO_NAMES].sort());
});

test.each(Object.keys(CASES))("%s", async (coordinate) => {
  here = await newWorkspace(server).admin();
  // Its own people may read it, which counts as following: once now, so that it is no news below.
  await there.admin.ask("{ workspace { agentSessions { totalCount } } }");
  const before = await rowsOf(server, there.admin);

  await CASES[coordinate]?.();

  expect(await rowsOf(server, there.admin)).toEqual(before);
  held.names += 1;
});

test.each(Object.keys(REST_CASES))("%s", async (name) => {
  here = await newWorkspace(server).admin();
  await there.admin.ask("{ workspace { agentSessions { totalCount } } }");
  const before = await rowsOf(server, there.admin);
  await REST_CASES[name]?.();
  expect(await rowsOf(server, there.admin)).toEqual(before);
});

test("no field of any answer or event has anything of another workspace", async () => {
  const schema = await schemaOfCode();
  const [fields, operations] = [fieldsOf(schema), operationsOf(schema)];
  here = await newWorkspace(server).admin();
  const own = await seedMarkedTurns(server.dataSource, here, "nearby");
  const marks = await markWorkspace(server);

  const mutations = operations.filter((coordinate) => coordinate.startsWith("Mutation."));
  const told = [
    await mutateEverything(schema, here, own, mutations),
    await streamEverything(server, schema, here),
    await queryEverything(schema, here, own),
  ];

  const text = told.map((part) => part.text).join();
  // What can be told apart is told to whom it belongs, so that its absence says something.
  const theirs = (await queryEverything(schema, marks.admin, marks.turns)).text;
  expect(marks.words.filter((word) => !theirs.includes(word))).toEqual([]);
  expect([...marks.words, ...marks.ids].filter((mark) => text.includes(mark))).toEqual([]);
  const seen = new Set(told.flatMap((part) => [...part.fields]));
  expect([...fields, ...operations].filter((coordinate) => !seen.has(coordinate))).toEqual([]);
  held.fields = fields.filter((coordinate) => seen.has(coordinate)).length;
  held.operations = operations.filter((coordinate) => seen.has(coordinate)).length;
});

test("all of it is held to", async () => {
  const schema = await schemaOfCode();
  const all = {
    fields: fieldsOf(schema).length,
    operations: operationsOf(schema).length,
    names: [...namingArguments(printSchema(schema))].length - NO_NAMES.length,
  };
  process.stdout.write(
    `tenancy: ${held.fields} of ${all.fields} fields, ${held.operations} of ${all.operations} mutations and subscriptions, ` +
      `${held.names} of ${all.names} naming arguments\n`,
  );
  expect(held).toEqual(all);
});

async function listsNothing(list: string): Promise<void> {
  const document = `{ workspace { ${list} { nodes { id } totalCount } } }`;

  expect((await there.admin.ask(document)).workspace.agentSessions.totalCount).toBeGreaterThan(0);
  expect((await here.ask(document)).workspace.agentSessions).toEqual({ nodes: [], totalCount: 0 });
}

/** A foreign cursor is a place in one's own list: here, before all there is. */
async function continuesInItsOwn(selection: string): Promise<void> {
  const longAgo = new Date("2020-01-01");
  const { workspaceId } = here;
  await seedSessions(server.dataSource, here, [{ startedAt: longAgo }]);
  await server.dataSource.query("UPDATE threads SET updated_at = $1 WHERE workspace_id = $2", [longAgo, workspaceId]);
  await server.dataSource.getRepository(ProviderKeyEventEntity).insert({
    // Older than all others, as its first digits say.
    id: newId().replace(/^.{13}/, "00000000-0000"),
    workspaceId,
    provider: "CLAUDE",
    action: "REVOKED",
    maskedKey: "sk-ant-…",
    at: longAgo,
  });
  const list = async (person: Person, given: string) => {
    const document = selection.replace("AFTER", given).replace("FIELDS", "nodes { id } pageInfo { endCursor }");
    return (await person.ask(`{ ${document} }`)).workspace.list;
  };

  const { endCursor } = (await list(there.admin, "first: 1")).pageInfo;
  const own = (await list(here, "first: 100")).nodes;

  expect(own).toHaveLength(1);
  expect((await list(here, `after: "${endCursor}"`)).nodes).toEqual(own);
}

async function changesItsOwn(mutation: string, expected: object): Promise<void> {
  expect((await here.ask(`mutation { done: ${mutation} }`)).done).toEqual(expected);
}
