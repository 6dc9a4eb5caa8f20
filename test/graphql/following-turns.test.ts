import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { createMemoryTurnLog } from "../../src/agents/memory-turn-log";
import { settleExpiredSessions } from "../../src/agents/reaper";
import { createLogger } from "../../src/logger";
import type { RunningServer } from "../../src/server";
import { simulate } from "../../src/simulators/script";
import { CHAT_TURN, collect, connect, FOLLOW, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";
import { until } from "../support/until";

let server: TestServer;
let sibling: RunningServer;
let token: string;
let client: Client;
let siblingClient: Client;

beforeAll(async () => {
  server = await startTestServer();
  sibling = await server.startSibling();
  token = await server.token();
  client = connect(server.url, token);
  siblingClient = connect(sibling.url, token);
});

afterAll(async () => {
  await client.dispose();
  await siblingClient.dispose();
  await server.close();
});

const ask = (message: string) => streamOf(client, CHAT_TURN, { input: { message } });
const follow = (sessionId: string, after?: number, by = client) => streamOf(by, FOLLOW, { sessionId, after });
/** Settles what dead servers left behind, as a server that runs these. */
const settle = (runsHere: ReadonlySet<string> = new Set()) =>
  settleExpiredSessions({
    bills: true,
    dataSource: server.dataSource,
    log: createMemoryTurnLog(),
    runsHere,
    logger: createLogger("silent"),
  });
const uuidOf = (id: string) => id.slice("ses_".length);

test("every follower of a turn sees the same events, whenever it comes", async () => {
  const leader = ask(simulate([[{ repeat: "tick ", times: 20, paceMs: 10 }]]));
  const { value: started } = await leader.next();
  const followers = [follow(started.sessionId), follow(started.sessionId), follow(started.sessionId)].map(collect);
  const rest = await collect(leader);
  const all = [started, ...rest];
  for (const seen of await Promise.all(followers)) expect(seen).toEqual(all);
  expect(await collect(follow(started.sessionId))).toEqual(all);
});

test("`after` sends only what is newer, and the whole text is known even then", async () => {
  const all = await collect(ask(simulate([[{ repeat: "tick ", times: 20, paceMs: 5 }]])));
  const { sessionId } = all[0];
  for (const after of [0, 1, 3, all.length - 1]) {
    expect(await collect(follow(sessionId, after))).toEqual(all.slice(after));
  }
  expect(await collect(follow(sessionId, all.length))).toEqual([]);
  expect(await collect(follow(sessionId, -5))).toEqual(all);
});

test.each([
  ["by another name", "... on TextDelta { soFar: text }"],
  ["in a fragment", "...Piece", "fragment Piece on TextDelta { soFar: text }"],
  ["within the interface", "... on ChatTurnEvent { ... on TextDelta { soFar: text } }"],
])("the whole text is told to who asks for it: %s", async (_name, selection, fragment = "") => {
  const [{ sessionId }] = await collect(ask(simulate([[{ repeat: "so far ", times: 10, paceMs: 5 }]])));
  const document = `subscription ($id: ID!) { agentSessionEvents(sessionId: $id, after: 2) { __typename ${selection} } } ${fragment}`;
  const pieces = (await collect(streamOf(client, document, { id: sessionId }))).filter((event) => "soFar" in event);
  expect(pieces.at(-1)).toMatchObject({ soFar: "so far ".repeat(10) });
});

test("a turn that no log here knows is told in its short form", async () => {
  const all = await collect(ask("tell me later"));
  const { session } = all.at(-1);
  const short = await collect(follow(session.id, 0, siblingClient));

  expect(short.map((event) => event.__typename)).toEqual(["TurnStarted", "TextDelta", "TurnFinished"]);
  expect(short[1]).toMatchObject({ delta: session.text, text: session.text });
  expect(short.map((event) => event.sequence)).toEqual([1, 2, session.lastSequence]);
  expect(short.at(-1)).toEqual(all.at(-1));

  // A reader that has seen some gets the end alone: its text replaces what it has.
  expect(await collect(follow(session.id, 2, siblingClient))).toEqual([all.at(-1)]);
  expect(await collect(follow(session.id, session.lastSequence, siblingClient))).toEqual([]);
});

test("a client that comes again without `after` gets the end, and nothing twice", async () => {
  const all = await collect(ask(simulate([[{ repeat: "once ", times: 20, paceMs: 5 }]])));
  for (const count of [1, 2, 5, all.length - 1]) {
    const seen = all.slice(0, count);
    let last = seen.at(-1).sequence;
    for await (const event of follow(all[0].sessionId, 0, siblingClient)) {
      if (event.sequence <= last) continue;
      last = event.sequence;
      seen.push(event);
    }
    const joined = seen.map((event) => event.delta ?? "").join("");
    expect("once ".repeat(20).startsWith(joined)).toBe(true);
    expect(seen.at(-1)).toEqual(all.at(-1));
  }
});

test("a turn without text has no empty piece in its short form", async () => {
  const all = await collect(ask(simulate([[{ status: 413 }]])));
  const short = await collect(follow(all[0].sessionId, 0, siblingClient));
  expect(short.map((event) => event.__typename)).toEqual(["TurnStarted", "TurnFailed"]);
  expect(short.at(-1)).toEqual(all.at(-1));
});

test("a follower on another server gets the end of a turn that runs here", async () => {
  const leader = ask(simulate([[{ repeat: "far ", times: 20, paceMs: 10 }]]));
  const { value: started } = await leader.next();
  const far = collect(follow(started.sessionId, 0, siblingClient));
  const near = await collect(leader);
  expect((await far).at(-1)).toEqual(near.at(-1));
});

test("what a row says of a running turn is in step: resuming after its number loses nothing", async () => {
  const leader = ask(simulate([[{ repeat: "step ", times: 150, paceMs: 10 }]]));
  const { value: started } = await leader.next();
  const read = "query($id: ID!) { agentSession(id: $id) { text lastSequence status } }";
  let row = { text: "", lastSequence: 0, status: "" };
  for await (const event of leader) {
    if (event.sequence % 10 !== 0) continue;
    row = (await post(server.url, token, read, { id: started.sessionId })).data.agentSession;
    if (row.lastSequence > 1 && row.status === "RUNNING") break;
  }
  expect(row.lastSequence).toBeGreaterThan(1);
  const rest = await collect(follow(started.sessionId, row.lastSequence));
  expect(row.text + rest.map((event) => event.delta ?? "").join("")).toBe("step ".repeat(150));
});

test("a dead server's turn is settled as interrupted, with what was kept of it", async () => {
  const leader = ask(simulate([[{ usage: { input: 12 } }, { text: "Kept until here, then " }, { fault: "stall" }]]));
  const { value: started } = await leader.next();
  const id = uuidOf(started.sessionId);
  // Wait for a checkpoint, then take the lease away as a dead server's runs out, for an owner that never comes back.
  await checkpointOf(started.sessionId, "Kept until here, then ");
  await server.dataSource.query(
    "UPDATE agent_sessions SET lease_owner = gen_random_uuid(), lease_expires_at = now() - interval '1 second' WHERE id = $1",
    [id],
  );
  await settle();

  const told = await collect(leader);
  const end = told.at(-1);
  expect(end).toMatchObject({ __typename: "TurnFailed", error: { code: "INTERRUPTED", retryable: true } });
  expect(end.session).toMatchObject({
    status: "INTERRUPTED",
    text: "Kept until here, then ",
    usage: { inputTokens: 12, outputTokens: 5 },
    usageSource: "ESTIMATED",
  });
  // Whoever had lost the lease has written nothing since, and its followers were told what the row says.
  const [row] = await server.dataSource.query("SELECT status, ended_at FROM agent_sessions WHERE id = $1", [id]);
  expect(row).toMatchObject({ status: "INTERRUPTED", ended_at: expect.any(Date) });
  await server.logged(
    (line) => line.msg === "the session was settled by another server" && line.session === started.sessionId,
  );
});

test("an end is never dropped as already seen, though its server died before it could keep what it had told", async () => {
  const all = await collect(ask("short"));
  const { session } = all.at(-1);
  await server.dataSource.query(
    `UPDATE agent_sessions SET status = 'INTERRUPTED', finish_reason = NULL,
       error = '{"code":"INTERRUPTED","message":"m","retryable":true,"retryAfterSeconds":null,"requestId":"r"}' WHERE id = $1`,
    [uuidOf(session.id)],
  );
  const seen = session.lastSequence + 40;
  const [end] = await collect(follow(session.id, seen, siblingClient));
  expect(end).toMatchObject({ __typename: "TurnFailed", sequence: seen + 1 });
});

test("a dead server's turn ends above everything that its readers can have seen", async () => {
  const leader = ask(simulate([[{ repeat: "tick ", times: 500, paceMs: 5 }]]));
  const { value: started } = await leader.next();
  let seen = 0;
  for await (const event of leader) {
    seen = event.sequence;
    if (seen === 30) break;
  }
  await server.dataSource.query(
    "UPDATE agent_sessions SET lease_owner = gen_random_uuid(), lease_expires_at = now() - interval '1 second' WHERE id = $1",
    [uuidOf(started.sessionId)],
  );
  await settle();
  const again = await collect(follow(started.sessionId, 0, siblingClient));
  expect(again.at(-1)).toMatchObject({ __typename: "TurnFailed", error: { code: "INTERRUPTED" } });
  expect(again.at(-1).sequence).toBeGreaterThan(seen);
});

test("what a process runs itself it does not take for left behind", async () => {
  const leader = ask(simulate([[{ repeat: "mine ", times: 30, paceMs: 5 }]]));
  const { value: started } = await leader.next();
  const id = uuidOf(started.sessionId);
  await server.dataSource.query(
    "UPDATE agent_sessions SET lease_expires_at = now() - interval '1 second' WHERE id = $1",
    [id],
  );
  expect(await settle(new Set([id]))).toBe(0);
  expect((await collect(leader)).at(-1)).toMatchObject({ session: { status: "COMPLETED" } });
});

test("only whoever may see a turn may follow it", async () => {
  const [started] = await collect(ask("mine alone"));
  for (const content of [{ subject: "member", role: "MEMBER" as const }, { workspaceId: "globex" }]) {
    const other = connect(server.url, await server.token(content));
    const refused = collect(follow(started.sessionId, 0, other));
    await expect(refused).rejects.toMatchObject({ code: "NOT_FOUND" });
    await other.dispose();
  }
  await expect(collect(follow("ses_none"))).rejects.toMatchObject({ code: "NOT_FOUND" });
});

/** Resolves once a running turn's text has reached its row. */
async function checkpointOf(sessionId: string, text: string): Promise<void> {
  const read = "query($id: ID!) { agentSession(id: $id) { text } }";
  await until(async () => (await post(server.url, token, read, { id: sessionId })).data.agentSession.text === text);
}

test("a turn of a workspace that is disabled is cancelled, even one that began just then", async () => {
  const elsewhere = await server.token({ workspaceId: "disabled-in-time" });
  const own = connect(server.url, elsewhere);
  const message = simulate([[{ text: "Once" }, { fault: "stall" }]]);
  const stream = streamOf(own, CHAT_TURN, { input: { message } });
  const { value: started } = await stream.next();
  await server.dataSource.query("UPDATE workspaces SET disabled_at = now() WHERE id = 'disabled-in-time'");
  const status = async () => {
    const [row] = await server.dataSource.query(
      "SELECT status FROM agent_sessions WHERE workspace_id = 'disabled-in-time'",
    );
    return row.status;
  };
  await until(async () => !["PENDING", "RUNNING"].includes(await status()));
  expect(started.sessionId).toMatch(/^ses_/);
  expect(await status()).toBe("CANCELLED");
  await collect(stream).catch(() => undefined);
  await own.dispose();
});

test("a reader that comes and goes between two checkpoints has followed the turn, too", async () => {
  const start = "mutation ($input: ChatTurnInput!) { startTurn(input: $input) { session { id } } }";
  const input = { message: simulate([[{ text: "Once" }, { fault: "stall" }]]) };
  const { id } = (await post(server.url, token, start, { input })).data.startTurn.session;
  const ask = async (condition: string) => {
    const read = `SELECT ${condition} AS holds, status FROM agent_sessions WHERE id = $1`;
    const [row] = await server.dataSource.query(read, [uuidOf(id)]);
    expect(row.status).toBe("RUNNING");
    return row.holds;
  };
  await until(() => ask("started_at < now() - interval '1.5 seconds'"));

  const reader = follow(id);
  await reader.next();
  await reader.return();
  await server.dataSource.query(
    "UPDATE agent_sessions SET last_followed_at = now() - interval '1 hour' WHERE id = $1",
    [uuidOf(id)],
  );
  await until(() => ask("last_followed_at > now() - interval '1 minute'"));
  const cancel = "mutation ($id: ID!) { cancelTurn(input: { sessionId: $id }) { userErrors { code } } }";
  await post(server.url, token, cancel, { id });
});

test("whoever may not see a turn that runs here does not follow it", async () => {
  const stream = ask(simulate([[{ text: "Mine" }, { repeat: "tick ", times: 20, paceMs: 10 }]]));
  const { value: started } = await stream.next();
  for (const stranger of [
    { subject: "member", role: "MEMBER" as const },
    { workspaceId: "elsewhere", role: "OWNER" as const },
  ]) {
    const other = connect(server.url, await server.token(stranger));
    await expect(collect(follow(started.sessionId, 0, other))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await other.dispose();
  }
  await collect(stream);
});
