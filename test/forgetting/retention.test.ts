// What RETENTION_DAYS erases. Nothing waits: rows are made older, and the database says how old they are.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";

import { eraseExpired } from "../../src/agents/retention";
import { uuidOf } from "../../src/ids";
import { seedSessions } from "../graphql/seed-sessions";
import { START } from "../graphql/test-workspace";
import { collect, connect, FOLLOW, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";
import {
  billSessions,
  dump,
  figures,
  type MarkedWorkspace,
  makeMarkedWorkspace,
  makeOlder,
  placesOf,
} from "./marked-workspace";

const RETENTION_DAYS = 30;

let server: TestServer;
let workspace: MarkedWorkspace;
/** What every text of the workspace has in it. */
let word: string;
/** A workspace whose words are a day short of their age. */
let younger: MarkedWorkspace;

beforeAll(async () => {
  server = await startTestServer({ RETENTION_DAYS: String(RETENTION_DAYS) });
  younger = await makeMarkedWorkspace(server, "nightjar");
  await makeOlder(server.dataSource, younger.id, RETENTION_DAYS - 1);
});

afterAll(() => server.close());

beforeEach(async () => {
  word = `kingfisher-${randomBytes(4).toString("hex")}`;
  workspace = await makeMarkedWorkspace(server, word);
  await billSessions(server.dataSource);
});

const erase = () => eraseExpired(server.dataSource, RETENTION_DAYS);
const age = (days: number) => makeOlder(server.dataSource, workspace.id, days);

async function session(id: string) {
  const { agentSession } = await workspace.admin.ask(
    `query ($id: ID!) { agentSession(id: $id) { prompt text toolCalls { name } status error { code }
       route { mode modelId payer maskedKey } totalUsage { totalTokens } } }`,
    { id },
  );
  return agentSession;
}

async function titleOf(threadId: string): Promise<string> {
  const { node } = await workspace.admin.ask("query ($id: ID!) { node(id: $id) { ... on Thread { title } } }", {
    id: threadId,
  });
  return node.title;
}

test("prompts, answers, tool data and titles that are old enough are gone; routes, usage and bills stay", async () => {
  await age(RETENTION_DAYS);
  const [before, shown] = [await figures(server.dataSource, workspace.id), await session(workspace.sessionId)];
  const { users, workspaces, ...words } = await placesOf(server.dataSource, word);
  expect(words).toEqual({ agent_sessions: 8, messages: 20, threads: 5 });
  const youngerRows = (await dump(server.dataSource)).agent_sessions?.filter((row) => row.includes(younger.id));

  expect(await erase()).toEqual({ sessions: 8, titles: 5 });

  // Whose words they were is no part of what was said.
  expect(await placesOf(server.dataSource, word)).toEqual({ agent_sessions: 1, users, workspaces });
  expect(await placesOf(server.dataSource, `"idempotency_key":"${workspace.idempotencyKey}"`)).toEqual({
    agent_sessions: 1,
  });
  expect(await figures(server.dataSource, workspace.id)).toEqual(before);
  expect(await session(workspace.sessionId)).toEqual({
    ...shown,
    prompt: "",
    text: "",
    toolCalls: [],
  });
  expect(await titleOf(workspace.threadId)).toBe("");
  expect((await dump(server.dataSource)).agent_sessions?.filter((row) => row.includes(younger.id))).toEqual(
    youngerRows,
  );
  expect(await erase()).toEqual({ sessions: 0, titles: 0 });
});

test("a failed session keeps its error, and every session its route", async () => {
  await age(RETENTION_DAYS);
  const query = `{ workspace { agentSessions(first: 20) { nodes { id status error { code message } text finishReason startedAt endedAt
    route { requestedMode modeSource mode payer modelId modelReason maskedKey } usage { totalTokens } } } } }`;
  const before = (await workspace.admin.ask(query)).workspace.agentSessions.nodes;
  await erase();
  const after = (await workspace.admin.ask(query)).workspace.agentSessions.nodes;
  expect(after).toEqual(before.map((node: object) => ({ ...node, text: "" })));
  expect(after.map(({ status }: { status: string }) => status)).toContain("FAILED");
});

test("an erased turn is still told, in its short form and without its words", async () => {
  await age(RETENTION_DAYS);
  await erase();
  const sibling = await server.startSibling();
  const client = connect(sibling.url, workspace.admin.token);
  const events = await collect(streamOf(client, FOLLOW, { sessionId: workspace.sessionId }));
  expect(events.map(({ __typename }) => __typename)).toEqual(["TurnStarted", "TurnFinished"]);
  expect(events.at(-1).session).toMatchObject({ status: "COMPLETED", text: "", toolCalls: [] });
  await client.dispose();
});

test("a thread whose messages are gone goes on, and its buddy knows nothing of them", async () => {
  await age(RETENTION_DAYS);
  await erase();
  server.anthropic.journal.clear();
  const { threadId } = workspace;
  const next = await workspace.admin.runTurn({ buddy: "copywriter", message: "Are you still there?", threadId });
  expect(next).toMatchObject({ status: "COMPLETED", threadId });
  await workspace.admin.runTurn({ buddy: "copywriter", message: "And now?", threadId });
  const told = server.anthropic.journal.messages().map(({ body }) => JSON.stringify(body));
  expect(told[0]).not.toContain(word);
  // What was said since then is remembered.
  expect(told[1]).toContain("Are you still there?");
});

test("of a thread that went on, what is young stays", async () => {
  await age(RETENTION_DAYS);
  const { threadId } = workspace;
  const young = await workspace.admin.runTurn({ buddy: "copywriter", message: "Something new", threadId });
  await erase();
  expect(await titleOf(threadId)).toBe("");
  const messages: { content: object }[] = await server.dataSource.query(
    "SELECT content FROM messages WHERE thread_id = $1 ORDER BY created_at, id",
    [uuidOf("thread", threadId)],
  );
  expect(messages.map(({ content }) => JSON.stringify(content))).toEqual([
    JSON.stringify([{ text: "Something new", type: "text" }]),
    JSON.stringify([{ text: young.text, type: "text" }]),
  ]);
  expect(await session(young.id)).toMatchObject({ prompt: "Something new", text: young.text });
});

test("a running session is left alone, however old, and so is the name of its thread", async () => {
  const startedAt = new Date(Date.UTC(2020, 0, 1));
  const [id = ""] = await seedSessions(server.dataSource, workspace.admin, [
    { status: "RUNNING", prompt: "Take all the time you need", startedAt },
  ]);
  await server.dataSource.query("UPDATE threads SET created_at = $1 WHERE title = 'A conversation'", [startedAt]);
  expect(await erase()).toEqual({ sessions: 0, titles: 0 });
  expect(await session(id)).toMatchObject({ prompt: "Take all the time you need" });
  expect(await placesOf(server.dataSource, '"A conversation"')).toEqual({ threads: 1 });
  await server.dataSource.query(
    "UPDATE agent_sessions SET status = 'CANCELLED', ended_at = $1 WHERE status = 'RUNNING'",
    [startedAt],
  );
  expect(await erase()).toEqual({ sessions: 1, titles: 1 });
});

test("the idempotency key of an erased turn stays taken: nothing runs, and nobody is told another message's end", async () => {
  await age(RETENTION_DAYS);
  await erase();
  server.anthropic.journal.clear();
  const { idempotencyKey } = workspace;
  const input = { buddy: "copywriter", message: "Whatever it was", idempotencyKey };
  expect((await workspace.admin.ask(START, { input })).startTurn).toEqual({
    session: null,
    userErrors: [
      {
        code: "IDEMPOTENCY_KEY_MISMATCH",
        message: expect.stringContaining("has been erased: make a new one"),
        field: ["input", "idempotencyKey"],
      },
    ],
  });
  expect(server.anthropic.journal.messages()).toEqual([]);
});

test("a server does it by itself, and one without RETENTION_DAYS keeps everything", async () => {
  const keeping = await startTestServer();
  const kept = await makeMarkedWorkspace(keeping, word);
  await makeOlder(keeping.dataSource, kept.id, 1_000);
  const places = await placesOf(keeping.dataSource, word);
  await (await keeping.startSibling()).dispose(0);
  expect(await placesOf(keeping.dataSource, word)).toEqual(places);
  await keeping.close();

  await age(RETENTION_DAYS);
  await server.startSibling();
  const line = await server.logged(({ msg, sessions }) => msg === "erased what was kept long enough" && sessions === 8);
  expect(line).toMatchObject({ level: "info", sessions: 8, titles: 5, retentionDays: RETENTION_DAYS });
  expect(JSON.stringify(server.logs)).not.toContain(word);
  expect(await placesOf(server.dataSource, word)).toMatchObject({ agent_sessions: 1 });
});

test("servers that do it at once share the work, batch by batch", async () => {
  const startedAt = new Date(Date.UTC(2020, 0, 1));
  const many = Array.from({ length: 1_300 }, () => ({ prompt: "long ago", startedAt }));
  await seedSessions(server.dataSource, workspace.admin, many);
  const erased = await Promise.all([erase(), erase(), erase()]);
  expect(erased.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(1_300);
  expect(await placesOf(server.dataSource, "long ago")).toEqual({});
});

test("a session that somebody else has in hand is passed over, and found the next time", async () => {
  await age(RETENTION_DAYS);
  const other = server.dataSource.createQueryRunner();
  await other.startTransaction();
  await other.query("SELECT FROM agent_sessions WHERE idempotency_key = $1 FOR UPDATE", [workspace.idempotencyKey]);
  expect(await erase()).toMatchObject({ sessions: 7 });
  await other.rollbackTransaction();
  await other.release();
  expect(await erase()).toMatchObject({ sessions: 1 });
});
