// How the database finds a page, by an index whether it is the first page or a deep one, and the sessions of a period. The
// statements are those that the server sends.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { startTestServer, type TestServer } from "../support/test-server";
import { type Statement, statementsDuring } from "../support/watch-statements";
import { newWorkspace, type Person } from "./test-workspace";

const SESSIONS = 20_000;
/** In each of the two workspaces. */
const PEOPLE = 20;
const OWN_SESSIONS = SESSIONS / 2 / PEOPLE;
/** Of each thread. */
const TURNS = 10;

let server: TestServer;
let admin: Person;
let member: Person;

beforeAll(async () => {
  server = await startTestServer();
  const [here, elsewhere] = [newWorkspace(server), newWorkspace(server)];
  admin = await here.admin();
  member = await here.member();
  await elsewhere.admin();
  for (const { id } of [here, elsewhere]) await fill(id);
  await server.dataSource.query("ANALYZE");
});

afterAll(() => server.close());

/** Fills a workspace up to `PEOPLE`, their threads and turns, a minute apart, and a custody trail. */
async function fill(workspaceId: string): Promise<void> {
  const { dataSource } = server;
  await dataSource.query(
    `INSERT INTO users (id, workspace_id, sub, name)
     SELECT gen_random_uuid(), $1, 'person-' || n, 'Person ' || n
     FROM generate_series((SELECT count(*) FROM users WHERE workspace_id = $1) + 1, $2) AS n`,
    [workspaceId, PEOPLE],
  );
  await dataSource.query(
    `INSERT INTO threads (id, workspace_id, user_id, title, updated_at)
     SELECT gen_random_uuid(), $1, id, 'A conversation', now() - (n * $2 + place) * interval '1 minute'
     FROM generate_series(1, $3::int) AS n,
       (SELECT id, row_number() OVER (ORDER BY id) AS place FROM users WHERE workspace_id = $1) AS person`,
    [workspaceId, PEOPLE, OWN_SESSIONS / TURNS],
  );
  await dataSource.query(
    `INSERT INTO agent_sessions (id, workspace_id, user_id, thread_id, buddy_slug, buddy_name, request_hash, request_id,
       status, requested_mode, mode_source, mode, payer, provider, model_id, model_reason, prompt, input_tokens,
       started_at, ended_at)
     SELECT gen_random_uuid(), $1, thread.user_id, thread.id, 'campaign', 'Campaign planner', '', '',
       'COMPLETED', 'METERED', 'DEFAULT', 'METERED', 'WAYPATH', 'CLAUDE', 'claude-sonnet-4-6', '', 'A question',
       floor(random() * 5000), thread.updated_at - n * interval '1 second', thread.updated_at
     FROM threads AS thread, generate_series(1, $2::int) AS n WHERE thread.workspace_id = $1`,
    [workspaceId, TURNS],
  );
  await dataSource.query(
    `INSERT INTO provider_key_events (id, workspace_id, provider, action, masked_key)
     SELECT gen_random_uuid(), $1, 'CLAUDE', 'VERIFIED', 'sk-ant-…' FROM generate_series(1, 2000)`,
    [workspaceId],
  );
}

interface ListCase {
  what: string;
  who: () => Person;
  /** The list, with `PAGE` where its page is asked for. */
  list: string;
  index: RegExp;
  /** Rows a page. */
  first: number;
  /** The page that counts as a deep one. */
  deep: number;
  /** Rows that may be read to find a page. */
  reads: number;
}

interface PlanNode {
  "Node Type": string;
  "Index Name"?: string;
  "Relation Name"?: string;
  "Actual Rows": number;
  "Rows Removed by Filter"?: number;
  Plans?: PlanNode[];
}

const byStart = (direction: string) => `agentSessions(PAGE, orderBy: { field: STARTED_AT, direction: ${direction} })`;
const byTokens = (direction: string) =>
  `agentSessions(PAGE, orderBy: { field: TOTAL_TOKENS, direction: ${direction} })`;

const OF_ALL = { who: () => admin, first: 100, deep: 8, reads: 101 };
const OF_ONE = { who: () => member, first: 40, deep: 8, reads: 41 };
const STARTED = /^agent_sessions_workspace_started_idx$/;
const TOKENS = /^agent_sessions_workspace_tokens_idx$/;
const OWN = /^agent_sessions_user_started_idx$/;

const LISTS: ListCase[] = [
  { ...OF_ALL, what: "newest sessions", list: byStart("DESC"), index: STARTED },
  { ...OF_ALL, what: "oldest sessions", list: byStart("ASC"), index: STARTED },
  { ...OF_ALL, what: "dearest sessions", list: byTokens("DESC"), index: TOKENS },
  { ...OF_ALL, what: "cheapest sessions", list: byTokens("ASC"), index: TOKENS },
  { ...OF_ALL, what: "latest threads", list: "threads(PAGE)", index: /^threads_workspace_updated_idx$/ },
  { ...OF_ALL, what: "latest key events", list: "keyEvents(PAGE)", index: /^provider_key_events_workspace_idx$/ },
  { ...OF_ONE, what: "newest sessions of one's own", list: byStart("DESC"), index: OWN },
  { ...OF_ONE, what: "oldest sessions of one's own", list: byStart("ASC"), index: OWN },
  {
    ...OF_ONE,
    what: "latest threads of one's own",
    list: "threads(PAGE)",
    index: /^threads_user_updated_idx$/,
    first: 10,
    deep: 4,
    reads: OWN_SESSIONS / TURNS,
  },
];

describe.each(LISTS)("$what", ({ who, list, index, first, deep, reads }) => {
  test("are found by their index, on the first page and on a deep one", async () => {
    let after: string | null = null;
    for (let number = 1; number <= deep; number += 1) {
      const page: Page = await readPage(who(), list, first, after);
      after = page.endCursor;
      if (number > 1 && number < deep) continue;
      const scans = await explain(page.statement);
      expect(scans.map((scan) => scan["Index Name"] ?? "")).toEqual([expect.stringMatching(index)]);
      for (const scan of scans) {
        expect(scan["Actual Rows"] + (scan["Rows Removed by Filter"] ?? 0)).toBeLessThanOrEqual(reads);
      }
    }
    expect(after).not.toBeNull();
  });
});

test("the turns of several threads are found by the thread, each by a look into the index", async () => {
  const document = "{ workspace { threads(first: 3) { nodes { turns(first: 5) { nodes { id } } } } } }";
  const statements = await listStatements(() => admin.ask(document));
  const [statement, ...more] = statements.filter(({ text }) => text.includes("LATERAL"));

  const scans = await explain(statement);

  expect(more).toEqual([]);
  const sessions = scans.filter((scan) => scan["Index Name"]?.startsWith("agent_sessions"));
  // Whatever else there is is the list of threads that was asked for.
  expect(
    scans.filter((scan) => scan["Relation Name"] === "agent_sessions" && scan["Index Name"] === undefined),
  ).toEqual([]);
  const [byThread] = sessions.filter((scan) => scan["Index Name"] === "agent_sessions_thread_idx");
  expect(byThread?.["Actual Rows"]).toBeLessThanOrEqual(TURNS);
  for (const scan of sessions) expect(scan["Actual Rows"]).toBeLessThanOrEqual(TURNS);
});

test("the usage of a period is read in one pass over the sessions that ended within it, and no others", async () => {
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  const period = { from: hoursAgo(8), to: hoursAgo(6) };
  const document = `query ($from: DateTime, $to: DateTime) { workspace { usage(from: $from, to: $to) {
    total { sessions } byMode { mode } byBuddy { buddy { slug } } byModel { modelId } daily { day }
  } } }`;
  let counted = 0;
  const statements = await statementsDuring(async () => {
    counted = (await admin.ask(document, period)).workspace.usage.total.sessions;
  });
  const [statement, ...more] = statements.filter(({ text }) => /\bsum\(/.test(text));

  const [scan, ...others] = await explain(statement);

  expect([more, others]).toEqual([[], []]);
  expect(scan?.["Index Name"]).toBe("agent_sessions_workspace_ended_idx");
  expect(counted).toBeGreaterThan(1_000);
  expect([scan?.["Actual Rows"], scan?.["Rows Removed by Filter"] ?? 0]).toEqual([counted, 0]);
});

interface Page {
  endCursor: string | null;
  statement: Statement | undefined;
}

async function readPage(who: Person, list: string, first: number, after: string | null): Promise<Page> {
  const document = `query ($first: Int, $after: String) { workspace {
    list: ${list.replace("PAGE", "first: $first, after: $after")} { pageInfo { endCursor } }
  } }`;
  let endCursor: string | null = null;
  const [statement] = await listStatements(async () => {
    endCursor = (await who.ask(document, { first, after })).workspace.list.pageInfo.endCursor;
  });
  return { endCursor, statement };
}

async function listStatements(work: () => Promise<unknown>): Promise<Statement[]> {
  const statements = await statementsDuring(work);
  return statements.filter(({ text, values }) => {
    return values.includes(admin.workspaceId) && /ORDER BY .* LIMIT/s.test(text);
  });
}

/** What the database reads tables and indexes with to answer a statement. */
async function explain(statement: Statement | undefined): Promise<PlanNode[]> {
  const [row]: { "QUERY PLAN": { Plan: PlanNode }[] }[] = await server.dataSource.query(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${statement?.text}`,
    statement?.values,
  );
  const nodes = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodes)];
  // A bitmap's heap scan fetches what its index scan has found.
  return (row?.["QUERY PLAN"] ?? [])
    .flatMap(({ Plan }) => nodes(Plan))
    .filter((node) => {
      return node["Node Type"].endsWith("Scan") && node["Node Type"] !== "Bitmap Heap Scan";
    });
}
