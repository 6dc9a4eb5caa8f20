// Sessions and threads as turns leave them, and who may see which.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";

import { newId, publicId } from "../../src/ids";
import { simulate } from "../../src/simulators/script";
import { startTestServer, type TestServer } from "../support/test-server";
import { seedSessions } from "./seed-sessions";
import { newWorkspace, type Person, type TestWorkspace } from "./test-workspace";

const SESSION = `fragment Session on AgentSession {
  id threadId buddySlug buddyName status modelId prompt text usageSource finishReason lastSequence
  usage { inputTokens outputTokens cacheReadTokens cacheWriteTokens reasoningTokens totalTokens }
  route { requestedMode modeSource mode fallbackReason payer provider modelId modelReason maskedKey }
  error { code message retryable retryAfterSeconds requestId }
  startedAt endedAt durationMs timeToFirstTokenMs buddy { slug } requestedBy { name }
}`;
const BY_ID = `query ($id: ID!) { agentSession(id: $id) { ...Session } node(id: $id) { ...Session } } ${SESSION}`;
const THREADS = `query ($first: Int, $after: String) { workspace { threads(first: $first, after: $after) {
  nodes { id title createdAt updatedAt turns { nodes { prompt } totalCount pageInfo { hasNextPage } } }
  pageInfo { hasNextPage endCursor }
} } }`;
const SEEN = `query ($id: ID!, $thread: ID!) {
  agentSession(id: $id) { prompt }
  session: node(id: $id) { id }
  thread: node(id: $thread) { ... on Thread { id turns { nodes { prompt } totalCount } } }
  workspace {
    agentSessions { nodes { prompt } totalCount }
    ofThread: agentSessions(filter: { threadId: $thread }) { nodes { prompt } totalCount }
    threads { nodes { title } }
  }
  buddy(slug: "campaign") { agentSessions { nodes { prompt } totalCount } }
}`;

let server: TestServer;
let workspace: TestWorkspace;
let admin: Person;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  workspace = newWorkspace(server);
  admin = await workspace.admin();
});

describe("a session, read by its id", () => {
  test("is what the turn's last event said", async () => {
    const message = simulate([
      [{ usage: { input: 11, cacheRead: 7, cacheWrite: 5 } }, { text: "Four words, no more." }],
    ]);

    const told = await admin.runTurn({ buddy: "campaign", message });
    const { agentSession, node } = await admin.ask(BY_ID, { id: told.id });

    expect(agentSession).toMatchObject({
      id: told.id,
      threadId: told.threadId,
      buddySlug: "campaign",
      buddyName: "Campaign planner",
      status: "COMPLETED",
      prompt: message,
      text: "Four words, no more.",
      finishReason: "STOP",
      usage: told.usage,
      usageSource: "REPORTED",
      route: told.route,
      error: null,
      buddy: { slug: "campaign" },
      requestedBy: { name: "The admin" },
      lastSequence: told.lastSequence,
      startedAt: told.startedAt,
      endedAt: told.endedAt,
    });
    expect(agentSession.modelId).toBe(agentSession.route.modelId);
    expect(agentSession.usage).toMatchObject({ inputTokens: 11, cacheReadTokens: 7, cacheWriteTokens: 5 });
    expect(agentSession.usage.totalTokens).toBe(11 + 7 + 5 + agentSession.usage.outputTokens);
    expect(agentSession.durationMs).toBe(Date.parse(told.endedAt) - Date.parse(told.startedAt));
    expect(agentSession.timeToFirstTokenMs).toBeGreaterThanOrEqual(0);
    expect(node).toEqual(agentSession);
  });

  test("says why it failed", async () => {
    const told = await admin.runTurn({ message: simulate([[{ text: "Half an ans" }, { fault: "early-end" }]]) });

    const { agentSession } = await admin.ask(BY_ID, { id: told.id });

    expect(agentSession).toMatchObject({
      status: "FAILED",
      finishReason: null,
      text: "Half an ans",
      usageSource: "ESTIMATED",
    });
    expect(agentSession.error).toEqual(told.error);
    expect(agentSession.error).toMatchObject({ code: "PROVIDER_STREAM_BROKEN", retryable: true });
  });

  test("has no end and no source of its counts while it runs, and no buddy once that is gone", async () => {
    const [running, gone] = await seedSessions(server.dataSource, admin, [
      { status: "RUNNING" },
      { buddySlug: "gone" },
    ]);

    expect((await admin.ask(BY_ID, { id: running })).agentSession).toMatchObject({
      status: "RUNNING",
      endedAt: null,
      durationMs: null,
      timeToFirstTokenMs: null,
      finishReason: null,
      error: null,
      usageSource: null,
    });
    expect((await admin.ask(BY_ID, { id: gone })).agentSession).toMatchObject({ buddySlug: "gone", buddy: null });
  });

  test("counts tokens beyond 32 bits", async () => {
    const tokens = 2 ** 40;
    const [id] = await seedSessions(server.dataSource, admin, [{ tokens }]);

    expect((await admin.ask(BY_ID, { id })).agentSession.usage).toMatchObject({
      inputTokens: tokens,
      totalTokens: tokens,
    });
  });
});

describe("threads", () => {
  test("hold their top-level turns, oldest first, and come latest first", async () => {
    const first = await admin.runTurn({ message: "The first conversation" });
    const second = await admin.runTurn({ message: "The second conversation" });
    const { threadId } = await admin.runTurn({ message: "Back in the first", threadId: first.threadId });
    expect(threadId).toBe(first.threadId);
    await seedSessions(server.dataSource, admin, [
      { prompt: "delegated", threadId: uuid(first.threadId), parentId: uuid(first.id) },
    ]);

    const { nodes } = (await admin.ask(THREADS)).workspace.threads;

    expect(nodes).toEqual([
      {
        id: first.threadId,
        title: "The first conversation",
        createdAt: first.startedAt,
        updatedAt: expect.any(String),
        turns: {
          nodes: [{ prompt: "The first conversation" }, { prompt: "Back in the first" }],
          totalCount: 2,
          pageInfo: { hasNextPage: false },
        },
      },
      {
        id: second.threadId,
        title: "The second conversation",
        createdAt: second.startedAt,
        updatedAt: second.startedAt,
        turns: { nodes: [{ prompt: "The second conversation" }], totalCount: 1, pageInfo: { hasNextPage: false } },
      },
    ]);
    expect(Date.parse(nodes[0].updatedAt)).toBeGreaterThanOrEqual(Date.parse(second.startedAt));
  });

  test("come in pages, with equal times told apart by id", async () => {
    await seedSessions(
      server.dataSource,
      admin,
      Array.from({ length: 10 }, () => ({})),
    );
    await server.dataSource.query("UPDATE threads SET updated_at = now() WHERE workspace_id = $1", [workspace.id]);
    const ids: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { threads }: { threads: ThreadPage } = (await admin.ask(THREADS, { first: 3, after })).workspace;
      ids.push(...threads.nodes.map(({ id }) => id));
      after = threads.pageInfo.endCursor;
      more = threads.pageInfo.hasNextPage;
    }

    expect(ids).toHaveLength(10);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
  });

  test("page their turns", async () => {
    const threadId = newId();
    const startedAt = new Date(Date.UTC(2026, 4, 14));
    await seedSessions(
      server.dataSource,
      admin,
      ["a", "b", "c"].map((prompt) => ({ prompt, threadId, startedAt })),
    );
    const document = `query ($id: ID!, $after: String) { node(id: $id) { ... on Thread {
      turns(first: 2, after: $after) { nodes { prompt } pageInfo { hasNextPage endCursor } }
    } } }`;
    const id = publicId("thread", threadId);

    const one = (await admin.ask(document, { id })).node.turns;
    const two = (await admin.ask(document, { id, after: one.pageInfo.endCursor })).node.turns;

    expect([...one.nodes, ...two.nodes].map(({ prompt }) => prompt)).toEqual(["a", "b", "c"]);
    expect([one.pageInfo.hasNextPage, two.pageInfo.hasNextPage]).toEqual([true, false]);
  });
});

test("a buddy's sessions are its own, newest first", async () => {
  await seedSessions(server.dataSource, admin, [
    { prompt: "older", startedAt: new Date(Date.UTC(2026, 4, 14)) },
    { prompt: "another's", buddySlug: "analyst" },
    { prompt: "newer", startedAt: new Date(Date.UTC(2026, 4, 15)) },
  ]);
  const document = `query ($after: String) { buddy(slug: "campaign") {
    agentSessions(first: 1, after: $after) { nodes { prompt } totalCount pageInfo { endCursor hasNextPage } }
  } }`;

  const one = (await admin.ask(document)).buddy.agentSessions;
  const two = (await admin.ask(document, { after: one.pageInfo.endCursor })).buddy.agentSessions;

  expect([one.nodes, one.totalCount, one.pageInfo.hasNextPage]).toEqual([[{ prompt: "newer" }], 2, true]);
  expect([two.nodes, two.totalCount, two.pageInfo.hasNextPage]).toEqual([[{ prompt: "older" }], 2, false]);
});

describe("members see their own turns, admins and owners all", () => {
  let member: Person;
  let other: Person;
  let mine: { id: string; thread: string };
  let theirs: { id: string; thread: string };

  beforeEach(async () => {
    member = await workspace.member();
    other = await workspace.member("colleague");
    mine = await seedOne(member, "mine");
    theirs = await seedOne(other, "theirs");
  });

  async function seedOne(person: Person, prompt: string) {
    const threadId = newId();
    const [id = ""] = await seedSessions(server.dataSource, person, [{ prompt, threadId }]);
    return { id, thread: publicId("thread", threadId) };
  }

  const one = (prompt: string) => ({ nodes: [{ prompt }], totalCount: 1 });
  const NONE = { nodes: [], totalCount: 0 };

  test("a member sees all of their own", async () => {
    expect(await member.ask(SEEN, mine)).toEqual({
      agentSession: { prompt: "mine" },
      session: { id: mine.id },
      thread: { id: mine.thread, turns: one("mine") },
      workspace: {
        agentSessions: one("mine"),
        ofThread: one("mine"),
        threads: { nodes: [{ title: "A conversation" }] },
      },
      buddy: { agentSessions: one("mine") },
    });
  });

  test("and nothing of anybody else's, not even that it is there", async () => {
    expect(await member.ask(SEEN, theirs)).toEqual({
      agentSession: null,
      session: null,
      thread: null,
      workspace: { agentSessions: one("mine"), ofThread: NONE, threads: { nodes: [{ title: "A conversation" }] } },
      buddy: { agentSessions: one("mine") },
    });
  });

  test.each(["admin", "owner"] as const)("the %s sees everybody's", async (role) => {
    const both = { nodes: expect.arrayContaining([{ prompt: "mine" }, { prompt: "theirs" }]), totalCount: 2 };

    for (const [of, prompt] of [
      [mine, "mine"],
      [theirs, "theirs"],
    ] as const) {
      expect(await (await workspace[role]()).ask(SEEN, of)).toEqual({
        agentSession: { prompt },
        session: { id: of.id },
        thread: { id: of.thread, turns: one(prompt) },
        workspace: {
          agentSessions: both,
          ofThread: one(prompt),
          threads: { nodes: [{ title: "A conversation" }, { title: "A conversation" }] },
        },
        buddy: { agentSessions: both },
      });
    }
  });

  test("a member stops, continues and follows no turn of anybody else's", async () => {
    const [running = ""] = await seedSessions(server.dataSource, other, [{ status: "RUNNING" }]);
    const cancel =
      "mutation ($id: ID!) { cancelTurn(input: { sessionId: $id }) { session { id } userErrors { code } } }";
    const start = `mutation ($id: ID!) {
      startTurn(input: { message: "Mine now?", threadId: $id }) { session { id } userErrors { code } }
    }`;

    const refused = { session: null, userErrors: [{ code: "NOT_FOUND" }] };
    expect((await member.ask(cancel, { id: running })).cancelTurn).toEqual(refused);
    expect((await member.ask(start, { id: theirs.thread })).startTurn).toEqual(refused);
    expect((await other.ask(BY_ID, { id: running })).agentSession.status).toBe("RUNNING");
    expect((await other.ask(THREADS)).workspace.threads.nodes).toHaveLength(2);
  });
});

describe("a person's email", () => {
  const EMAIL = "query ($id: ID!) { node(id: $id) { ... on User { name email } } viewer { user { email } } }";

  test("is for themselves, admins and owners", async () => {
    const member = await workspace.member();
    const colleague = await workspace.member("colleague");
    const id = publicId("user", member.userId);
    const seenBy = async (person: Person) => (await person.ask(EMAIL, { id })).node;

    expect(await seenBy(member)).toEqual({ name: "The member", email: "member@example.com" });
    expect(await seenBy(admin)).toEqual({ name: "The member", email: "member@example.com" });
    expect(await seenBy(await workspace.owner())).toEqual({ name: "The member", email: "member@example.com" });
    expect(await seenBy(colleague)).toEqual({ name: "The member", email: null });
    expect((await colleague.ask(EMAIL, { id })).viewer.user.email).toBe("colleague@example.com");
  });
});

interface ThreadPage {
  nodes: { id: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** The row's id in a public one. */
function uuid(id: string): string {
  return id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
