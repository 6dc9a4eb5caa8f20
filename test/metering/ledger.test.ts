import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { newId, publicId, uuidOf } from "../../src/ids";
import { simulate } from "../../src/simulators/script";
import { configure } from "../graphql/manage-workspace";
import { type SeededSession, seedSessions } from "../graphql/seed-sessions";
import { newWorkspace, type Person } from "../graphql/test-workspace";
import { CANCEL, CHAT_TURN, collect, connect, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

let server: TestServer;
let admin: Person;
beforeAll(async () => {
  server = await startTestServer();
  admin = await newWorkspace(server).admin();
});
afterAll(() => server.close());

const COLUMNS = "session_id, payer, workspace_id, value, occurred_at";

async function seed(session: SeededSession): Promise<string> {
  const [id = ""] = await seedSessions(server.dataSource, admin, [session]);
  return uuidOf("session", id) ?? "";
}

function bill(sessionId: string, payer = "WAYPATH", value = 10): Promise<unknown> {
  return server.dataSource.query(`INSERT INTO meter_events (${COLUMNS}) VALUES ($1, $2, $3, $4, now())`, [
    sessionId,
    payer,
    admin.workspaceId,
    value,
  ]);
}

/** The ledger of these sessions, in their order. */
async function ledgerOf(...ids: string[]) {
  const rows: { session_id: string }[] = await server.dataSource.query(
    "SELECT session_id, workspace_id, value::int, occurred_at, state, tries, customer_id FROM meter_events WHERE session_id = ANY($1)",
    [ids.map((id) => uuidOf("session", id))],
  );
  return ids.flatMap((id) => rows.filter((row) => publicId("session", row.session_id) === id));
}

const usage = (input: number, output: number) => ({ usage: { input, output, cacheRead: 7, cacheWrite: 2 } });

test("the database itself refuses to bill a session that its workspace pays for", async () => {
  const own = await seed({ route: { mode: "BYOK_CLAUDE" } });
  await expect(bill(own)).rejects.toThrow(/meter_events_session_fkey/);
  await expect(bill(own, "WORKSPACE")).rejects.toThrow(/meter_events_payer_check/);
  await expect(bill(newId())).rejects.toThrow(/meter_events_session_fkey/);

  const metered = await seed({});
  await expect(bill(metered, "WAYPATH", 0)).rejects.toThrow(/meter_events_value_check/);
  await bill(metered);
  await expect(bill(metered)).rejects.toThrow(/meter_events_pkey/);
  const repay = server.dataSource.query(
    "UPDATE agent_sessions SET payer = 'WORKSPACE', mode = 'BYOK_CLAUDE' WHERE id = $1",
    [metered],
  );
  await expect(repay).rejects.toThrow(/meter_events_session_fkey/);
});

test("a metered session is billed with all its tokens, under the time it ended", async () => {
  const session = await admin.runTurn({ message: simulate([[usage(100, 20), { text: "Here you are." }]]) });
  expect(session.usage.totalTokens).toBe(129);
  expect(await ledgerOf(session.id)).toEqual([
    {
      session_id: uuidOf("session", session.id),
      workspace_id: admin.workspaceId,
      value: 129,
      occurred_at: new Date(session.endedAt),
      state: "PENDING",
      tries: 0,
      customer_id: null,
    },
  ]);
});

test("a session on the workspace's own key is not billed, and neither is one that used nothing", async () => {
  const person = await newWorkspace(server).admin();
  expect((await configure(person, "CLAUDE", "sk-ant-own-key-of-a-workspace")).userErrors).toEqual([]);
  const own = await person.runTurn({
    message: simulate([[usage(100, 20), { text: "Paid by you." }]]),
    buddyModels: [{ buddy: "orchestrator", mode: "BYOK_CLAUDE" }],
  });
  expect(own).toMatchObject({ route: { payer: "WORKSPACE" }, usage: { totalTokens: 129 } });
  const nothing = await person.runTurn({ message: simulate([[{ status: 529, retryAfterSeconds: 60 }]]) });
  expect(nothing).toMatchObject({ status: "FAILED", usage: { totalTokens: 0 } });
  expect(await ledgerOf(own.id, nothing.id)).toEqual([]);
});

test("a delegated session is billed on its own, by who pays for it", async () => {
  const person = await newWorkspace(server).admin();
  expect((await configure(person, "CLAUDE", "sk-ant-own-key-of-a-workspace")).userErrors).toEqual([]);
  const work = (buddy: string) => ({
    tool: "delegate",
    arguments: { buddy, task: simulate([[usage(30, 1), { text: "Done." }]]) },
  });
  const message = simulate([
    [usage(100, 10), work("campaign"), work("analyst")],
    [usage(50, 5), { text: "All done." }],
  ]);
  const turn = await person.runTurn({ message, buddyModels: [{ buddy: "campaign", mode: "BYOK_CLAUDE" }] });
  const { agentSession } = await person.ask(
    "query ($id: ID!) { agentSession(id: $id) { delegations { id buddySlug } } }",
    { id: turn.id },
  );
  const idOf = (slug: string) =>
    agentSession.delegations.find(({ buddySlug }: { buddySlug: string }) => buddySlug === slug).id;
  const rows = await ledgerOf(turn.id, idOf("campaign"), idOf("analyst"));
  expect(rows).toMatchObject([
    { session_id: uuidOf("session", turn.id), value: 183 },
    { session_id: uuidOf("session", idOf("analyst")), value: 40 },
  ]);
});

test("a cancelled turn is billed for what it used", async () => {
  const client = connect(server.url, admin.token);
  const message = simulate([[{ usage: { input: 30 } }, { text: "Once upon a time there was" }, { fault: "stall" }]]);
  const stream = streamOf(client, CHAT_TURN, { input: { message } });
  const { value: started } = await stream.next();
  await stream.next();
  await admin.ask(CANCEL, { sessionId: started.sessionId });
  const { session } = (await collect(stream)).at(-1);
  await client.dispose();
  expect(session).toMatchObject({ status: "CANCELLED", usageSource: "ESTIMATED" });
  expect(await ledgerOf(session.id)).toMatchObject([{ value: session.usage.totalTokens }]);
  expect(session.usage.totalTokens).toBeGreaterThanOrEqual(36);
});

test("how a session stands with the meter can be asked, and its row is asked for once for many", async () => {
  const state = "query ($id: ID!) { agentSession(id: $id) { metering meteredAt } }";
  const ask = async (id: string) => (await admin.ask(state, { id: publicId("session", id) })).agentSession;
  const own = await seed({ route: { mode: "BYOK_CLAUDE" } });
  const running = await seed({ status: "RUNNING" });
  const unused = await seed({});
  expect(await Promise.all([own, running, unused].map(ask))).toEqual([
    { metering: "NOT_BILLABLE", meteredAt: null },
    { metering: "PENDING", meteredAt: null },
    { metering: "NOT_BILLABLE", meteredAt: null },
  ]);

  const billed = await seed({});
  await bill(billed);
  const set = (changes: string) =>
    server.dataSource.query(`UPDATE meter_events SET ${changes} WHERE session_id = $1`, [billed]);
  expect(await ask(billed)).toEqual({ metering: "PENDING", meteredAt: null });
  await set("state = 'DELIVERED', delivered_at = '2026-05-14T09:30:00Z'");
  expect(await ask(billed)).toEqual({ metering: "DELIVERED", meteredAt: "2026-05-14T09:30:00.000Z" });
  await set("state = 'FAILED', delivered_at = NULL");
  expect(await ask(billed)).toEqual({ metering: "FAILED", meteredAt: null });
  await set("state = 'AMBIGUOUS'");
  expect(await ask(billed)).toEqual({ metering: "AMBIGUOUS", meteredAt: null });
});
