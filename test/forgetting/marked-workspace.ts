import type { DataSource } from "typeorm";

import { type SimulatorScript, simulate } from "../../src/simulators/script";
import { configure, setMode, updatePolicy } from "../graphql/manage-workspace";
import { newWorkspace, type Person } from "../graphql/test-workspace";
import type { TestServer } from "../support/test-server";

/** A workspace that has lived, with one word in all that its people said, named and stored. */
export interface MarkedWorkspace {
  id: string;
  admin: Person;
  /** Public id of a thread with a metered turn and then one on the workspace's own key. */
  threadId: string;
  /** Public id of the first of them. */
  sessionId: string;
  idempotencyKey: string;
}

export async function makeMarkedWorkspace(server: TestServer, mark: string): Promise<MarkedWorkspace> {
  const workspace = newWorkspace(server);
  const person = { name: `Ada ${mark}`, email: `${mark}@example.com`, workspaceName: `The ${mark}s` };
  const admin = await workspace.admin(`sub-${mark}`, { ...person, stripeCustomerId: "cus_of_the_ledger" });
  await configure(admin, "CLAUDE", `sk-ant-api03-of-the-workspace-${mark.slice(-4)}`);
  await configure(admin, "OPENAI", `sk-proj-of-the-workspace-${mark.slice(-4)}`);
  await setMode(admin, "analyst", "METERED");
  await updatePolicy(admin, { byokFallback: "METERED" });

  const idempotencyKey = `key-${mark}`;
  const message = usingTool(mark);
  const { id: sessionId, threadId } = await admin.runTurn({ buddy: "copywriter", message, idempotencyKey });
  await admin.runTurn({ buddy: "copywriter", message, threadId, ...ownKey("copywriter") });
  await admin.runTurn({ message: delegating(mark), ...ownKey("campaign") });
  await admin.runTurn({ message: delegating(mark), ...ownKey("orchestrator") });
  const broken: SimulatorScript = [[{ text: `Half of ${mark}` }, { fault: "reset" }]];
  await admin.runTurn({ message: `${mark} ${simulate(broken)}` });
  await admin.runTurn({ message: `${mark} ${simulate(broken)}`, ...ownKey("orchestrator") });
  return { id: workspace.id, admin, threadId, sessionId, idempotencyKey };
}

/** The bills of all metered sessions that have none, as they are written when a session ends. */
export async function billSessions(dataSource: DataSource): Promise<void> {
  await dataSource.query(
    `INSERT INTO meter_events (session_id, payer, workspace_id, value, occurred_at)
     SELECT id, payer, workspace_id, input_tokens + output_tokens + 1, ended_at FROM agent_sessions
     WHERE payer = 'WAYPATH' AND ended_at IS NOT NULL ON CONFLICT DO NOTHING`,
  );
}

/** Lets everything that a workspace holds be so many days older. */
export async function makeOlder(dataSource: DataSource, workspaceId: string, days: number): Promise<void> {
  const older = (column: string) => `${column} = ${column} - make_interval(days => $2)`;
  await dataSource.query(
    `UPDATE agent_sessions SET ${["started_at", "first_text_at", "ended_at"].map(older).join(", ")} WHERE workspace_id = $1`,
    [workspaceId, days],
  );
  await dataSource.query(
    `UPDATE threads SET ${["created_at", "updated_at"].map(older).join(", ")} WHERE workspace_id = $1`,
    [workspaceId, days],
  );
}

/** All rows of all tables as JSON, by table. */
export async function dump(dataSource: DataSource): Promise<Record<string, string[]>> {
  const tables: { name: string }[] = await dataSource.query(
    "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname",
  );
  const found: Record<string, string[]> = {};
  for (const { name } of tables) {
    const rows: { row: string }[] = await dataSource.query(
      `SELECT row_to_json(t)::text AS row FROM "${name}" t ORDER BY 1`,
    );
    found[name] = rows.map(({ row }) => row);
  }
  return found;
}

/** The tables in which a word stands, and how many of their rows have it. */
export async function placesOf(dataSource: DataSource, word: string): Promise<Record<string, number>> {
  const counts = Object.entries(await dump(dataSource)).map(([table, rows]): [string, number] => [
    table,
    rows.filter((row) => row.includes(word)).length,
  ]);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** What a bill rests on, of all metered sessions of a workspace. */
export async function figures(dataSource: DataSource, workspaceId: string): Promise<object[]> {
  return dataSource.query(
    `SELECT session.id, thread_id, user_id, buddy_slug, status, requested_mode, mode_source, mode, fallback_reason,
       session.payer, provider, model_id, model_reason, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
       reasoning_tokens, usage_source, finish_reason, request_id, started_at, first_text_at, ended_at, row_to_json(bill) AS bill
     FROM agent_sessions AS session LEFT JOIN meter_events AS bill ON bill.session_id = session.id
     WHERE session.workspace_id = $1 AND session.payer = 'WAYPATH' ORDER BY session.id`,
    [workspaceId],
  );
}

function usingTool(mark: string): string {
  const script: SimulatorScript = [
    [
      { text: `${mark} looks. ` },
      { tool: "measure_text", arguments: { text: `a ${mark}` } },
      { tool: mark, arguments: {} },
    ],
    [{ text: `${mark} has seen.` }],
  ];
  return `${mark} ${simulate(script)}`;
}

/** Hands work to the campaign planner: each of the two sessions is paid for by another. */
function delegating(mark: string): string {
  const task = simulate([[{ text: `A plan for the ${mark}.` }]]);
  const script: SimulatorScript = [
    [{ tool: "delegate", arguments: { buddy: "campaign", task } }],
    [{ text: `The ${mark} is planned.` }],
  ];
  return `${mark} ${simulate(script)}`;
}

function ownKey(buddy: string) {
  return { buddyModels: [{ buddy, mode: "BYOK_CLAUDE" }] };
}
