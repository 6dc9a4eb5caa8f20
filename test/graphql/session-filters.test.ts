// The audit list's conditions, each alone and together, and its count.
import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { newId, publicId } from "../../src/ids";
import { startTestServer, type TestServer } from "../support/test-server";
import { statementsDuring } from "../support/watch-statements";
import { seedSessions } from "./seed-sessions";
import { newWorkspace, type Person } from "./test-workspace";

const LIST = `query ($filter: AgentSessionFilter) { workspace { agentSessions(filter: $filter, first: 100) {
  nodes { prompt } totalCount
} } }`;

const THREAD = newId();
const OTHER_THREAD = newId();
const PARENT = newId();

/** One minute after the other, oldest first. */
const SESSIONS = [
  { prompt: "plain" },
  { prompt: "analyst", buddySlug: "analyst" },
  { prompt: "gone", buddySlug: "gone" },
  { prompt: "own claude", route: { mode: "BYOK_CLAUDE", modelId: "claude-haiku-4-5" } },
  {
    prompt: "own openai",
    buddySlug: "analyst",
    route: { mode: "BYOK_OPENAI", provider: "OPENAI", modelId: "gpt-4.1" },
  },
  { prompt: "failed", status: "FAILED" },
  { prompt: "cancelled", status: "CANCELLED", buddySlug: "analyst" },
  { prompt: "interrupted", status: "INTERRUPTED" },
  { prompt: "running", status: "RUNNING" },
  { prompt: "pending", status: "PENDING" },
  { prompt: "first of a thread", threadId: THREAD, id: PARENT },
  { prompt: "delegated in it", threadId: THREAD, parentId: PARENT, buddySlug: "analyst" },
  { prompt: "second of a thread", threadId: THREAD, status: "FAILED" },
  { prompt: "another thread", threadId: OTHER_THREAD },
] as const;

const EPOCH = Date.UTC(2026, 4, 14, 9, 30);
const minute = (count: number) => new Date(EPOCH + count * 60_000);
const prompts = SESSIONS.map(({ prompt }) => prompt);
const indexOf = (prompt: (typeof prompts)[number]) => prompts.indexOf(prompt);

let server: TestServer;
let admin: Person;

beforeAll(async () => {
  server = await startTestServer();
  const workspace = newWorkspace(server);
  admin = await workspace.admin();
  await seedSessions(
    server.dataSource,
    admin,
    SESSIONS.map((session, index) => ({ ...session, startedAt: minute(index) })),
  );
  const elsewhere = await newWorkspace(server).admin();
  await seedSessions(server.dataSource, elsewhere, [
    { prompt: "elsewhere" },
    { prompt: "there too", status: "FAILED" },
  ]);
});

afterAll(() => server.close());

/** The prompts of the sessions that match, oldest first. */
async function matching(filter: object | null | undefined): Promise<string[]> {
  const { agentSessions } = (await admin.ask(LIST, { filter })).workspace;
  const found = agentSessions.nodes.map(({ prompt }: { prompt: string }) => prompt).reverse();
  expect(agentSessions.totalCount).toBe(found.length);
  return found;
}

const byAnalyst = ["analyst", "own openai", "cancelled", "delegated in it"];
const inThread = ["first of a thread", "delegated in it", "second of a thread"];
const without = (...left: string[]) => prompts.filter((prompt) => !left.includes(prompt));

test.each<[string, object | null | undefined, readonly string[]]>([
  ["no filter", undefined, prompts],
  ["null", null, prompts],
  ["nothing", {}, prompts],
  [
    "nulls",
    {
      buddies: null,
      modes: null,
      statuses: null,
      modelId: null,
      threadId: null,
      startedAfter: null,
      topLevelOnly: null,
    },
    prompts,
  ],
  ["one buddy", { buddies: ["analyst"] }, byAnalyst],
  [
    "two buddies, one of which is no more",
    { buddies: ["analyst", "gone"] },
    ["analyst", "gone", ...byAnalyst.slice(1)],
  ],
  ["an unknown buddy", { buddies: ["nobody"] }, []],
  ["none of the buddies", { buddies: [] }, []],
  ["one mode", { modes: ["BYOK_CLAUDE"] }, ["own claude"]],
  ["two modes", { modes: ["BYOK_CLAUDE", "BYOK_OPENAI"] }, ["own claude", "own openai"]],
  ["METERED", { modes: ["METERED"] }, without("own claude", "own openai")],
  ["one status", { statuses: ["FAILED"] }, ["failed", "second of a thread"]],
  ["what runs", { statuses: ["RUNNING", "PENDING"] }, ["running", "pending"]],
  ["what was cut", { statuses: ["CANCELLED", "INTERRUPTED"] }, ["cancelled", "interrupted"]],
  ["a model", { modelId: "gpt-4.1" }, ["own openai"]],
  ["the beginning of a model's name", { modelId: "gpt" }, []],
  ["an empty model", { modelId: "" }, []],
  ["a thread", { threadId: publicId("thread", THREAD) }, inThread],
  ["a thread that is no more", { threadId: publicId("thread", newId()) }, []],
  ["a session as a thread", { threadId: publicId("session", PARENT) }, []],
  ["garbage as a thread", { threadId: "garbage" }, []],
  ["an empty thread", { threadId: "" }, []],
  ["a time and later", { startedAfter: minute(12) }, ["second of a thread", "another thread"]],
  ["before a time", { startedBefore: minute(2) }, ["plain", "analyst"]],
  ["between two times", { startedAfter: minute(3), startedBefore: minute(5) }, ["own claude", "own openai"]],
  ["a time in another zone", { startedAfter: "2026-05-14T11:42:00+02:00" }, ["second of a thread", "another thread"]],
  ["an empty span", { startedAfter: minute(5), startedBefore: minute(5) }, []],
  ["all of time", { startedAfter: "0001-01-01T00:00:00Z", startedBefore: "9999-12-31T23:59:59.999Z" }, prompts],
  ["top-level turns", { topLevelOnly: true }, without("delegated in it")],
  ["delegated ones too", { topLevelOnly: false }, prompts],
  ["characters that are no text", { buddies: ["\0"], modelId: "\0" }, []],
  ["a model with a NUL", { modelId: "gpt-4.1\0" }, []],
  ["half a surrogate pair", { buddies: ["\ud800"] }, []],
])("%s", async (_what, filter, expected) => {
  expect(await matching(filter)).toEqual(expected);
});

test.each<[string, object, readonly string[]]>([
  ["a buddy in a mode", { buddies: ["analyst"], modes: ["METERED"] }, ["analyst", "cancelled", "delegated in it"]],
  ["a buddy in a state", { buddies: ["analyst"], statuses: ["CANCELLED", "FAILED"] }, ["cancelled"]],
  [
    "a thread's top level",
    { threadId: publicId("thread", THREAD), topLevelOnly: true },
    ["first of a thread", "second of a thread"],
  ],
  ["what contradicts itself", { modes: ["BYOK_CLAUDE"], modelId: "gpt-4.1" }, []],
  [
    "everything at once",
    {
      buddies: ["campaign", "analyst"],
      modes: ["METERED"],
      statuses: ["COMPLETED", "FAILED"],
      modelId: "claude-sonnet-4-6",
      threadId: publicId("thread", THREAD),
      startedAfter: minute(indexOf("delegated in it")),
      startedBefore: minute(indexOf("another thread")),
      topLevelOnly: true,
    },
    ["second of a thread"],
  ],
])("together: %s", async (_what, filter, expected) => {
  expect(await matching(filter)).toEqual(expected);
});

test("the count is over all pages, and of the filter alone", async () => {
  const document = `query ($after: String) { workspace { agentSessions(filter: { topLevelOnly: true }, first: 3, after: $after) {
    totalCount pageInfo { endCursor }
  } } }`;
  const first = (await admin.ask(document)).workspace.agentSessions;
  const second = (await admin.ask(document, { after: first.pageInfo.endCursor })).workspace.agentSessions;

  expect([first.totalCount, second.totalCount]).toEqual([13, 13]);
});

test("is counted only where the count is asked for", async () => {
  const counted = async (fields: string) => {
    const made = await statementsDuring(() => admin.ask(`{ workspace { agentSessions { ${fields} } } }`));
    return made.filter(({ text }) => /\bcount\(/i.test(text) && text.includes("agent_sessions")).length;
  };

  expect(await counted("nodes { id } pageInfo { hasNextPage }")).toBe(0);
  expect(await counted("totalCount")).toBe(1);
});
