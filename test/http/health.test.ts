import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { simulate } from "../../src/simulators/script";
import { takeAway } from "../support/database";
import { CANCEL, CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function get(url: string): Promise<[number, unknown]> {
  const response = await fetch(url);
  return [response.status, await response.json()];
}

test("a server that can take requests says so, to anybody", async () => {
  expect(await get(`${server.url}/healthz`)).toEqual([200, { status: "ok" }]);
  expect(await get(`${server.url}/readyz`)).toEqual([200, { status: "ready" }]);
});

test("without its database a server is alive, not ready, and ready again when the database is back", async () => {
  const token = await server.token();
  const giveBack = await takeAway(server.dataSource);
  expect(await get(`${server.url}/readyz`)).toEqual([503, { status: "database unavailable" }]);
  expect(await get(`${server.url}/healthz`)).toEqual([200, { status: "ok" }]);

  expect(await post(server.url, token, "{ viewer { role } }")).toMatchObject({
    status: 503,
    errors: [{ extensions: { code: "SERVICE_UNAVAILABLE" } }],
  });

  await giveBack();
  expect(await get(`${server.url}/readyz`)).toEqual([200, { status: "ready" }]);
  expect(await post(server.url, await server.token(), "{ viewer { role } }")).toMatchObject({ status: 200 });
});

test("a server that shuts down is alive, not ready, takes no new turn, and lets the running one end", async () => {
  const leaving = await server.startSibling();
  const token = await server.token();
  const client = connect(leaving.url, token);
  const message = simulate([[{ text: "Hello" }, { fault: "stall" }]]);
  const turn = streamOf(client, CHAT_TURN, { input: { message } });
  const { value: started } = await turn.next();

  const disposed = leaving.dispose(30);
  expect(await get(`${leaving.url}/readyz`)).toEqual([503, { status: "shutting down" }]);
  expect(await get(`${leaving.url}/healthz`)).toEqual([200, { status: "ok" }]);
  const another = 'mutation { startTurn(input: {message: "Hello"}) { session { id } } }';
  expect(await post(leaving.url, token, another)).toMatchObject({
    errors: [{ extensions: { code: "SERVICE_UNAVAILABLE" } }],
  });

  await post(leaving.url, token, CANCEL, { sessionId: started.sessionId });
  expect((await collect(turn)).at(-1)).toMatchObject({ finishReason: "CANCELLED" });
  await disposed;
  await expect(get(`${leaving.url}/healthz`)).rejects.toThrow("fetch failed");
  await client.dispose();
});
