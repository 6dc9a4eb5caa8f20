import { randomUUID } from "node:crypto";
import { expect } from "@jest/globals";

import { publicId } from "../../src/ids";
import type { TestServer } from "../support/test-server";
import { MARKED_TOKENS, type MarkedTurns, seedMarkedTurns } from "./marked-turns";
import { seedSessions } from "./seed-sessions";
import { newWorkspace, type Person } from "./test-workspace";

/** A workspace with something of everything, and the ids of it. */
export interface World {
  admin: Person;
  session: string;
  running: string;
  thread: string;
  user: string;
  keyEvent: string;
  idempotencyKey: string;
}

/** A workspace that cannot be mistaken for another one. */
export interface MarkedWorkspace {
  admin: Person;
  turns: MarkedTurns;
  /** What only it has, and is told in some field. */
  words: string[];
  /** Of all of its rows, with dashes and without. */
  ids: string[];
}

export async function settle(server: TestServer, admin: Person): Promise<World> {
  const setup = `mutation ($key: String!) {
    configureProvider(input: { provider: CLAUDE, apiKey: $key }) { userErrors { code } }
    setBuddyModel(input: { buddy: "campaign", mode: BYOK_CLAUDE }) { userErrors { code } }
    updateRoutingPolicy(input: { byokFallback: FAIL }) { userErrors { code } }
  }`;
  await admin.ask(setup, { key: "sk-ant-api03-of-the-workspace-x4Qz" });
  const idempotencyKey = randomUUID();
  const { id, threadId } = await admin.runTurn({ buddy: "campaign", message: "Anything new?", idempotencyKey });
  const [running = ""] = await seedSessions(server.dataSource, admin, [
    { status: "RUNNING", route: { mode: "BYOK_CLAUDE", modelId: "claude-haiku-4-5" } },
  ]);
  // Whoever follows it leaves a trace.
  await server.dataSource.query("UPDATE agent_sessions SET last_followed_at = now() - interval '1 hour'");
  const { keyEvents } = (await admin.ask("{ workspace { keyEvents { nodes { id } } } }")).workspace;
  const user = publicId("user", admin.userId);
  return { admin, session: id, running, thread: threadId, user, keyEvent: keyEvents.nodes[0].id, idempotencyKey };
}

/** All rows of a workspace. */
export async function rowsOf(server: TestServer, { workspaceId }: Person): Promise<Record<string, unknown[]>> {
  const tables: { name: string }[] = await server.dataSource.query(
    "SELECT table_name AS name FROM information_schema.columns WHERE column_name = 'workspace_id' AND table_schema = 'public'",
  );
  expect(tables.length).toBeGreaterThan(5);
  const rows = tables.map(async ({ name }) => [
    name,
    await server.dataSource.query(`SELECT * FROM ${name} WHERE workspace_id = $1 ORDER BY 1, 2`, [workspaceId]),
  ]);
  return Object.fromEntries(await Promise.all(rows));
}

/** Settles a workspace whose every name, text, key, mode and figure is a mark. */
export async function markWorkspace(server: TestServer): Promise<MarkedWorkspace> {
  const mark = "faraway";
  const workspace = newWorkspace(server, `w-${mark}`);
  const person = { name: `Somebody ${mark}`, email: `${mark}@example.com`, workspaceName: `Company ${mark}` };
  const admin = await workspace.admin(mark, person);
  const setup = `mutation ($claude: String!, $openAi: String!) {
    claude: configureProvider(input: { provider: CLAUDE, apiKey: $claude }) { userErrors { code } }
    openAi: configureProvider(input: { provider: OPENAI, apiKey: $openAi }) { userErrors { code } }
    setBuddyModel(input: { buddy: "campaign", mode: BYOK_OPENAI }) { userErrors { code } }
    updateRoutingPolicy(input: { byokFallback: FAIL, defaultMode: BYOK_OPENAI }) { userErrors { code } }
  }`;
  await admin.ask(setup, { claude: "sk-ant-api03-of-theirs-Fw4y", openAi: "sk-proj-of-theirs-Fw8y" });
  const keyNews = "UPDATE provider_keys SET status = 'INVALID', last_error = $1, models = $2 WHERE workspace_id = $3";
  const models = JSON.stringify([{ id: `model-${mark}`, displayName: `Model ${mark}` }]);
  await server.dataSource.query(keyNews, [`No longer valid: ${mark}`, models, admin.workspaceId]);
  const turns = await seedMarkedTurns(server.dataSource, admin, `turn-${mark}`, MARKED_TOKENS);
  const ids = JSON.stringify(await rowsOf(server, admin)).match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [];
  return {
    admin,
    turns,
    words: [
      ...[mark, workspace.id, ...Object.values(person), "…Fw4y", "…Fw8y", `model-${mark}`, `Model ${mark}`],
      ...[`No longer valid: ${mark}`, `turn-${mark}`, "BYOK_OPENAI", String(MARKED_TOKENS)],
    ],
    ids: [...new Set(ids)].flatMap((id) => [id, id.replaceAll("-", "")]),
  };
}
