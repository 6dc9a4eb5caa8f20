import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { simulate } from "../../src/simulators/script";
import { CANCEL, CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

let server: TestServer;
let token: string;
let client: Client;

beforeAll(async () => {
  server = await startTestServer({ TURN_TIMEOUT_SECONDS: "2", TURN_UNATTENDED_SECONDS: "1" });
  token = await server.token();
  client = connect(server.url, token);
});

afterAll(async () => {
  await client.dispose();
  await server.close();
});

const cancel = async (id: string, as = token) =>
  (await post(server.url, as, CANCEL, { sessionId: id })).data.cancelTurn;

/** A turn that says something and then hears nothing more from its provider. */
async function startSilent(name: string) {
  const message = `${name} ${simulate([[{ usage: { input: 30 } }, { text: "Once upon a time there was" }, { fault: "stall" }]])}`;
  const stream = streamOf(client, CHAT_TURN, { input: { message } });
  const { value: started } = await stream.next();
  await stream.next();
  const call = await server.anthropic.journal.waitFor((entry) => JSON.stringify(entry.body ?? "").includes(`${name} `));
  return { id: started.sessionId as string, stream, call };
}

test("cancelling closes the connection to a silent provider within 250 ms, in the median of 20 tries", async () => {
  const milliseconds: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const { id, stream, call } = await startSilent(`silent-${round}-`);
    const aborted = server.anthropic.journal.waitFor((entry) => entry === call && entry.outcome === "aborted");
    const asked = performance.now();
    const [, payload] = await Promise.all([
      aborted.then(() => milliseconds.push(performance.now() - asked)),
      cancel(id),
    ]);
    expect(payload.userErrors).toEqual([]);
    const end = (await collect(stream)).at(-1);
    expect(end).toMatchObject({ __typename: "TurnFinished", finishReason: "CANCELLED" });
  }
  const median = milliseconds.sort((a, b) => a - b)[10] ?? Number.POSITIVE_INFINITY;
  process.stdout.write(`cancel to closed provider connection: median ${median.toFixed(0)} ms of 20\n`);
  expect(median).toBeLessThan(250);
});

test("a cancelled turn keeps what it said and what it used", async () => {
  const { id, stream } = await startSilent("kept");
  await cancel(id);
  const { session } = (await collect(stream)).at(-1);
  expect(session).toMatchObject({
    status: "CANCELLED",
    text: "Once upon a time there was",
    finishReason: "CANCELLED",
    error: null,
    usageSource: "ESTIMATED",
    usage: { inputTokens: 30, outputTokens: 6 },
  });
});

test("cancelling is safe to repeat; a turn that ended otherwise says so", async () => {
  const { id, stream } = await startSilent("repeat");
  await cancel(id);
  await collect(stream);
  expect(await cancel(id)).toMatchObject({ session: { status: "CANCELLED" }, userErrors: [] });

  const done = await collect(streamOf(client, CHAT_TURN, { input: { message: "Hi" } }));
  expect(await cancel(done[0].sessionId)).toMatchObject({
    session: null,
    userErrors: [{ code: "TURN_ALREADY_ENDED", field: ["input", "sessionId"] }],
  });
});

test("only who may see a turn may cancel it", async () => {
  const { id, stream } = await startSilent("private");
  const member = await server.token({ subject: "member", role: "MEMBER" });
  const stranger = await server.token({ workspaceId: "globex", role: "OWNER" });
  for (const as of [member, stranger]) {
    expect(await cancel(id, as)).toMatchObject({ session: null, userErrors: [{ code: "NOT_FOUND" }] });
  }
  expect(await cancel("ses_nonsense")).toMatchObject({ session: null, userErrors: [{ code: "NOT_FOUND" }] });
  await cancel(id);
  expect((await collect(stream)).at(-1).session.status).toBe("CANCELLED");
});

test("another server cancels a turn that it does not run", async () => {
  const sibling = await server.startSibling();
  const { id, stream, call } = await startSilent("elsewhere");
  const { data } = await post(sibling.url, token, CANCEL, { sessionId: id });
  expect(data.cancelTurn.userErrors).toEqual([]);
  await server.anthropic.journal.waitFor((entry) => entry === call && entry.outcome === "aborted");
  expect((await collect(stream)).at(-1).session.status).toBe("CANCELLED");
});

test("a turn that takes too long fails, and its provider is let go", async () => {
  const { stream, call } = await startSilent("timeout");
  const end = (await collect(stream)).at(-1);
  expect(end).toMatchObject({ __typename: "TurnFailed", error: { code: "TIMEOUT", retryable: true } });
  expect(end.session).toMatchObject({ status: "FAILED", text: "Once upon a time there was", finishReason: null });
  expect(end.session.error).toEqual(end.error);
  await server.anthropic.journal.waitFor((entry) => entry === call && entry.outcome === "aborted");
});

test("a turn that nobody follows is cancelled, so that nobody pays for it", async () => {
  const message = `unattended ${simulate([[{ text: "Anybody?" }, { fault: "stall" }]])}`;
  const start = "mutation($input: ChatTurnInput!) { startTurn(input: $input) { session { id } } }";
  const { data } = await post(server.url, token, start, { input: { message } });
  await server.anthropic.journal.waitFor(
    (entry) => JSON.stringify(entry.body ?? "").includes("unattended ") && entry.outcome === "aborted",
  );
  const follow =
    "subscription($id: ID!) { agentSessionEvents(sessionId: $id) { __typename ...on TurnFinished { session { status } } } }";
  const events = await collect(streamOf(client, follow, { id: data.startTurn.session.id }));
  expect(events.at(-1)).toMatchObject({ __typename: "TurnFinished", session: { status: "CANCELLED" } });
});

test("disconnecting is not cancelling: the answer is there when the reader comes back", async () => {
  const own = connect(server.url, token);
  const message = simulate([[{ repeat: "still here ", times: 10, paceMs: 20 }]]);
  const stream = streamOf(own, CHAT_TURN, { input: { message } });
  const { value: started } = await stream.next();
  await stream.next();
  await own.dispose();
  const follow =
    "subscription($id: ID!) { agentSessionEvents(sessionId: $id) { __typename ...on TurnFinished { session { text status } } } }";
  const events = await collect(streamOf(client, follow, { id: started.sessionId }));
  expect(events.at(-1).session).toEqual({ text: "still here ".repeat(10), status: "COMPLETED" });
});

test("unsubscribing releases the reader at once, while its turn says nothing", async () => {
  const { id, stream } = await startSilent("released");
  await stream.return();
  // Nobody follows it now: it is cancelled for that, which is how the server shows that it knows.
  const follow =
    "subscription($id: ID!) { agentSessionEvents(sessionId: $id) { __typename ...on TurnFinished { session { status } } } }";
  await server.anthropic.journal.waitFor(
    (entry) => JSON.stringify(entry.body ?? "").includes("released ") && entry.outcome === "aborted",
  );
  const events = await collect(streamOf(client, follow, { id }));
  expect(events.at(-1).session.status).toBe("CANCELLED");
});

describe("on a server that waits for two minutes for a reader", () => {
  let patient: TestServer;
  let patientToken: string;
  beforeAll(async () => {
    patient = await startTestServer();
    patientToken = await patient.token();
  });
  afterAll(() => patient.close());

  test.each([
    ["itself", "query($id: ID!) { agentSession(id: $id) { status } }"],
    ["in a list", "{ workspace { agentSessions { nodes { status } } } }"],
    ["in its thread", "{ workspace { threads { nodes { turns { nodes { status } } } } } }"],
  ])("reading a running turn by query counts as following it: %s", async (_name, read) => {
    const message = `read by query ${simulate([[{ text: "Reading" }, { fault: "stall" }]])}`;
    const start = "mutation($input: ChatTurnInput!) { startTurn(input: $input) { session { id } } }";
    const { data } = await post(patient.url, patientToken, start, { input: { message } });
    const { id } = data.startTurn.session;
    const uuid = id.slice(4);
    await patient.dataSource.query(
      "UPDATE agent_sessions SET last_followed_at = now() - interval '1 minute' WHERE id = $1",
      [uuid],
    );
    await post(patient.url, patientToken, read, read.includes("$id") ? { id } : {});
    const [row] = await patient.dataSource.query(
      "SELECT last_followed_at > now() - interval '30 seconds' AS followed FROM agent_sessions WHERE id = $1",
      [uuid],
    );
    expect(row).toEqual({ followed: true });
    await post(patient.url, patientToken, CANCEL, { sessionId: id });
  });
});
