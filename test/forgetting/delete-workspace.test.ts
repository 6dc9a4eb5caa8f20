import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";

import { deleteWorkspace, TurnsStillRunning } from "../../src/agents/delete-workspace";
import { newId, uuidOf } from "../../src/ids";
import { simulate } from "../../src/simulators/script";
import { disableWorkspace, enableWorkspace } from "../../src/workspaces/administer-workspace";
import { keyEvents } from "../graphql/manage-workspace";
import { seedSessions } from "../graphql/seed-sessions";
import { newWorkspace } from "../graphql/test-workspace";
import { CHAT_TURN, collect, connect, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";
import { billSessions, dump, figures, type MarkedWorkspace, makeMarkedWorkspace, placesOf } from "./marked-workspace";

let server: TestServer;
let workspace: MarkedWorkspace;
/** What every text of the workspace has in it. */
let word: string;
/** A workspace that nothing may happen to. */
let neighbour: MarkedWorkspace;

beforeAll(async () => {
  server = await startTestServer();
  neighbour = await makeMarkedWorkspace(server, "nightjar");
});

afterAll(() => server.close());

beforeEach(async () => {
  word = `kingfisher-${randomBytes(4).toString("hex")}`;
  workspace = await makeMarkedWorkspace(server, word);
  await billSessions(server.dataSource);
});

const remove = (patienceMs?: number) =>
  deleteWorkspace({
    dataSource: server.dataSource,
    workspaceId: workspace.id,
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });

/** Disabled for so long that nothing can begin in it any more. */
async function shut(): Promise<void> {
  await disableWorkspace(server.dataSource, workspace.id);
  await server.dataSource.query("UPDATE workspaces SET disabled_at = disabled_at - interval '1 hour' WHERE id = $1", [
    workspace.id,
  ]);
}

async function rowsOfNeighbour(): Promise<Record<string, string[]>> {
  const tables = Object.entries(await dump(server.dataSource));
  return Object.fromEntries(tables.map(([table, rows]) => [table, rows.filter((row) => row.includes(neighbour.id))]));
}

async function count(table: string): Promise<number> {
  const [{ rows }] = await server.dataSource.query(
    `SELECT count(*)::int AS rows FROM ${table} WHERE workspace_id = $1`,
    [workspace.id],
  );
  return rows;
}

test("everything that was said and stored is gone, and what bills rest on stays", async () => {
  // The word is really everywhere: what is searched for below was there.
  expect(Object.keys(await placesOf(server.dataSource, word))).toEqual([
    "agent_sessions",
    "messages",
    "threads",
    "users",
    "workspaces",
  ]);
  const [before, others] = [await figures(server.dataSource, workspace.id), await rowsOfNeighbour()];
  expect(before).toHaveLength(4);
  await server.dataSource.query("UPDATE agent_sessions SET trace_id = 'a-trace' WHERE workspace_id = $1", [
    workspace.id,
  ]);

  expect(await remove()).toEqual({ providerKeys: 2, ownKeySessions: 4, meteredSessions: 4 });

  expect(await placesOf(server.dataSource, word)).toEqual({});
  expect(await figures(server.dataSource, workspace.id)).toEqual(before);
  for (const table of ["provider_keys", "provider_key_events", "buddy_modes", "routing_policies", "messages"]) {
    expect({ table, rows: await count(table) }).toEqual({ table, rows: 0 });
  }
  expect(await count("agent_sessions")).toBe(4);
  const [session] = await server.dataSource.query(
    `SELECT DISTINCT prompt, text, tool_calls, error, request_hash, idempotency_key, trace_id, erased_at IS NOT NULL AS erased
     FROM agent_sessions WHERE workspace_id = $1`,
    [workspace.id],
  );
  expect(session).toEqual({
    prompt: "",
    text: "",
    tool_calls: [],
    error: null,
    request_hash: "",
    idempotency_key: null,
    trace_id: null,
    erased: true,
  });
  const [row] = await server.dataSource.query("SELECT * FROM workspaces WHERE id = $1", [workspace.id]);
  expect(row).toMatchObject({ name: workspace.id, stripe_customer_id: "cus_of_the_ledger" });
  expect(row.deleted_at).not.toBeNull();
  expect(await rowsOfNeighbour()).toEqual(others);
});

test("it is repeated without harm, also after it broke off in the middle", async () => {
  const before = await figures(server.dataSource, workspace.id);
  await shut();
  await server.dataSource.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the power went'; END $$;
    CREATE TRIGGER refuse BEFORE DELETE ON agent_sessions EXECUTE FUNCTION refuse();
  `);
  await expect(remove().finally(() => server.dataSource.query("DROP FUNCTION refuse CASCADE"))).rejects.toThrow(
    "the power went",
  );
  // A page is done wholly or not at all.
  expect(await placesOf(server.dataSource, word)).toMatchObject({ agent_sessions: 8, threads: 5 });

  expect(await remove()).toEqual({ providerKeys: 0, ownKeySessions: 4, meteredSessions: 4 });
  expect(await remove()).toEqual({ providerKeys: 0, ownKeySessions: 0, meteredSessions: 4 });
  expect(await placesOf(server.dataSource, word)).toEqual({});
  expect(await figures(server.dataSource, workspace.id)).toEqual(before);
});

test("a workspace of many sessions is erased page by page", async () => {
  const many = Array.from({ length: 1_200 }, (_, index) => ({
    prompt: word,
    startedAt: new Date(Date.UTC(2026, 0, 1) + Math.floor(index / 7) * 1000),
    route: { mode: index % 3 === 0 ? ("BYOK_CLAUDE" as const) : ("METERED" as const) },
  }));
  await seedSessions(server.dataSource, workspace.admin, many);
  await shut();
  expect(await remove()).toEqual({ providerKeys: 2, ownKeySessions: 404, meteredSessions: 804 });
  expect(await placesOf(server.dataSource, word)).toEqual({});
});

test("running turns are cancelled and waited for, and nothing of them stays behind", async () => {
  const client = connect(server.url, workspace.admin.token);
  const message = simulate([[{ text: `Hello ${word}` }, { fault: "stall" }]]);
  const turn = streamOf(client, CHAT_TURN, { input: { message } });
  const { value: started } = await turn.next();
  const rest = collect(turn).catch(() => []);
  expect(await remove()).toEqual({ providerKeys: 2, ownKeySessions: 4, meteredSessions: 5 });
  const id = uuidOf("session", started.sessionId);
  const [row] = await server.dataSource.query("SELECT status, text FROM agent_sessions WHERE id = $1", [id]);
  expect(row).toEqual({ status: "CANCELLED", text: "" });
  expect(await placesOf(server.dataSource, word)).toEqual({});
  await rest;
  await client.dispose();
});

test("while a turn does not end nothing is erased, and the workspace is disabled", async () => {
  await seedSessions(server.dataSource, workspace.admin, [{ status: "RUNNING" }]);
  const places = await placesOf(server.dataSource, word);
  await shut();
  await expect(remove(0)).rejects.toThrow(TurnsStillRunning);
  expect(await placesOf(server.dataSource, word)).toEqual(places);
  const [row] = await server.dataSource.query("SELECT disabled_at, deleted_at FROM workspaces WHERE id = $1", [
    workspace.id,
  ]);
  expect(row).toEqual({ disabled_at: expect.any(Date), deleted_at: null });
});

test("its tokens are refused, and bring nothing back", async () => {
  await shut();
  await remove();
  const claims = { workspaceId: workspace.id, workspaceName: `The ${word}s`, name: word, email: `${word}@example.com` };
  for (const subject of [`sub-${word}`, "somebody new"]) {
    const token = await server.token({ ...claims, subject });
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: "{ workspace { name } }" }),
    });
    expect(response.status).toBe(401);
    expect(await response.text()).toContain("The workspace is disabled");
  }
  expect(await placesOf(server.dataSource, word)).toEqual({});
});

test("enabled again, it has what bills rest on and nothing else", async () => {
  await shut();
  await remove();
  expect(await enableWorkspace(server.dataSource, workspace.id)).toMatchObject({ disabledAt: null, deletedAt: null });
  const admin = await newWorkspace(server, workspace.id).admin();
  const { workspace: seen } = await admin.ask(
    `{ workspace { name connectedPlatforms routingPolicy { defaultMode } threads { nodes { title } }
       agentSessions { nodes { prompt text toolCalls { name } error { code } requestedBy { name email } } } } }`,
  );
  expect(seen).toMatchObject({ name: workspace.id, connectedPlatforms: [] });
  expect(new Set(seen.threads.nodes.map(JSON.stringify))).toEqual(new Set(['{"title":""}']));
  const nothing = { prompt: "", text: "", toolCalls: [], error: null, requestedBy: { name: "deleted", email: null } };
  expect(seen.agentSessions.nodes).toEqual(Array(4).fill(nothing));
  expect(await keyEvents(admin)).toEqual([]);
});

test("of a workspace that is not there nothing is made", async () => {
  expect(await deleteWorkspace({ dataSource: server.dataSource, workspaceId: newId() })).toBeNull();
});
