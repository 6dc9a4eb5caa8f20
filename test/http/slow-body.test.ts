// Who asks is settled before a body is read, and again once it has come: in between a token can expire.
import { once } from "node:events";
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { ProviderKeyEntity } from "../../src/provider-keys/provider-key.entity";
import { startTestServer, type TestServer } from "../support/test-server";
import { until } from "../support/until";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const KEY = "sk-ant-key-of-a-token-that-expires";
const CONFIGURE = `mutation { configureProvider(input: { provider: CLAUDE, apiKey: "${KEY}" }) { userErrors { code } } }`;

async function isTaken(token: string): Promise<boolean> {
  const response = await fetch(`${server.url}/api/integrations`, { headers: { authorization: `Bearer ${token}` } });
  await response.text();
  return response.status === 200;
}

test.each([
  ["/graphql", { query: CONFIGURE }],
  ["/api/integrations/claude/configure", { apiKey: KEY }],
])("nothing is done at %s for a token that expired before the body had come", async (path, body) => {
  const token = await server.token({ expiresInSeconds: 2 });
  const text = JSON.stringify(body);
  const slow = request(`${server.url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "content-length": text.length },
  });
  const answered = once(slow, "response");
  slow.write(text.slice(0, 3));
  expect(await isTaken(token)).toBe(true);
  await until(async () => !(await isTaken(token)));
  slow.end(text.slice(3));

  const [response] = await answered;
  let answer = "";
  for await (const part of response) answer += part;
  expect(response.statusCode).toBe(401);
  expect(answer).toContain("UNAUTHENTICATED");
  expect(await server.dataSource.manager.count(ProviderKeyEntity)).toBe(0);
});
