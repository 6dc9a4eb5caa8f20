// How much of a long thread is read: as much as any model could take, and not the rest.
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";

import { fitHistory } from "../../src/agents/fit-history";
import { asksPrompt, HISTORY_BYTES, loadHistory, saysText } from "../../src/agents/thread-history";
import { createDataSource } from "../../src/database/data-source";
import { ENTITIES } from "../../src/entities";
import { newId, uuidOf } from "../../src/ids";
import type { JsonValue, Message } from "../../src/providers/language-model";
import { MODEL_CATALOG } from "../../src/providers/model-catalog";
import { UserEntity } from "../../src/workspaces/user.entity";
import { WorkspaceEntity } from "../../src/workspaces/workspace.entity";
import { seedSessions } from "../graphql/seed-sessions";
import { createTestDatabase, type TestDatabase } from "../support/database";

const WORKSPACE = "history";
const LARGEST_WINDOW = Math.max(...MODEL_CATALOG.map(({ contextWindow }) => contextWindow));
const MEGABYTE = "x".repeat(1_000_000);

let database: TestDatabase;
let dataSource: DataSource;
let userId: string;
let threadId: string;
let sessionId: string | null;
beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, entities: ENTITIES }).initialize();
  userId = newId();
  await dataSource.manager.insert(WorkspaceEntity, { id: WORKSPACE, name: WORKSPACE });
  await dataSource.manager.insert(UserEntity, {
    id: userId,
    workspaceId: WORKSPACE,
    sub: "somebody",
    name: "Somebody",
  });
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});
beforeEach(async () => {
  threadId = newId();
  const [id = ""] = await seedSessions(dataSource, { workspaceId: WORKSPACE, userId }, [{ threadId }]);
  sessionId = uuidOf("session", id);
});

/** Keeps what a turn said, as its end does: at one moment, in the order of the ids. */
const keep = (messages: readonly Message[]) =>
  dataSource.query(
    `INSERT INTO messages (id, workspace_id, thread_id, session_id, role, content)
     SELECT said.id, $1, $2, $3, said.role, said.content FROM jsonb_to_recordset($4::jsonb) AS said (id uuid, role text, content jsonb)`,
    [WORKSPACE, threadId, sessionId, JSON.stringify(messages.map((message) => ({ id: newId(), ...message })))],
  );

/** A turn whose tool returned so much. */
const turn = (name: string, result: JsonValue): Message[] => [
  asksPrompt(name),
  { role: "assistant", content: [{ type: "tool-call", id: name, name: "look", arguments: {} }] },
  { role: "user", content: [{ type: "tool-result", toolCallId: name, result, isError: false }] },
  saysText(`${name} is done`),
];

const fitted = (history: readonly Message[]) =>
  fitHistory({ instructions: "", tools: [], history, prompt: asksPrompt("And now?"), contextWindow: LARGEST_WINDOW });
const bytesOf = (history: readonly Message[]) => JSON.stringify(history).length;

test("a short thread is read whole, oldest first", async () => {
  expect(await loadHistory(dataSource, threadId)).toEqual([]);
  const said = [turn("one", "1"), turn("two", "2"), turn("three", "3")];
  for (const messages of said) await keep(messages);
  expect(await loadHistory(dataSource, threadId)).toEqual(said.flat());
  expect(await loadHistory(dataSource, newId())).toEqual([]);
});

test("of a long thread no more is read than any model could take, and a model is given what it would have been given of all of it", async () => {
  const said = Array.from({ length: 20 }, (_, index) => turn(`turn ${index}`, MEGABYTE));
  for (const messages of said) await keep(messages);
  const history = await loadHistory(dataSource, threadId);
  expect(bytesOf(history)).toBeGreaterThan(HISTORY_BYTES - 100_000);
  expect(bytesOf(history)).toBeLessThan(HISTORY_BYTES + 2 * MEGABYTE.length);
  expect(fitted(history)).toEqual(fitted(said.flat()));
  expect(fitted(history).truncated).toBe(true);
});

test("the sizes are those of the texts, however well the database has packed them", async () => {
  for (let index = 0; index < 30; index += 1) await keep([asksPrompt(`${index}`), saysText(MEGABYTE)]);
  const [{ packed }] = await dataSource.query(
    "SELECT sum(pg_column_size(content))::int AS packed FROM messages WHERE thread_id = $1",
    [threadId],
  );
  expect(packed).toBeLessThan(HISTORY_BYTES / 2);
  expect(bytesOf(await loadHistory(dataSource, threadId))).toBeLessThan(HISTORY_BYTES + 2 * MEGABYTE.length);
});

test("that something was left out is told where the reading ended between two turns, and Postgres writes the most", async () => {
  // Two characters an item here, three in the database.
  const digits = Array.from({ length: HISTORY_BYTES / 3 - 100 }, () => 1);
  const big: Message[] = [
    asksPrompt("big".repeat(1_000)),
    { role: "assistant", content: [{ type: "tool-call", id: "1", name: "look", arguments: { digits } }] },
  ];
  await keep(turn("old", "1"));
  await keep(big);
  const history = await loadHistory(dataSource, threadId);
  expect(history.map(({ role }) => role)).toEqual(["user", "assistant"]);
  expect(fitted(history).truncated).toBe(true);
});

test("a turn that is too large for any model leaves nothing but the prompt", async () => {
  await keep(turn("old", "1"));
  await keep([
    asksPrompt("big"),
    ...Array.from({ length: 9 }, (_, index) => turn(`${index}`, MEGABYTE).slice(1)).flat(),
  ]);
  expect(fitted(await loadHistory(dataSource, threadId))).toEqual({
    messages: [asksPrompt("And now?")],
    truncated: true,
  });
});
