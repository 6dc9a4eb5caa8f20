// What the checkpoints of turns with tools send: no statement is so long that it could not be done in time, and nothing is sent twice
// that the database has.
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from "@jest/globals";
import type { DataSource } from "typeorm";

import { type Checkpointed, type Checkpoints, createCheckpoints } from "../../src/agents/checkpoints";
import { NO_CALL } from "../../src/agents/estimate-usage";
import { NO_TOKENS } from "../../src/agents/token-usage";
import type { ToolCall } from "../../src/agents/tool-call";
import { createDataSource } from "../../src/database/data-source";
import { ENTITIES } from "../../src/entities";
import { newId, uuidOf } from "../../src/ids";
import { createLogger } from "../../src/logger";
import { UserEntity } from "../../src/workspaces/user.entity";
import { WorkspaceEntity } from "../../src/workspaces/workspace.entity";
import { seedSessions } from "../graphql/seed-sessions";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { until } from "../support/until";
import { type Statement, type StatementWatch, watchStatements } from "../support/watch-statements";

const OWNER = newId();
/** Characters that one statement may be long, and a little for what stands around the sessions in it. */
const MOST = 10_001_000;

let database: TestDatabase;
let dataSource: DataSource;
let checkpoints: Checkpoints;
let watch: StatementWatch;
beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, entities: ENTITIES }).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
beforeEach(() => {
  watch = watchStatements();
  const logger = createLogger("fatal", { write: () => undefined });
  checkpoints = createCheckpoints({ dataSource, owner: OWNER, unattendedSeconds: 120, logger });
});
afterEach(async () => {
  await checkpoints.close();
  watch.stop();
  jest.restoreAllMocks();
});

const isCheckpoint = ({ text }: Statement) => text.startsWith("WITH kept AS");
const sent = () => watch.statements.filter(isCheckpoint).map(({ values }) => String(values[0]));

function toolCall(id: string, result: unknown): ToolCall {
  const durationMs = result === null ? null : 5;
  return { id, name: "look", arguments: {}, result, errorMessage: null, startedAt: "2026-01-01T00:00:00Z", durationMs };
}

/** Turns that run here, each with these tool calls, and how often the lease of each was renewed. */
async function begin(count: number, toolCalls: ToolCall[]) {
  const [workspaceId, userId] = [newId(), newId()];
  await dataSource.manager.insert(WorkspaceEntity, { id: workspaceId, name: workspaceId });
  await dataSource.manager.insert(UserEntity, { id: userId, workspaceId, sub: "somebody", name: "Somebody" });
  const running = Array.from({ length: count }, () => ({ status: "RUNNING" as const }));
  const ids = (await seedSessions(dataSource, { workspaceId, userId }, running)).map((id) =>
    String(uuidOf("session", id)),
  );
  await dataSource.query("UPDATE agent_sessions SET lease_owner = $1 WHERE id = ANY($2)", [OWNER, ids]);
  const progress = { usage: NO_TOKENS, lastCall: NO_CALL, toolCalls, firstTextAt: null };
  const renewed = new Map(ids.map((id) => [id, 0]));
  const stop = jest.fn<Checkpointed["stop"]>();
  for (const sessionId of ids) {
    checkpoints.add({
      sessionId,
      progress: () => ({ ...progress, text: "Hello", lastSequence: 1, followed: true }),
      renewed: () => void renewed.set(sessionId, (renewed.get(sessionId) ?? 0) + 1),
      stop,
    });
  }
  /** Each of them, so often from now on. */
  const renewedAgain = async (times: number) => {
    const before = new Map(renewed);
    await until(() => ids.every((id) => Number(renewed.get(id)) >= Number(before.get(id)) + times));
  };
  return { ids, renewedAgain, stop };
}

const keptCalls = async (id: string | undefined): Promise<ToolCall[]> => {
  const [row] = await dataSource.query("SELECT tool_calls FROM agent_sessions WHERE id = $1", [id]);
  return row.tool_calls;
};

test("turns with much in their tool calls are told in several statements, and all leases are renewed", async () => {
  const { ids, renewedAgain, stop } = await begin(5, [toolCall("one", "x".repeat(4_000_000))]);
  await renewedAgain(1);
  const statements = sent();
  expect(statements.map((rows) => JSON.parse(rows).length).slice(0, 3)).toEqual([2, 2, 1]);
  for (const rows of statements) expect(rows.length).toBeLessThan(MOST);
  expect((await keptCalls(ids[4]))[0]?.result).toHaveLength(4_000_000);
  expect(stop).not.toHaveBeenCalled();
});

test("many turns with little to tell are one statement", async () => {
  const { ids, renewedAgain } = await begin(50, [toolCall("one", "short")]);
  await renewedAgain(1);
  expect(JSON.parse(sent()[0] ?? "[]")).toHaveLength(ids.length);
});

test("tool calls are sent when something of them is new, and stay where they are otherwise", async () => {
  const calls = [toolCall("one", null)];
  const { ids, renewedAgain } = await begin(1, calls);
  const told = () => sent().flatMap((rows) => JSON.parse(rows)[0].tool_calls ?? []);
  await renewedAgain(3);
  expect(told()).toEqual(calls);
  expect(await keptCalls(ids[0])).toEqual(calls);

  calls[0] = toolCall("one", "seen");
  calls.push(toolCall("two", null));
  await renewedAgain(3);
  expect(told()).toEqual([toolCall("one", null), ...calls]);
  expect(await keptCalls(ids[0])).toEqual(calls);
});

test("what a checkpoint that failed was to keep is sent again", async () => {
  const calls = [toolCall("one", "seen")];
  const { ids, renewedAgain } = await begin(1, calls);
  // The statement did not come so far, or its answer was lost: nobody knows.
  const query = jest.spyOn(dataSource, "query").mockRejectedValueOnce(new Error("Connection terminated unexpectedly"));
  await renewedAgain(1);
  await expect(query.mock.results[0]?.value).rejects.toThrow("Connection terminated");
  expect(await keptCalls(ids[0])).toEqual(calls);
});
