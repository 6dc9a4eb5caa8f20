// Who in a workspace sees which turns, and whose email.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";

import { newId, publicId } from "../../src/ids";
import { startTestServer, type TestServer } from "../support/test-server";
import { seedSessions } from "./seed-sessions";
import { newWorkspace, type Person, type TestWorkspace } from "./test-workspace";

const SEEN = `query ($id: ID!, $thread: ID!) {
  agentSession(id: $id) { prompt }
  session: node(id: $id) { id }
  thread: node(id: $thread) { ... on Thread { id turns { nodes { prompt } totalCount } } }
  workspace {
    agentSessions { nodes { prompt } totalCount }
    ofThread: agentSessions(filter: { threadId: $thread }) { nodes { prompt } totalCount }
    threads { nodes { title } }
  }
  buddy(slug: "campaign") { agentSessions { nodes { prompt } totalCount } }
}`;

let server: TestServer;
let workspace: TestWorkspace;
let admin: Person;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  workspace = newWorkspace(server);
  admin = await workspace.admin();
});

describe("members see their own turns, admins and owners all", () => {
  let member: Person;
  let other: Person;
  let mine: { id: string; thread: string };
  let theirs: { id: string; thread: string };

  beforeEach(async () => {
    member = await workspace.member();
    other = await workspace.member("colleague");
    mine = await seedOne(member, "mine");
    theirs = await seedOne(other, "theirs");
  });

  async function seedOne(person: Person, prompt: string) {
    const threadId = newId();
    const [id = ""] = await seedSessions(server.dataSource, person, [{ prompt, threadId }]);
    return { id, thread: publicId("thread", threadId) };
  }

  const one = (prompt: string) => ({ nodes: [{ prompt }], totalCount: 1 });
  const NONE = { nodes: [], totalCount: 0 };

  test("a member sees all of their own", async () => {
    expect(await member.ask(SEEN, mine)).toEqual({
      agentSession: { prompt: "mine" },
      session: { id: mine.id },
      thread: { id: mine.thread, turns: one("mine") },
      workspace: {
        agentSessions: one("mine"),
        ofThread: one("mine"),
        threads: { nodes: [{ title: "A conversation" }] },
      },
      buddy: { agentSessions: one("mine") },
    });
  });

  test("and nothing of anybody else's, not even that it is there", async () => {
    expect(await member.ask(SEEN, theirs)).toEqual({
      agentSession: null,
      session: null,
      thread: null,
      workspace: { agentSessions: one("mine"), ofThread: NONE, threads: { nodes: [{ title: "A conversation" }] } },
      buddy: { agentSessions: one("mine") },
    });
  });

  test.each(["admin", "owner"] as const)("the %s sees everybody's", async (role) => {
    const both = { nodes: expect.arrayContaining([{ prompt: "mine" }, { prompt: "theirs" }]), totalCount: 2 };

    for (const [of, prompt] of [
      [mine, "mine"],
      [theirs, "theirs"],
    ] as const) {
      expect(await (await workspace[role]()).ask(SEEN, of)).toEqual({
        agentSession: { prompt },
        session: { id: of.id },
        thread: { id: of.thread, turns: one(prompt) },
        workspace: {
          agentSessions: both,
          ofThread: one(prompt),
          threads: { nodes: [{ title: "A conversation" }, { title: "A conversation" }] },
        },
        buddy: { agentSessions: both },
      });
    }
  });

  test("a member stops, continues and follows no turn of anybody else's", async () => {
    const [running = ""] = await seedSessions(server.dataSource, other, [{ status: "RUNNING" }]);
    const cancel =
      "mutation ($id: ID!) { cancelTurn(input: { sessionId: $id }) { session { id } userErrors { code } } }";
    const start = `mutation ($id: ID!) {
      startTurn(input: { message: "Mine now?", threadId: $id }) { session { id } userErrors { code } }
    }`;

    const refused = { session: null, userErrors: [{ code: "NOT_FOUND" }] };
    expect((await member.ask(cancel, { id: running })).cancelTurn).toEqual(refused);
    expect((await member.ask(start, { id: theirs.thread })).startTurn).toEqual(refused);
    expect(
      (await other.ask("query ($id: ID!) { agentSession(id: $id) { status } }", { id: running })).agentSession.status,
    ).toBe("RUNNING");
    expect((await other.ask("{ workspace { threads { nodes { id } } } }")).workspace.threads.nodes).toHaveLength(2);
  });
});

describe("a person's email", () => {
  const EMAIL = "query ($id: ID!) { node(id: $id) { ... on User { name email } } viewer { user { email } } }";

  test("is for themselves, admins and owners", async () => {
    const member = await workspace.member();
    const colleague = await workspace.member("colleague");
    const id = publicId("user", member.userId);
    const seenBy = async (person: Person) => (await person.ask(EMAIL, { id })).node;

    expect(await seenBy(member)).toEqual({ name: "The member", email: "member@example.com" });
    expect(await seenBy(admin)).toEqual({ name: "The member", email: "member@example.com" });
    expect(await seenBy(await workspace.owner())).toEqual({ name: "The member", email: "member@example.com" });
    expect(await seenBy(colleague)).toEqual({ name: "The member", email: null });
    expect((await colleague.ask(EMAIL, { id })).viewer.user.email).toBe("colleague@example.com");
  });
});
