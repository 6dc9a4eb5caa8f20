// What stands in a session's way, at the moment that it is inserted.
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";

import { insertSession, newSession } from "../../src/agents/insert-session";
import { createDataSource } from "../../src/database/data-source";
import { ENTITIES } from "../../src/entities";
import { newId } from "../../src/ids";
import { UserEntity } from "../../src/workspaces/user.entity";
import { WorkspaceEntity } from "../../src/workspaces/workspace.entity";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { until } from "../support/until";

let database: TestDatabase;
let dataSource: DataSource;
let workspaceId: string;
let userId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, entities: ENTITIES }).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
beforeEach(async () => {
  [workspaceId, userId] = [newId(), newId()];
  await dataSource.manager.insert(WorkspaceEntity, { id: workspaceId, name: workspaceId });
  await dataSource.manager.insert(UserEntity, { id: userId, workspaceId, sub: "somebody", name: "Somebody" });
});

const session = (threadId = newId(), idempotencyKey: string | null = null) =>
  newSession({
    workspaceId,
    userId,
    threadId,
    parentId: null,
    buddy: { slug: "campaign", name: "Campaign" } as Parameters<typeof newSession>[0]["buddy"],
    prompt: "Hello",
    route: {
      requestedMode: "METERED",
      modeSource: "DEFAULT",
      mode: "METERED",
      fallbackReason: null,
      payer: "WAYPATH",
      provider: "CLAUDE",
      modelId: "claude-sonnet-4-6",
      modelReason: "",
      maskedKey: null,
    },
    idempotencyKey,
    requestHash: "",
    requestId: "req_1",
  });
const insert = (accepted = session()) => insertSession(dataSource, accepted, newId());
const counted = (table: string) =>
  dataSource
    .query(`SELECT count(*)::int AS rows FROM ${table} WHERE workspace_id = $1`, [workspaceId])
    .then(([{ rows }]) => rows);
/** Whether a statement here waits for another one's end. */
const waitsForAnother = async () => {
  const [{ waiting }] =
    await dataSource.query(`SELECT count(*)::int AS waiting FROM pg_locks WHERE NOT granted AND pid IN (
    SELECT pid FROM pg_stat_activity WHERE datname = current_database())`);
  return waiting > 0;
};
const DISABLE = "UPDATE workspaces SET disabled_at = now() WHERE id = $1";

test("one is inserted with its thread", async () => {
  const accepted = session();
  expect(await insert(accepted)).toBe("INSERTED");
  expect(accepted.startedAt).toBeInstanceOf(Date);
  expect([await counted("agent_sessions"), await counted("threads")]).toEqual([1, 1]);
});

test("a known key and a busy thread are in its way", async () => {
  const [threadId, key] = [newId(), newId()];
  expect(await insert(session(threadId, key))).toBe("INSERTED");
  expect(await insert(session(newId(), key))).toBe("CONFLICT");
  expect(await insert(session(threadId))).toBe("CONFLICT");
  expect([await counted("agent_sessions"), await counted("threads")]).toEqual([1, 1]);
});

test("an earlier try that is still being committed is the same session, not one in its way", async () => {
  const accepted = session(newId(), newId());
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  const stalled: Pick<DataSource, "query"> = { query: (text: string, values: unknown[]) => runner.query(text, values) };
  expect(await insertSession(stalled as DataSource, { ...accepted }, newId())).toBe("INSERTED");
  const again = insert(accepted);
  await until(waitsForAnother);
  await runner.commitTransaction();
  await runner.release();
  expect(await again).toBe("INSERTED");
  expect(accepted.startedAt).toBeInstanceOf(Date);
  expect(await counted("agent_sessions")).toBe(1);
});

test("nothing is inserted into a workspace that is disabled", async () => {
  await dataSource.query(DISABLE, [workspaceId]);
  expect(await insert()).toBe("WORKSPACE_DISABLED");
  expect([await counted("agent_sessions"), await counted("threads")]).toEqual([0, 0]);
});

test("nor into one that is being disabled at the same moment: whoever is second sees what the first did", async () => {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(DISABLE, [workspaceId]);
  const inserted = insert();
  // Until it stands before the row.
  await until(waitsForAnother);
  await runner.commitTransaction();
  await runner.release();
  expect(await inserted).toBe("WORKSPACE_DISABLED");
  expect([await counted("agent_sessions"), await counted("threads")]).toEqual([0, 0]);
});
