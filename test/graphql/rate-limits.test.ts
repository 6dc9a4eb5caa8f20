// How often: what counts, for whom, and that nothing is done for who asks too often.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { CHAT_TURN, collect, connect, StreamRefused, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";
import { DOORS, type Door, type DoorAnswer, overHttp, overSocket } from "./both-doors";
import { CONFIGURE, VERIFY } from "./manage-workspace";
import { newWorkspace } from "./test-workspace";

const [STARTS, MUTATIONS, PROBES] = [4, 3, 20];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    LIMIT_TURN_STARTS_PER_MINUTE: String(STARTS),
    LIMIT_MUTATIONS_PER_MINUTE: String(MUTATIONS),
  });
});
afterAll(() => server.close());

const START = "mutation($input: ChatTurnInput!) { startTurn(input: $input) { session { id } userErrors { code } } }";
const SET = "updateRoutingPolicy(input: {byokFallback: FAIL}) { userErrors { code } }";

/** A refusal that says when to come again. */
function tooOften(sentence: string) {
  return {
    message: expect.stringMatching(`^${sentence}: try again in \\d+ s\\.$`),
    extensions: { code: "RATE_LIMITED", retryAfterSeconds: expect.any(Number) },
  };
}

describe("turn starts", () => {
  const refused = tooOften(`You may start up to ${STARTS} turns in a minute`);
  const start = (token: string, idempotencyKey = randomUUID(), ask: Door = overHttp): Promise<DoorAnswer> =>
    ask(server, { query: START, variables: { input: { message: "Hello", idempotencyKey } } }, token);
  const sessions = async (workspaceId: string) =>
    Number(
      (await server.dataSource.query("SELECT count(*) FROM agent_sessions WHERE workspace_id = $1", [workspaceId]))[0]
        .count,
    );

  test("one too many is refused at either door and leaves no session, attaching goes on, others are not concerned", async () => {
    const workspace = newWorkspace(server);
    const [{ token }, other] = await Promise.all([workspace.member("one"), workspace.member("other")]);
    const keys = Array.from({ length: STARTS }, () => randomUUID());
    const started = await Promise.all(keys.map((key) => start(token, key)));
    for (const answer of started) expect(answer.errors).toBeUndefined();

    for (const [, ask] of DOORS) expect((await start(token, randomUUID(), ask)).errors).toMatchObject([refused]);
    const client = connect(server.url, token);
    const stream = collect(streamOf(client, CHAT_TURN, { input: { message: "Hello" } }));
    const error = await stream.catch((reason) => reason);
    if (!(error instanceof StreamRefused)) throw error;
    expect(error.errors).toMatchObject([refused]);
    expect(await sessions(workspace.id)).toBe(STARTS);

    expect((await start(token, keys[0])).data).toEqual(started[0]?.data);
    const events = await collect(streamOf(client, CHAT_TURN, { input: { message: "Hello", idempotencyKey: keys[1] } }));
    expect(events.at(-1).__typename).toBe("TurnFinished");
    expect(await sessions(workspace.id)).toBe(STARTS);
    await client.dispose();

    expect((await start(other.token)).errors).toBeUndefined();
  });

  test("the same turn asked for by two at once counts once", async () => {
    const { token } = await newWorkspace(server).member();
    for (let turn = 0; turn < STARTS - 1; turn += 1) {
      const key = randomUUID();
      await Promise.all([start(token, key), start(token, key)]);
    }
    expect((await start(token)).errors).toBeUndefined();
    expect((await start(token)).errors).toMatchObject([refused]);
  });

  test("other mutations are counted apart", async () => {
    const { token } = await newWorkspace(server).admin();
    for (let count = 0; count < MUTATIONS; count += 1) await overHttp(server, { query: `mutation { ${SET} }` }, token);
    expect((await start(token)).errors).toBeUndefined();
  });
});

describe("other mutations", () => {
  const refused = tooOften(`You may make up to ${MUTATIONS} changes in a minute`);

  test("each field counts, both doors count together, and nothing is done of one that is too much", async () => {
    const workspace = newWorkspace(server);
    const [{ token }, owner] = await Promise.all([workspace.admin(), workspace.owner()]);
    const one = { query: `mutation { ${SET} }` };
    expect((await overSocket(server, one, token)).errors).toBeUndefined();

    const three = {
      query: `mutation { a: updateRoutingPolicy(input: {byokFallback: METERED}) { userErrors { code } } ...F }
        fragment F on Mutation { b: ${SET} c: ${SET} }`,
    };
    for (const [, ask] of DOORS)
      expect(await ask(server, three, token)).toEqual({ errors: [expect.objectContaining(refused)] });
    const policy = await overHttp(server, { query: "{ workspace { routingPolicy { byokFallback } } }" }, token);
    expect(policy.data).toEqual({ workspace: { routingPolicy: { byokFallback: "FAIL" } } });

    expect((await overHttp(server, { query: `mutation { ${SET} b: ${SET} }` }, token)).errors).toBeUndefined();
    for (const [, ask] of DOORS) expect((await ask(server, one, token)).errors).toMatchObject([refused]);
    expect((await overHttp(server, one, owner.token)).errors).toBeUndefined();
  });

  test("over HTTP the refusal is a 429 that says when to come again", async () => {
    const { token } = await newWorkspace(server).admin();
    const send = () =>
      fetch(`${server.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: `mutation { ${SET} }` }),
      });
    for (let count = 0; count < MUTATIONS; count += 1) expect((await send()).status).toBe(200);
    const response = await send();
    expect(response.status).toBe(429);
    const { errors } = Object(await response.json());
    expect(response.headers.get("retry-after")).toBe(String(errors[0].extensions.retryAfterSeconds));
  });
});

describe("reading", () => {
  test("what operations cost is added up by user, at both doors, and who waits may read again", async () => {
    const busy = await startTestServer({ LIMIT_READING_PER_MINUTE: "1200" });
    const workspace = newWorkspace(busy);
    const [{ token }, other] = await Promise.all([workspace.member("one"), workspace.member("other")]);
    // 500 for the sums, and a few values.
    const query = "{ workspace { usage { metered { sessions } } } }";
    for (const [, ask] of DOORS) expect((await ask(busy, { query }, token)).errors).toBeUndefined();
    const refused = tooOften("What you read may cost up to 1,200 values in a minute");
    for (const [, ask] of DOORS) expect((await ask(busy, { query }, token)).errors).toMatchObject([refused]);
    expect((await overHttp(busy, { query: "{ viewer { role } }" }, token)).errors).toBeUndefined();
    expect((await overHttp(busy, { query }, other.token)).errors).toBeUndefined();
    await busy.close();
  });
});

describe("checks of provider keys", () => {
  test("one too many in a workspace is refused before the provider is asked, whatever came of the others", async () => {
    const busy = await startTestServer({ LIMIT_KEY_PROBES_PER_MINUTE: String(PROBES) });
    const workspace = newWorkspace(busy);
    const [admin, owner, member] = await Promise.all([workspace.admin(), workspace.owner(), workspace.member()]);
    const outsider = await newWorkspace(busy).admin();
    const asked = () => busy.anthropic.journal.requests.length;
    const configure = ({ answer }: typeof admin, apiKey: string) =>
      answer(CONFIGURE, { input: { provider: "CLAUDE", apiKey } });
    const verify = ({ answer }: typeof admin) => answer(VERIFY, { input: { provider: "CLAUDE" } });

    // Not theirs to ask: it is not the workspace's count that they use up.
    for (let count = 0; count < PROBES; count += 1) {
      expect((await configure(member, "sk-ant-good-0001")).errors).toMatchObject([
        { extensions: { code: "FORBIDDEN" } },
      ]);
    }
    const attempts = [
      () => verify(owner),
      () => configure(admin, "sk-ant-good-0001"),
      () => configure(owner, "sk-ant-some-rejected-0001"),
      () => configure(admin, "no key at all"),
      () => verify(admin),
    ];
    for (let count = 0; count < PROBES; count += 1) {
      expect((await attempts[count % attempts.length]?.())?.errors).toBeUndefined();
    }

    const before = asked();
    for (const attempt of attempts) {
      expect((await attempt()).errors).toMatchObject([
        tooOften(`A workspace may have up to ${PROBES} keys checked in a minute`),
      ]);
    }
    expect(asked()).toBe(before);
    expect((await configure(outsider, "sk-ant-good-0002")).errors).toBeUndefined();
    expect(asked()).toBe(before + 1);
    await busy.close();
  });
});
