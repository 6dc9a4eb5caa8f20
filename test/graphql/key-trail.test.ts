// The custody trail: what was done to the workspace's keys, by whom and when.
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";

import { startTestServer, type TestServer } from "../support/test-server";
import { configure, type KeyEventPage, keyEventPage, keyEvents, revoke, setMode, verify } from "./manage-workspace";
import { newWorkspace, type Person, type TestWorkspace } from "./test-workspace";

const CLAUDE_KEY = "sk-ant-api03-of-the-workspace-x4Qz";

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

test("the trail tells what was done to a key, by whom and when, newest first", async () => {
  const begun = Date.now();
  const owner = await workspace.owner();
  await configure(admin, "CLAUDE", CLAUDE_KEY);
  await setMode(admin, "campaign", "BYOK_CLAUDE");
  await verify(owner, "CLAUDE");
  server.anthropic.rejectKey(CLAUDE_KEY);
  await verify(admin, "CLAUDE");
  server.anthropic.acceptKey(CLAUDE_KEY);
  await admin.runTurn({ buddy: "campaign", message: "The key works again." });
  server.anthropic.rejectKey(CLAUDE_KEY);
  const failed = await admin.runTurn({ buddy: "campaign", message: "And now it does not." });
  server.anthropic.acceptKey(CLAUDE_KEY);
  expect(failed.error.code).toBe("PROVIDER_AUTHENTICATION_FAILED");
  await configure(owner, "CLAUDE", "sk-ant-api03-that-replaces-it-9Lm2");
  await configure(admin, "CLAUDE", "sk-ant-api03-rejected-0001");
  await revoke(owner, "CLAUDE");
  await configure(admin, "OPENAI", "sk-proj-of-the-workspace-Tt77");

  const trail = await keyEvents(admin);
  expect(trail.map(({ provider, action, maskedKey, actor }) => [provider, action, maskedKey, actor?.name])).toEqual([
    ["OPENAI", "CONFIGURED", "sk-…Tt77", "The admin"],
    ["CLAUDE", "REVOKED", "sk-ant-…9Lm2", "The owner"],
    ["CLAUDE", "REPLACED", "sk-ant-…9Lm2", "The owner"],
    ["CLAUDE", "REJECTED", "sk-ant-…x4Qz", undefined],
    ["CLAUDE", "REJECTED", "sk-ant-…x4Qz", "The admin"],
    ["CLAUDE", "VERIFIED", "sk-ant-…x4Qz", "The owner"],
    ["CLAUDE", "CONFIGURED", "sk-ant-…x4Qz", "The admin"],
  ]);
  const times = trail.map(({ at }) => Date.parse(at));
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect(times.every((time) => time >= begun && time <= Date.now())).toBe(true);
  // Of what was revoked the trail is all that is left.
  const stored = await server.dataSource.query("SELECT provider FROM provider_keys WHERE workspace_id = $1", [
    workspace.id,
  ]);
  expect(stored).toEqual([{ provider: "OPENAI" }]);
});

test("the trail comes in pages, and entries that are added meanwhile move nothing", async () => {
  await configure(admin, "CLAUDE", CLAUDE_KEY);
  for (let count = 0; count < 4; count += 1) await verify(admin, "CLAUDE");
  const all = (await keyEvents(admin)).map(({ id }) => id);
  expect(new Set(all).size).toBe(5);

  const pages: string[][] = [];
  let after: string | null = null;
  for (let more = true; more; ) {
    const { nodes, edges, pageInfo }: KeyEventPage = await keyEventPage(admin, { first: 2, after });
    pages.push(nodes.map(({ id }) => id));
    expect(pageInfo).toEqual({
      hasNextPage: pages.length < 3,
      hasPreviousPage: pages.length > 1,
      startCursor: edges[0]?.cursor,
      endCursor: edges.at(-1)?.cursor,
    });
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage;
    await verify(admin, "CLAUDE");
  }

  expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
  expect(pages.flat()).toEqual(all);
});
