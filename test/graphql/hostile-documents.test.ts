import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";

import type { TestServer } from "../support/test-server";
import { watchResolvers } from "../support/watch-resolvers";
import { overHttp, overSocket } from "./both-doors";
import { HOSTILE_REQUESTS } from "./hostile-documents";

let executed = 0;
jest.mock("../../src/graphql/schema", () => {
  const actual = jest.requireActual<typeof import("../../src/graphql/schema")>("../../src/graphql/schema");
  return {
    createSchema: async (services: Parameters<typeof actual.createSchema>[0]) =>
      watchResolvers(await actual.createSchema(services), () => {
        executed += 1;
      }),
  };
});

let server: TestServer;
let token: string;
beforeAll(async () => {
  // Not before the schema is watched.
  const { startTestServer } = jest.requireActual<typeof import("../support/test-server")>("../support/test-server");
  server = await startTestServer({ GRAPHIQL: "false" });
  token = await server.token();
});
afterAll(() => server.close());

test("what is executed would be seen", async () => {
  await overHttp(server, { query: "{ viewer { role } }" }, token);
  expect(executed).toBe(2);
  await overSocket(server, { query: 'subscription { agentSessionEvents(sessionId: "ses_1") { at } }' }, token);
  expect(executed).toBe(3);
});

test("there are more than forty ways to hurt", () => {
  expect(HOSTILE_REQUESTS.length).toBeGreaterThan(40);
  expect(new Set(HOSTILE_REQUESTS.map(({ name }) => name)).size).toBe(HOSTILE_REQUESTS.length);
});

test.each(HOSTILE_REQUESTS)(
  "$name: refused the same way at both doors, and nothing executed",
  async ({ name: _name, code, says, ...request }) => {
    executed = 0;
    const [http, socket] = [await overHttp(server, request, token), await overSocket(server, request, token)];
    expect(executed).toBe(0);
    expect(http.data).toBeUndefined();
    expect(http.errors?.[0]?.message).toContain(says);
    for (const { message, extensions } of http.errors ?? []) {
      expect(extensions).toEqual({ code });
      expect(message).not.toMatch(/did you mean/i);
    }
    expect(socket).toEqual(http);
  },
);
