import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

let server: TestServer;
let token: string;
let client: Client;

beforeAll(async () => {
  server = await startTestServer();
  token = await server.token();
  client = connect(server.url, token);
});

beforeEach(() => server.dataSource.query("TRUNCATE provider_keys"));

afterAll(async () => {
  await client.dispose();
  await server.close();
});

const buddyModels = [{ buddy: "orchestrator", mode: "BYOK_OPENAI" }];
const ask = () => collect(streamOf(client, CHAT_TURN, { input: { message: "Hi", buddyModels } }));

async function configure(apiKey: string): Promise<void> {
  const { data } = await post(
    server.url,
    token,
    "mutation($apiKey: String!) { configureProvider(input: { provider: OPENAI, apiKey: $apiKey }) { userErrors { message } } }",
    { apiKey },
  );
  expect(data.configureProvider.userErrors).toEqual([]);
}

test("the model is the cheapest that this key can see and that fits, and the receipt says why", async () => {
  await configure("sk-workspace-0001-wxyz");
  const { data } = await post(
    server.url,
    token,
    "{ workspace { provider(provider: OPENAI) { models { id contextWindow } } } }",
  );
  const visible = data.workspace.provider.models.map(({ id }: { id: string }) => id);
  const { route } = (await ask()).at(-1).session;
  expect(visible).toContain(route.modelId);
  expect(route).toMatchObject({
    provider: "OPENAI",
    payer: "WORKSPACE",
    modelReason: expect.stringContaining("cheapest"),
  });
  const windows = data.workspace.provider.models.filter(({ id }: { id: string }) => id === route.modelId);
  expect(windows[0].contextWindow).toBeGreaterThan(100_000);
  expect(server.openAi.journal.messages().at(-1)?.body).toMatchObject({
    model: route.modelId,
    store: false,
    stream: true,
  });
});

test("a key that may not list its models uses the default", async () => {
  await configure("sk-workspace-forbidden-0001");
  const { route } = (await ask()).at(-1).session;
  expect(route).toMatchObject({ provider: "OPENAI", modelReason: expect.stringContaining("default") });
});

test("a key without a model that fits is refused before anything is started, and the sentence names what is missing", async () => {
  await configure("sk-workspace-0001-wxyz");
  const models = JSON.stringify([{ id: "text-embedding-3-small", displayName: "text-embedding-3-small" }]);
  await server.dataSource.query("UPDATE provider_keys SET models = $1", [models]);
  const rows = await server.dataSource.query("SELECT count(*) FROM agent_sessions");
  await expect(ask()).rejects.toMatchObject({
    code: "MODEL_NOT_AVAILABLE",
    message: expect.stringMatching(/tools|model/),
  });
  expect(await server.dataSource.query("SELECT count(*) FROM agent_sessions")).toEqual(rows);
});
