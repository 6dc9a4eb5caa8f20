// A server with 200 turns running is told to stop. Half of them end by themselves in the time that they are given.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";

import { simulate } from "../src/simulators/script";
import { createTestDatabase, type TestDatabase } from "./support/database";
import { makeServerHome } from "./support/server-process";
import { CHAT_TURN, collect, post, streamOf } from "./support/test-client";

const home = makeServerHome();
let database: TestDatabase;
beforeAll(async () => {
  // In one of its own a server would begin with turns that nobody here counts.
  database = await createTestDatabase();
});
afterAll(async () => {
  await home.close();
  await database.drop();
});

const SOCKETS = 10;
const TURNS_PER_SOCKET = 20;
/** Longer than the turns that end take to do so, which is longer than all of them take to begin. */
const GRACE_SECONDS = 14;
const WORDS = 100;

const ends = simulate([[{ repeat: "word ", times: WORDS, paceMs: 80 }]]);
const never = simulate([[{ text: "Hello" }, { fault: "stall" }]]);

test("with 200 turns running, SIGTERM lets end what can, interrupts the rest, and cuts off no follower", async () => {
  const server = home.start({
    DATABASE_URL: database.url,
    SHUTDOWN_GRACE_SECONDS: String(GRACE_SECONDS),
    LIMIT_TURN_STARTS_PER_MINUTE: "1000",
    LIMIT_MESSAGES_PER_MINUTE: "1000",
  });
  const { url, token } = await server.ready();
  const closings: number[] = [];
  const clients = Array.from({ length: SOCKETS }, () =>
    createClient({
      url: `${url.replace("http", "ws")}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      // Stays when there is nothing to do, so that it is the server that closes it.
      lazy: false,
      retryAttempts: 0,
      onNonLazyError: () => undefined,
      on: { closed: (event) => closings.push((event as { code: number }).code) },
    }),
  );
  const turns = clients.flatMap((client) =>
    Array.from({ length: TURNS_PER_SOCKET }, (_, index) => {
      const stream = streamOf(client, CHAT_TURN, { input: { message: index % 2 === 0 ? ends : never } });
      const began = stream.next();
      return { began, events: began.then(() => collect(stream)) };
    }),
  );
  await Promise.all(turns.map(({ began }) => began));
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^waypath_turns_running 200$/m);

  server.kill("SIGTERM");
  await server.says(/shutting down/);
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, { status: "shutting down" }]);
  const another = await post(url, token, 'mutation { startTurn(input: { message: "Hello" }) { session { id } } }');
  expect(another.errors?.[0]?.extensions.code).toBe("SERVICE_UNAVAILABLE");

  // Rejects when a stream ends by a closing socket instead of by its own end.
  const last = (await Promise.all(turns.map(({ events }) => events))).map((events) => events.at(-1));
  expect(last.filter((_, index) => index % 2 === 0)).toEqual(
    Array(last.length / 2).fill(
      expect.objectContaining({
        __typename: "TurnFinished",
        session: expect.objectContaining({ status: "COMPLETED", text: "word ".repeat(WORDS) }),
      }),
    ),
  );
  expect(last.filter((_, index) => index % 2 === 1)).toEqual(
    Array(last.length / 2).fill(
      expect.objectContaining({
        __typename: "TurnFailed",
        error: expect.objectContaining({ code: "INTERRUPTED", retryable: true }),
        session: expect.objectContaining({ status: "INTERRUPTED", text: "Hello" }),
      }),
    ),
  );
  expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
  await Promise.all(clients.map((client) => client.dispose()));
  expect(closings).toEqual(Array(SOCKETS).fill(1001));

  const next = home.start({ DATABASE_URL: database.url });
  const again = await next.ready();
  const { data } = await post(
    again.url,
    token,
    `{ workspace {
      completed: agentSessions(filter: { statuses: [COMPLETED] }) { totalCount }
      interrupted: agentSessions(filter: { statuses: [INTERRUPTED] }) { totalCount }
      all: agentSessions { totalCount } } }`,
  );
  expect(data.workspace).toEqual({
    completed: { totalCount: 100 },
    interrupted: { totalCount: 100 },
    all: { totalCount: 200 },
  });
  next.kill("SIGTERM");
  await next.ended;
}, 180_000);
