// What a turn asks of its database. Each statement costs the server time, and those that come one after the other before the provider
// is called are waited for by the user.
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, jest, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { simulate } from "../../src/simulators/script";
import { collect, connect, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";
import { type Statement, type StatementWatch, watchStatements } from "../support/watch-statements";
import { passSeconds } from "../workspaces/token-fixture";

/** Shows nothing that would need a statement of its own. */
const CHAT = `subscription ($input: ChatTurnInput!) {
  chatTurn(input: $input) { __typename ... on TurnFinished { session { threadId text usage { totalTokens } } } }
}`;

const RESUME = `subscription ($input: ChatTurnInput!, $after: Int) {
  chatTurn(input: $input, after: $after) { __typename sequence }
}`;

/** Which workspaces are disabled: asked twice a second, as long as a socket is open. */
const LOOK_FOR_DISABLED = /FROM "workspaces".+NOT\("WorkspaceEntity"\."disabled_at" IS NULL\)/s;
/** What the server asks on its own, however many turns run: that, the checkpoints, and what other servers have left behind. */
const ON_ITS_OWN = [LOOK_FOR_DISABLED, /^WITH kept AS/, /lease_expires_at < now\(\) AND id <> ALL/];

let server: TestServer;
let client: Client;
let watch: StatementWatch;
beforeAll(async () => {
  server = await startTestServer();
  client = connect(server.url, await server.token(), { lazy: false });
  watch = watchStatements();
  // Who asks is settled, and a first turn has run.
  await run({});
});
afterAll(async () => {
  watch.stop();
  await client.dispose();
  await server.close();
});
afterEach(() => {
  jest.spyOn(Date, "now").mockRestore();
});

const ofTurns = (statements: readonly Statement[]) =>
  statements.filter(({ text }) => !ON_ITS_OWN.some((own) => own.test(text)));

/** Runs a metered turn. Resolves with what it asked before the provider was called, and all that it asked. */
async function run(input: { threadId?: string }) {
  const marker = randomUUID();
  const message = `${marker} ${simulate([[{ text: "Hello" }]])}`;
  const first = watch.statements.length;
  const called = server.anthropic.journal
    .waitFor(({ body }) => JSON.stringify(body ?? "").includes(marker))
    .then(() => watch.statements.length);
  const events = await collect(streamOf(client, CHAT, { input: { message, ...input } }));
  const { session } = events.at(-1);
  expect(session.text).toBe("Hello");
  return {
    before: ofTurns(watch.statements.slice(first, await called)),
    all: ofTurns(watch.statements.slice(first)),
    threadId: String(session.threadId),
    tokens: Number(session.usage.totalTokens),
  };
}

/** How many answers were waited for, one after the other. */
function roundTrips(statements: readonly Statement[]): number {
  let answeredAt = Number.NEGATIVE_INFINITY;
  let trips = 0;
  for (const statement of statements.toSorted((one, other) => one.answeredAt - other.answeredAt)) {
    if (statement.askedAt < answeredAt) continue;
    answeredAt = statement.answeredAt;
    trips += 1;
  }
  return trips;
}

const texts = (statements: readonly Statement[]) => statements.map(({ text }) => text);

test("a turn in a new thread waits for its database twice, and asks it four things in all", async () => {
  const { before, all } = await run({});
  expect(texts(before)).toHaveLength(3);
  expect(roundTrips(before)).toBe(2);
  expect(texts(all)).toHaveLength(4);
});

test("a turn in a thread that is there looks for its history, too", async () => {
  const { threadId } = await run({});
  const { before, all } = await run({ threadId });
  expect(texts(before)).toHaveLength(4);
  expect(roundTrips(before)).toBe(3);
  expect(texts(all)).toHaveLength(5);
});

test("whoever goes on with a turn looks for the turn alone", async () => {
  const input = { message: simulate([[{ text: "Hello" }]]), idempotencyKey: randomUUID() };
  const [started, ...others] = await collect(streamOf(client, RESUME, { input, after: 0 }));
  const first = watch.statements.length;
  expect(await collect(streamOf(client, RESUME, { input, after: started.sequence }))).toEqual(others);
  const asked = texts(ofTurns(watch.statements.slice(first)));
  expect(asked).toContainEqual(expect.stringContaining("idempotency_key = $3"));
  expect(asked.filter((text) => text.includes("routing_policies"))).toEqual([]);
});

test("the end of a turn is one statement, with its bill and its messages", async () => {
  const { before, all, threadId, tokens } = await run({});
  const end = texts(all.slice(before.length));
  expect(end).toEqual([
    expect.stringMatching(/UPDATE agent_sessions.+INSERT INTO meter_events.+INSERT INTO messages/s),
  ]);
  const rows = await server.dataSource.query(
    `SELECT status, (SELECT value::int FROM meter_events WHERE session_id = session.id) AS billed,
       (SELECT array_agg(role ORDER BY created_at, id) FROM messages WHERE session_id = session.id) AS roles
     FROM agent_sessions session WHERE thread_id = $1`,
    [threadId.slice("thr_".length)],
  );
  expect(rows).toEqual([{ status: "COMPLETED", billed: tokens, roles: ["user", "assistant"] }]);
});

test("the end finds its session by its id, however many run", async () => {
  const { before, all } = await run({});
  const [end] = all.slice(before.length);
  if (end === undefined) throw new Error("there is no end");
  // It knows then that hardly any run, and in a table as small as this one would read all of it.
  await server.dataSource.query("ANALYZE agent_sessions");
  const plan: { "QUERY PLAN": string }[] = await server.dataSource.transaction(async (manager) => {
    await manager.query("SET LOCAL enable_seqscan = off");
    return manager.query(`EXPLAIN ${end.text}`, end.values);
  });
  const lines = plan.map((row) => row["QUERY PLAN"]).join("\n");
  expect(lines).toMatch(/Index Cond: \(id = '/);
  expect(lines).not.toContain("lease_idx");
});

/** No time passes but what is said here, and at each of these moments somebody has looked: longer in all than a look counts. */
async function beSilentForAWhile(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    passSeconds(0.6);
    const seen = watch.statements.length;
    const looked = ({ text, answeredAt }: Statement) => LOOK_FOR_DISABLED.test(text) && answeredAt < performance.now();
    while (!watch.statements.slice(seen).some(looked)) await new Promise(setImmediate);
  }
}

test("a socket that was silent for a while needs no look at its token's workspace: somebody looks for all", async () => {
  // Rounds that were held up count no longer, and then a turn looks itself: from here on they follow each other.
  await beSilentForAWhile();
  await run({});
  await beSilentForAWhile();
  const { all } = await run({});
  expect(texts(all)).toHaveLength(4);
  expect(texts(all).filter((text) => text.includes("INSERT INTO workspaces"))).toEqual([]);
});
