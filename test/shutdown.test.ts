// A server with turns running is told to stop.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";

import { CLOSING_SECONDS } from "../src/close-in-order";
import { simulate } from "../src/simulators/script";
import { createTestDatabase, type TestDatabase } from "./support/database";
import { startPostgresProxy } from "./support/postgres-proxy";
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
/** Of each kind. */
const TURNS_PER_SOCKET = 10;
const TURNS = SOCKETS * TURNS_PER_SOCKET;
/** Twice as long as the turns that end take to do so on a quiet machine, which is longer than they take to begin. */
const GRACE_SECONDS = 20;
const WORDS = 100;

const ends = simulate([[{ repeat: "word ", times: WORDS, paceMs: 100 }]]);
const never = simulate([[{ text: "Hello" }, { fault: "stall" }]]);

test("with 200 turns running, SIGTERM lets end what can, interrupts the rest, and cuts off no follower", async () => {
  const server = home.start({
    DATABASE_URL: database.url,
    SHUTDOWN_GRACE_SECONDS: String(GRACE_SECONDS),
    LIMIT_TURN_STARTS_PER_MINUTE: "1000",
    LIMIT_MESSAGES_PER_MINUTE: "1000",
    LIMIT_PROVIDER_SILENCE_SECONDS: "600",
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
  /** Resolves with the last event of each, to come, once all have begun. */
  const begin = async (message: string) => {
    const streams = clients.flatMap((client) =>
      Array.from({ length: TURNS_PER_SOCKET }, () => streamOf(client, CHAT_TURN, { input: { message } })),
    );
    await Promise.all(streams.map((stream) => stream.next()));
    return streams.map(async (stream) => (await collect(stream)).at(-1));
  };
  const ending = [...(await begin(never)), ...(await begin(ends))];
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^waypath_turns_running 200$/m);

  server.kill("SIGTERM");
  await server.says(/shutting down/);
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, { status: "shutting down" }]);
  const another = await post(url, token, 'mutation { startTurn(input: { message: "Hello" }) { session { id } } }');
  expect(another.errors?.[0]?.extensions.code).toBe("SERVICE_UNAVAILABLE");

  // Rejects when a stream ends by a closing socket instead of by its own end.
  const last = await Promise.all(ending);
  expect(last.slice(0, TURNS)).toEqual(
    Array(TURNS).fill(
      expect.objectContaining({
        __typename: "TurnFailed",
        error: expect.objectContaining({ code: "INTERRUPTED", retryable: true }),
        session: expect.objectContaining({ status: "INTERRUPTED", text: "Hello" }),
      }),
    ),
  );
  expect(last.slice(TURNS)).toEqual(
    Array(TURNS).fill(
      expect.objectContaining({
        __typename: "TurnFinished",
        session: expect.objectContaining({ status: "COMPLETED", text: "word ".repeat(WORDS) }),
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

test("with a Postgres that does not answer, SIGTERM ends the process within its time all the same", async () => {
  const proxy = await startPostgresProxy();
  const graceSeconds = 2;
  const server = home.start({
    DATABASE_URL: proxy.through(database.url),
    SHUTDOWN_GRACE_SECONDS: String(graceSeconds),
    LIMIT_PROVIDER_SILENCE_SECONDS: "600",
  });
  const { url, token } = await server.ready();
  const start = "mutation ($input: ChatTurnInput!) { startTurn(input: $input) { session { id } } }";
  for (const message of [never, never]) await post(url, token, start, { input: { message } });
  proxy.fallSilent(true);
  const waiting = post(url, token, start, { input: { message: "Hello" } }).catch(() => undefined);

  server.kill("SIGTERM");
  const begunAt = performance.now();
  const { code, signal } = await server.ended;
  expect([code, signal]).toEqual([0, null]);
  // Its stages are through before the process would be ended as it is.
  expect(performance.now() - begunAt).toBeLessThan((graceSeconds + CLOSING_SECONDS) * 1000);
  await waiting;
  proxy.close();
}, 60_000);
