import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { simulate } from "../../src/simulators/script";
import { CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
import { PLATFORM_KEY, startTestServer, type TestServer } from "../support/test-server";

const KEY = "sk-ant-workspace-key-0001-abcd";
const NEXT_KEY = "sk-ant-workspace-key-0002-wxyz";

let server: TestServer;
let token: string;
let client: Client;

beforeAll(async () => {
  server = await startTestServer({ BYOK_CLAUDE_MODEL: "claude-haiku-4-5" });
  token = await server.token();
  client = connect(server.url, token);
});

beforeEach(async () => {
  await server.dataSource.query("TRUNCATE provider_keys, buddy_modes, routing_policies");
});

afterAll(async () => {
  await client.dispose();
  await server.close();
});

const ask = (input: object) => streamOf(client, CHAT_TURN, { input });
const mutate = async (call: string) => {
  const { data, errors } = await post(
    server.url,
    token,
    `mutation { result: ${call} { userErrors { code message } } }`,
  );
  expect(errors).toBeUndefined();
  expect(data.result.userErrors).toEqual([]);
};
const configure = (key: string) => mutate(`configureProvider(input: { provider: CLAUDE, apiKey: "${key}" })`);
const revoke = () => mutate("revokeProvider(input: { provider: CLAUDE })");
const keysUsed = (marker: string) =>
  server.anthropic.journal
    .messages()
    .filter((call) => JSON.stringify(call.body).includes(marker))
    .map((call) => call.keyMasked?.slice(-4));

test("a stored key alone changes nothing; the buddy's mode does", async () => {
  await configure(KEY);
  const before = await collect(ask({ message: "key alone", buddy: "campaign" }));
  expect(before[0].session.route).toMatchObject({ mode: "METERED", modeSource: "DEFAULT", maskedKey: null });

  await mutate('setBuddyModel(input: { buddy: "campaign", mode: BYOK_CLAUDE })');
  const after = await collect(ask({ message: "mode stored", buddy: "campaign" }));
  expect(after.at(-1).session.route).toEqual({
    requestedMode: "BYOK_CLAUDE",
    modeSource: "BUDDY",
    mode: "BYOK_CLAUDE",
    fallbackReason: null,
    payer: "WORKSPACE",
    provider: "CLAUDE",
    modelId: "claude-haiku-4-5",
    modelReason: expect.any(String),
    maskedKey: "sk-ant-…abcd",
  });
  expect(keysUsed("key alone")).toEqual([PLATFORM_KEY.slice(-4)]);
  expect(keysUsed("mode stored")).toEqual(["abcd"]);
});

test("the request's mode wins over the buddy's, and the buddy's over the workspace's", async () => {
  await configure(KEY);
  await mutate("updateRoutingPolicy(input: { defaultMode: BYOK_CLAUDE })");
  const [byWorkspace] = await collect(ask({ message: "a" }));
  expect(byWorkspace.session.route).toMatchObject({ mode: "BYOK_CLAUDE", modeSource: "WORKSPACE" });
  await mutate('setBuddyModel(input: { buddy: "orchestrator", mode: METERED })');
  const [byBuddy] = await collect(ask({ message: "b" }));
  expect(byBuddy.session.route).toMatchObject({ mode: "METERED", modeSource: "BUDDY" });
  const [byRequest] = await collect(
    ask({ message: "c", buddyModels: [{ buddy: "orchestrator", mode: "BYOK_CLAUDE" }] }),
  );
  expect(byRequest.session.route).toMatchObject({ mode: "BYOK_CLAUDE", modeSource: "REQUEST" });
});

test("a missing key falls back: the turn succeeds, the receipt says so, the server warns once", async () => {
  await mutate('setBuddyModel(input: { buddy: "copywriter", mode: BYOK_CLAUDE })');
  const events = await collect(ask({ message: "no key here", buddy: "copywriter" }));
  const { session } = events.at(-1);
  expect(session).toMatchObject({ status: "COMPLETED", error: null });
  expect(session.route).toMatchObject({
    requestedMode: "BYOK_CLAUDE",
    mode: "METERED",
    fallbackReason: "KEY_MISSING",
    payer: "WAYPATH",
    maskedKey: null,
    modelId: "claude-sonnet-4-6",
  });
  const warnings = server.logs.filter((line) => line.level === "warn" && line.reason === "KEY_MISSING");
  expect(warnings).toEqual([
    expect.objectContaining({ workspace: "acme", buddy: "copywriter", reason: "KEY_MISSING" }),
  ]);
});

test("a workspace that forbids falling back refuses the turn, and there is no row", async () => {
  await mutate("updateRoutingPolicy(input: { defaultMode: BYOK_CLAUDE, byokFallback: FAIL })");
  const rows = await server.dataSource.query("SELECT count(*) FROM agent_sessions");
  await expect(collect(ask({ message: "refused" }))).rejects.toMatchObject({ code: "PROVIDER_NOT_CONFIGURED" });
  expect(await server.dataSource.query("SELECT count(*) FROM agent_sessions")).toEqual(rows);
  expect(keysUsed("refused")).toEqual([]);
});

test("revoking or replacing a key takes effect on the next turn; the running one keeps its own", async () => {
  await configure(KEY);
  await mutate("updateRoutingPolicy(input: { defaultMode: BYOK_CLAUDE })");
  const running = ask({ message: `pinned ${simulate([[{ repeat: "on my own key ", times: 20, paceMs: 10 }]])}` });
  await running.next();
  await configure(NEXT_KEY);
  const replaced = await collect(ask({ message: "after replacing" }));
  await revoke();
  const revoked = await collect(ask({ message: "after revoking" }));
  const pinned = (await collect(running)).at(-1);

  expect(pinned.session).toMatchObject({
    status: "COMPLETED",
    route: { maskedKey: "sk-ant-…abcd", payer: "WORKSPACE" },
  });
  expect(replaced.at(-1).session.route).toMatchObject({ maskedKey: "sk-ant-…wxyz", payer: "WORKSPACE" });
  expect(revoked.at(-1).session.route).toMatchObject({
    mode: "METERED",
    fallbackReason: "KEY_MISSING",
    payer: "WAYPATH",
  });
  expect(keysUsed("pinned ")).toEqual(["abcd"]);
  expect(keysUsed("after replacing")).toEqual(["wxyz"]);
  expect(keysUsed("after revoking")).toEqual([PLATFORM_KEY.slice(-4)]);
});

test("what nextRoute foretells is what the turn then does", async () => {
  await configure(KEY);
  for (const mode of ["METERED", "BYOK_CLAUDE", "BYOK_OPENAI"]) {
    const { data } = await post(
      server.url,
      token,
      `query($mode: ModelMode) { buddy(slug: "analyst") { nextRoute(override: $mode) {
      route { requestedMode modeSource mode fallbackReason payer provider modelId modelReason maskedKey } } } }`,
      { mode },
    );
    const [started] = await collect(
      ask({ message: "foretold", buddy: "analyst", buddyModels: [{ buddy: "analyst", mode }] }),
    );
    expect(started.session.route).toEqual(data.buddy.nextRoute.route);
  }
});
