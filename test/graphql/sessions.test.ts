// Sessions and threads as turns leave them.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";

import { newId, publicId, uuidOf } from "../../src/ids";
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
      { prompt: "delegated", threadId: uuidOf("thread", first.threadId) ?? "", parentId: uuidOf("session", first.id) },
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

  test("are not begun where one is named that is not there", async () => {
    const document = `mutation ($threadId: ID) {
      startTurn(input: { message: "Hello?", threadId: $threadId }) { session { id } userErrors { code field message } }
    }`;

    for (const threadId of ["", "garbage", publicId("thread", newId())]) {
      expect((await admin.ask(document, { threadId })).startTurn).toEqual({
        session: null,
        userErrors: [
          {
            code: "NOT_FOUND",
            field: ["input", "threadId"],
            message: "There is no such conversation, or you may not see it.",
          },
        ],
      });
    }
    expect((await admin.ask(THREADS)).workspace.threads.nodes).toEqual([]);
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

interface ThreadPage {
  nodes: { id: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
