// A key that is driven through everything that touches keys, and then searched for in everything that came out.
import { expect, test } from "@jest/globals";

import { simulate } from "../src/simulators/script";
import { CHAT_TURN, collect, connect, post, streamOf } from "./support/test-client";
import { startTestServer } from "./support/test-server";

const CANARIES = {
  CLAUDE: { good: "sk-ant-canary-7f3a9c51e2b84d06-good", rejected: "sk-ant-canary-rejected-51e2b84d06aa" },
  OPENAI: { good: "sk-proj-canary-0b6d4e8f1a2c3d5e-good", rejected: "sk-canary-rejected-8f1a2c3d5e77" },
} as const;

/** What every canary has in its middle, so that a part of one is found too. */
const SECRET_PARTS = ["7f3a9c51e2b84d06", "51e2b84d06aa", "0b6d4e8f1a2c3d5e", "8f1a2c3d5e77"];

const CONFIGURE = `mutation($provider: LlmProvider!, $apiKey: String!) {
  configureProvider(input: { provider: $provider, apiKey: $apiKey }) {
    provider { id status maskedKey lastError models { id } configuredBy { name email } } userErrors { code field message } } }`;
const VERIFY = `mutation($provider: LlmProvider!) { verifyProvider(input: { provider: $provider }) {
  provider { status maskedKey lastError } userErrors { code message } } }`;
const REVOKE = `mutation($provider: LlmProvider!) { revokeProvider(input: { provider: $provider }) {
  provider { status maskedKey } affectedBuddies { slug } userErrors { code message } } }`;
const READ = `{ workspace { connectedPlatforms providers { maskedKey status lastError lastUsedAt models { id } }
  keyEvents { nodes { action maskedKey provider } } buddies { nextRoute { status route { maskedKey modelReason } } }
  agentSessions { nodes { text prompt error { message } route { maskedKey } } } } }`;

test("no whole key is in any response, log line or row", async () => {
  const server = await startTestServer({ LOG_LEVEL: "trace" });
  const token = await server.token({ role: "OWNER" });
  const client = connect(server.url, token);
  const responses: unknown[] = [];
  const rows: string[] = [];
  const send = async (query: string, variables: object = {}) => {
    const answer = await post(server.url, token, query, variables);
    responses.push(answer);
    return answer;
  };
  const turn = async (message: string) => {
    const buddyModels = [{ buddy: "orchestrator", mode: "BYOK_CLAUDE" }];
    const events = await collect(streamOf(client, CHAT_TURN, { input: { message, buddyModels } }));
    responses.push(events);
    return events.at(-1);
  };
  const keepRows = async () => {
    const tables: { name: string }[] = await server.dataSource.query(
      "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
    for (const { name } of tables) {
      rows.push(JSON.stringify(await server.dataSource.query(`SELECT row_to_json(t)::text FROM "${name}" t`)));
    }
  };

  for (const provider of ["CLAUDE", "OPENAI"] as const) {
    const { good, rejected } = CANARIES[provider];
    const refused = await send(CONFIGURE, { provider, apiKey: rejected });
    expect(refused.data.configureProvider.userErrors[0].code).toBe("INVALID_PROVIDER_KEY");
    expect((await send(CONFIGURE, { provider, apiKey: good })).data.configureProvider.userErrors).toEqual([]);
    // The same again, and in all the wrong places: another provider's, a wrong shape, inline, as other arguments, in a broken document.
    await send(CONFIGURE, { provider, apiKey: ` ${good} ` });
    await send(CONFIGURE, { provider: provider === "CLAUDE" ? "OPENAI" : "CLAUDE", apiKey: good });
    await send(CONFIGURE, { provider, apiKey: { nested: good } });
    await send(CONFIGURE, { provider: good, apiKey: good });
    await send(
      `mutation { configureProvider(input: { provider: ${provider}, apiKey: "${good}", more: "${good}" }) { userErrors { code } } }`,
    );
    await send(`mutation { configureProvider(input: { provider: "${good}", apiKey: 1 }) { userErrors { code } } }`);
    await send(
      `{ buddy(slug: "${good}") { slug } node(id: "${good}") { id } workspace { threads(after: "${good}") { nodes { id } } } }`,
    );
    await send(`{ workspace { unknown(key: "${good}") `);
    expect((await send(VERIFY, { provider })).data.verifyProvider.provider.status).toBe("ACTIVE");
    await send(READ);
    await keepRows();
  }

  expect((await turn("on my own key")).__typename).toBe("TurnFinished");
  expect((await turn(simulate([[{ text: "Half" }, { fault: "error-event" }]]))).__typename).toBe("TurnFailed");
  server.anthropic.rejectKey(CANARIES.CLAUDE.good);
  expect((await turn("now it is rejected")).error.code).toBe("PROVIDER_AUTHENTICATION_FAILED");
  expect((await send(VERIFY, { provider: "CLAUDE" })).data.verifyProvider.provider.status).toBe("INVALID");
  await send(READ);
  await keepRows();
  for (const provider of ["CLAUDE", "OPENAI"]) {
    expect((await send(REVOKE, { provider })).data.revokeProvider.provider.status).toBe("NOT_CONFIGURED");
  }
  expect((await turn("after revoking")).session.route.mode).toBe("METERED");
  await send(READ);
  await keepRows();

  // The providers did get the keys: what was searched below was really driven through.
  const used = [...server.anthropic.journal.requests, ...server.openAi.journal.requests].map(
    (entry) => entry.keyMasked,
  );
  for (const { good } of Object.values(CANARIES)) expect(used).toContain(`${good.slice(0, 7)}…${good.slice(-4)}`);
  await client.dispose();
  await server.close();

  const places = {
    responses: JSON.stringify(responses),
    logs: JSON.stringify(server.logs),
    rows: rows.join("\n"),
  };
  expect(places.responses).toContain("sk-ant-…good");
  expect(places.logs.length).toBeGreaterThan(100);
  expect(places.rows).toContain("sealed_key");
  for (const [place, text] of Object.entries(places)) {
    for (const part of SECRET_PARTS) expect({ place, found: text.includes(part) }).toEqual({ place, found: false });
  }
});
