// Pages by keyset: nothing is skipped and nothing comes twice, whatever is added while somebody reads.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { newId, publicId } from "../../src/ids";
import { startTestServer, type TestServer } from "../support/test-server";
import { type SeededSession, seedSessions } from "./seed-sessions";
import { newWorkspace, type Person } from "./test-workspace";

const PAGE = `query ($first: Int, $after: String, $orderBy: AgentSessionOrder) { workspace {
  agentSessions(first: $first, after: $after, orderBy: $orderBy) {
    edges { cursor node { id } } nodes { id } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
} }`;

interface PageAnswer {
  edges: { cursor: string; node: { id: string } }[];
  nodes: { id: string }[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const ORDERS = ["STARTED_AT", "TOTAL_TOKENS"].flatMap((field) =>
  ["ASC", "DESC"].map((direction) => ({ field, direction })),
);
const EPOCH = Date.UTC(2026, 4, 14, 9, 30);

/** Sixty sessions, many of which began in the same millisecond, or cost the same. */
const SESSIONS = Array.from({ length: 60 }, (_, index) => ({
  id: newId(),
  startedAt: new Date(EPOCH + (index % 6)),
  tokens: (index * 7) % 5,
}));

let server: TestServer;
let admin: Person;

beforeAll(async () => {
  server = await startTestServer();
  admin = await newWorkspace(server).admin();
  await seedSessions(server.dataSource, admin, SESSIONS);
});

afterAll(() => server.close());

async function readPage(person: Person, variables: object): Promise<PageAnswer> {
  return (await person.ask(PAGE, variables)).workspace.agentSessions;
}

/** All pages, with something done between each two. */
async function readPages(person: Person, variables: object, between: (page: number) => Promise<unknown>) {
  const pages: PageAnswer[] = [];
  let after: string | null = null;
  do {
    const page: PageAnswer = await readPage(person, { ...variables, after });
    pages.push(page);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    await between(pages.length);
  } while (after !== null);
  return pages;
}

/** The ids as the order has them; equal values by id, in the same direction. */
function sorted(sessions: readonly (SeededSession & { id: string })[], { field, direction }: (typeof ORDERS)[number]) {
  const value = ({ startedAt, tokens }: SeededSession) => (field === "STARTED_AT" ? Number(startedAt) : (tokens ?? 0));
  const ascending = sessions.toSorted((a, b) => value(a) - value(b) || (a.id < b.id ? -1 : 1));
  return (direction === "ASC" ? ascending : ascending.reverse()).map(({ id }) => publicId("session", id));
}

describe.each(ORDERS)("by $field, $direction", (orderBy) => {
  test.each([3, 7, 60, 100])("pages of %i tell every session once, in order", async (first) => {
    const pages = await readPages(admin, { first, orderBy }, async () => undefined);

    expect(pages.flatMap(({ nodes }) => nodes.map(({ id }) => id))).toEqual(sorted(SESSIONS, orderBy));
    expect(pages).toHaveLength(Math.ceil(SESSIONS.length / first));
    pages.forEach(({ edges, nodes, totalCount, pageInfo }, index) => {
      expect(edges.map(({ node }) => node)).toEqual(nodes);
      expect(new Set(edges.map(({ cursor }) => cursor)).size).toBe(edges.length);
      expect(totalCount).toBe(SESSIONS.length);
      expect(pageInfo).toEqual({
        hasNextPage: index < pages.length - 1,
        hasPreviousPage: index > 0,
        startCursor: edges[0]?.cursor,
        endCursor: edges.at(-1)?.cursor,
      });
    });
  });

  test("what is added while somebody reads moves nothing", async () => {
    const reader = await newWorkspace(server).admin();
    const sessions = SESSIONS.map((session) => ({ ...session, id: newId() }));
    await seedSessions(server.dataSource, reader, sessions);
    const added: string[] = [];

    const pages = await readPages(reader, { first: 7, orderBy }, async (page) => {
      // Before all others, after all others, and equal to many: wherever the reader is.
      const values = [
        { startedAt: new Date(EPOCH - page), tokens: 0 },
        { startedAt: new Date(EPOCH + 1_000 + page), tokens: 1_000 + page },
        { startedAt: new Date(EPOCH + 3), tokens: 2 },
      ];
      if (page < 8) added.push(...(await seedSessions(server.dataSource, reader, values)));
    });

    const told = pages.flatMap(({ nodes }) => nodes.map(({ id }) => id));
    expect(new Set(told).size).toBe(told.length);
    expect(told.filter((id) => !added.includes(id))).toEqual(sorted(sessions, orderBy));
  });

  test("any cursor on a page continues after its own session", async () => {
    const { edges } = await readPage(admin, { first: 10, orderBy });

    const next = await readPage(admin, { first: 3, orderBy, after: edges[4]?.cursor });

    expect(next.nodes).toEqual(edges.slice(5, 8).map(({ node }) => node));
  });
});

test("newest first, 25 a page, unless something else is asked for", async () => {
  const expected = sorted(SESSIONS, { field: "STARTED_AT", direction: "DESC" }).slice(0, 25);

  for (const variables of [{}, { first: null, orderBy: null, after: null }]) {
    expect((await readPage(admin, variables)).nodes.map(({ id }) => id)).toEqual(expected);
  }
});

test("an empty list has an empty page", async () => {
  expect(await readPage(await newWorkspace(server).admin(), {})).toEqual({
    edges: [],
    nodes: [],
    totalCount: 0,
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test("a cursor stays good when its session is gone", async () => {
  const reader = await newWorkspace(server).admin();
  const sessions = SESSIONS.slice(0, 3).map((session) => ({ ...session, id: newId() }));
  await seedSessions(server.dataSource, reader, sessions);
  const [first, second] = (await readPage(reader, { first: 2 })).edges;
  await server.dataSource.query("DELETE FROM agent_sessions WHERE workspace_id = $1 AND id <> $2", [
    reader.workspaceId,
    sessions[0]?.id,
  ]);

  expect([first, second]).toHaveLength(2);
  expect((await readPage(reader, { after: second?.cursor })).nodes).toHaveLength(1);
});

const LISTS = [
  "agentSessions",
  "agentSessions(orderBy: { field: TOTAL_TOKENS, direction: DESC })",
  "threads",
  "keyEvents",
];

/** A list's field with these arguments besides its own. */
function withArguments(list: string, given: string): string {
  return list.includes("(") ? list.replace("(", `(${given} `) : `${list}(${given})`;
}

test.each(LISTS)("%s takes a page size from 1 to 100", async (list) => {
  const ask = (first: number) =>
    admin.answer(`{ workspace { ${withArguments(list, `first: ${first}`)} { nodes { id } } } }`);

  for (const first of [1, 100]) expect((await ask(first)).errors).toBeUndefined();
  for (const first of [0, -1, 101, 2_147_483_647]) {
    const { data, errors } = await ask(first);
    expect(data).toBeNull();
    expect(errors).toMatchObject([
      { message: "`first` must be between 1 and 100.", extensions: { code: "BAD_USER_INPUT" } },
    ]);
  }
});

describe("a cursor", () => {
  const field = (list: string) => list.replace(/\(.*/, "");
  const cursors = new Map<string, string>();

  beforeAll(async () => {
    await admin.ask(
      `mutation ($key: String!) {
      configureProvider(input: { provider: CLAUDE, apiKey: $key }) { userErrors { code } }
    }`,
      { key: "sk-ant-api03-of-the-workspace-x4Qz" },
    );
    for (const list of LISTS) {
      const { workspace } = await admin.ask(`{ workspace { ${list} { pageInfo { startCursor } } } }`);
      cursors.set(list, workspace[field(list)].pageInfo.startCursor);
    }
  });

  test.each(LISTS)("of another list is none of %s", async (list) => {
    const ask = (after: string | undefined) =>
      admin.answer(
        `query ($after: String) { workspace { ${withArguments(list, "after: $after")} { nodes { id } } } }`,
        { after },
      );

    expect(cursors.size).toBe(LISTS.length);
    expect((await ask(cursors.get(list))).errors).toBeUndefined();
    for (const other of LISTS.filter((candidate) => candidate !== list)) {
      const { data, errors } = await ask(cursors.get(other));
      expect([other, data, errors?.map(({ extensions }) => extensions.code)]).toEqual([
        other,
        null,
        ["BAD_USER_INPUT"],
      ]);
    }
  });

  const id = newId();
  const forged = (text: string) => Buffer.from(text).toString("base64url");

  test.each([
    ["a word", "garbage"],
    ["no base64", "%%%"],
    ["a session's id", publicId("session", id)],
    ["a NUL", "\0"],
    ["an id alone", forged(id)],
    ["no number", forged(`STARTED_AT ${id} yesterday`)],
    ["no id", forged("STARTED_AT x 1")],
    ["a number beyond all time", forged(`STARTED_AT ${id} 9999999999999999`)],
    ["a negative number", forged(`STARTED_AT ${id} -1`)],
    ["a statement", forged(`STARTED_AT ${id}'); DROP TABLE agent_sessions; -- 1`)],
    ["something more", forged(`STARTED_AT ${id} 1 1`)],
    ["very much", "A".repeat(100_000)],
  ])("that is %s is refused", async (_what, after) => {
    const { data, errors } = await admin.answer(PAGE, { after });

    expect(data).toBeNull();
    expect(errors).toMatchObject([
      {
        message: "`after` is no cursor of this list in this order: pass an `endCursor` as it was given.",
        extensions: { code: "BAD_USER_INPUT" },
      },
    ]);
  });

  test.each(["STARTED_AT", "TOTAL_TOKENS"])("of %s that nobody gave out is a place like any other", async (order) => {
    for (const value of ["0", "1", "999999999999999"]) {
      const orderBy = { field: order, direction: "ASC" };
      const page = await readPage(admin, { orderBy, first: 100, after: forged(`${order} ${id} ${value}`) });
      expect(page.nodes.length).toBeLessThanOrEqual(SESSIONS.length);
    }
  });
});
