// Two server processes behind one address, as `npm run cluster` and docker-compose.yml have them: one of them is killed, or stops.
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { Client as Postgres } from "pg";

import { simulate } from "../../src/simulators/script";
import { type Cluster, startCluster } from "../support/cluster";
import { createTestDatabase, type TestDatabase } from "../support/database";
import { redisUrl } from "../support/redis";
import { CHAT_TURN, collect, connect, post, streamOf } from "../support/test-client";

/** Longer than a dead server's lease and the next look for its turns: how soon every follower must have heard of the end. */
const TOLD_WITHIN_MS = 35_000;
const TURNS = 200;
const CLIENTS = 20;

let database: TestDatabase;
let cluster: Cluster;
let postgres: Postgres;

beforeEach(async () => {
  database = await createTestDatabase();
  cluster = await startCluster({
    databaseUrl: database.url,
    redisUrl: redisUrl(),
    environment: {
      // So that what is used is billed, and stays to be looked at: nobody answers there.
      STRIPE_SECRET_KEY: "sk_test_of_the_cluster_tests",
      STRIPE_API_BASE: "http://127.0.0.1:1",
      LIMIT_TURN_STARTS_PER_MINUTE: "100000",
      LIMIT_MESSAGES_PER_MINUTE: "100000",
      LIMIT_SOCKETS_PER_USER: "100",
    },
  });
  postgres = new Postgres({ connectionString: database.url });
  await postgres.connect();
});

afterEach(async () => {
  await postgres.end();
  await cluster.close();
  await database.drop();
});

/** As an app's: whenever its socket breaks it comes again, wherever the balancer sends it, and its turns go on. */
const newClient = () =>
  connect(cluster.url, cluster.token, {
    retryAttempts: 1_000,
    shouldRetry: () => true,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
  });

test(
  "200 turns, and one of two servers is killed: every follower is told the end in time, none runs on, and the bill is right",
  async () => {
    const clients = Array.from({ length: CLIENTS }, newClient);
    const message = simulate([[{ usage: { input: 20, output: 1 } }, { repeat: "word ", times: 150, paceMs: 80 }]]);
    const turns = Array.from({ length: TURNS }, (_, index) => {
      const client = clients[index % CLIENTS];
      if (client === undefined) throw new Error("there is no such client");
      const stream = streamOf(client, CHAT_TURN, { input: { message, idempotencyKey: randomUUID() } });
      // It has begun, and said something.
      const began = stream.next().then(() => stream.next());
      return {
        began,
        ended: began.then(() => collect(stream)).then((events) => ({ end: events.at(-1), at: performance.now() })),
      };
    });
    await Promise.all(turns.map(({ began }) => began));
    const owners = await postgres.query(
      "SELECT count(DISTINCT lease_owner)::int AS count FROM agent_sessions WHERE ended_at IS NULL",
    );
    expect(owners.rows).toEqual([{ count: 2 }]);

    cluster.servers[0]?.process.kill("SIGKILL");
    const killedAt = performance.now();
    const ends = await Promise.all(turns.map(({ ended }) => ended));
    const told = ends.map(({ end }) => end.session.status);
    expect(told.filter((status) => status === "COMPLETED").length).toBeGreaterThan(0);
    expect(told.filter((status) => status === "INTERRUPTED").length).toBeGreaterThan(0);
    expect(told.filter((status) => !["COMPLETED", "INTERRUPTED"].includes(status))).toEqual([]);
    const late = Math.max(
      ...ends.filter(({ end }) => end.session.status === "INTERRUPTED").map(({ at }) => at - killedAt),
    );
    process.stdout.write(
      `the last follower of a killed server's turn was told its end after ${(late / 1000).toFixed(1)} s\n`,
    );
    expect(late).toBeLessThan(TOLD_WITHIN_MS);

    const { rows } = await postgres.query(
      `SELECT status, count(*)::int AS sessions,
              count(*) FILTER (WHERE tokens > 0 AND value IS DISTINCT FROM tokens OR tokens = 0 AND value IS NOT NULL)::int AS wrongly_billed
       FROM (SELECT *, input_tokens + output_tokens + cache_read_tokens + cache_write_tokens AS tokens FROM agent_sessions) AS session
       LEFT JOIN meter_events ON meter_events.session_id = session.id
       GROUP BY status ORDER BY status`,
    );
    expect(rows).toEqual(
      ["COMPLETED", "INTERRUPTED"].map((status) => ({
        status,
        sessions: told.filter((other) => other === status).length,
        wrongly_billed: 0,
      })),
    );
    await Promise.all(clients.map((client) => client.dispose()));
  },
  4 * TOLD_WITHIN_MS,
);

test("one of two servers stops: what runs on it ends there, and the next request is the other's", async () => {
  const client = newClient();
  const message = simulate([[{ repeat: "word ", times: 60, paceMs: 50 }]]);
  const turn = streamOf(client, CHAT_TURN, { input: { message, idempotencyKey: randomUUID() } });
  await turn.next();
  const place = cluster.balancer.given.findIndex((connections) => connections > 0);
  const [stopping, staying] = [cluster.servers[place], cluster.servers[1 - place]];

  stopping?.process.kill("SIGTERM");
  await cluster.balancer.untilReady(1 - place);
  const before = [...cluster.balancer.given];
  const { data } = await post(
    cluster.url,
    cluster.token,
    'mutation { startTurn(input: { message: "Hello" }) { session { id } } }',
  );
  expect(data.startTurn.session.id).toMatch(/^ses_/);
  expect(cluster.balancer.given[place]).toBe(before[place]);
  expect((await collect(turn)).at(-1)).toMatchObject({ session: { status: "COMPLETED", text: "word ".repeat(60) } });
  expect(await stopping?.process.ended).toMatchObject({ code: 0, stderr: "" });
  expect((await fetch(`${staying?.url}/readyz`)).status).toBe(200);
  await client.dispose();
});

test("connections are shared out in turn", async () => {
  const clients = Array.from({ length: 6 }, newClient);
  for (const client of clients) await collect(streamOf(client, CHAT_TURN, { input: { message: "Hello" } }));
  const [one = 0, other = 0] = cluster.balancer.given;
  expect(Math.abs(one - other)).toBeLessThanOrEqual(1);
  await Promise.all(clients.map((client) => client.dispose()));
});
