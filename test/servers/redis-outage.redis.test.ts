// Redis goes away and comes back, empty each time: nothing is lost, the servers say so and recover by themselves.
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { simulate } from "../../src/simulators/script";
import { type RedisServer, startRedisServer } from "../support/redis-server";
import { CANCEL, CHAT_TURN, collect, connect, FOLLOW, post, streamOf } from "../support/test-client";
import { until } from "../support/until";
import { digestOf, startTwoServers, type TwoServers } from "./two-servers";

const TURNS = 20;
const RESTARTS = 5;

let redis: RedisServer;
let servers: TwoServers;
let near: Client;
let far: Client;
beforeAll(async () => {
  redis = await startRedisServer();
  servers = await startTwoServers({ REDIS_URL: redis.url });
  near = connect(servers.server.url, servers.token);
  far = connect(servers.sibling.url, servers.token);
});
afterAll(async () => {
  await Promise.all([near.dispose(), far.dispose()]);
  await servers.server.close();
  await redis.kill();
});

async function ready(url: string): Promise<[number, unknown]> {
  const response = await fetch(`${url}/readyz`);
  return [response.status, await response.json()];
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${servers.server.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1]);
}

const IS_READY = [200, { status: "ready" }];
const NO_REDIS = [503, { status: "redis unavailable" }];

async function everybodyReady(): Promise<void> {
  for (const url of [servers.server.url, servers.sibling.url]) await until(async () => (await ready(url))[0] === 200);
}

test("a server whose Redis is away says so, goes on, takes new turns, and is ready again when Redis is back", async () => {
  expect(await ready(servers.server.url)).toEqual(IS_READY);
  const message = simulate([[{ repeat: "on and on ", times: 50, paceMs: 10 }]]);
  const running = streamOf(near, CHAT_TURN, { input: { message } });
  await running.next();
  await redis.kill();
  await servers.server.logged((line) => line.msg.startsWith("Redis is away"));
  expect(await ready(servers.server.url)).toEqual(NO_REDIS);
  expect((await fetch(`${servers.server.url}/healthz`)).status).toBe(200);
  expect(await metric("waypath_redis_connected")).toBe(0);
  expect((await collect(running)).at(-1).session.text).toBe("on and on ".repeat(50));
  const another = await collect(streamOf(near, CHAT_TURN, { input: { message: "Hello" } }));
  expect(another.at(-1).__typename).toBe("TurnFinished");

  expect(await metric("waypath_turn_log_unsent_events")).toBeGreaterThanOrEqual(another.length);
  await redis.restart();
  await everybodyReady();
  expect(await ready(servers.server.url)).toEqual(IS_READY);
  expect(await metric("waypath_redis_connected")).toBe(1);
  // What was said meanwhile is in Redis now, for whoever asks elsewhere.
  expect(await collect(streamOf(far, FOLLOW, { sessionId: another[0].sessionId }))).toEqual(another);
});

test("a Redis that hangs is a Redis that is away", async () => {
  redis.freeze();
  await until(async () => (await ready(servers.server.url))[0] !== 200);
  expect(await ready(servers.server.url)).toEqual(NO_REDIS);
  const turn = await collect(streamOf(near, CHAT_TURN, { input: { message: "Hello" } }));
  expect(turn.at(-1).__typename).toBe("TurnFinished");
  redis.wake();
  await everybodyReady();
});

test(`${TURNS} turns, Redis restarted ${RESTARTS} times: followers on the other server get every event once`, async () => {
  const turns = await Promise.all(
    Array.from({ length: TURNS }, async (_, turn) => {
      const message = simulate([[{ repeat: `word ${turn} `, times: 250 + 10 * turn, paceMs: 12 }]]);
      const stream = streamOf(near, CHAT_TURN, { input: { message } });
      const { value: started } = await stream.next();
      const follower = collect(streamOf(far, FOLLOW, { sessionId: started.sessionId }));
      return { follower, leader: collect(stream).then((rest) => [started, ...rest]) };
    }),
  );
  const running = Promise.all(turns.map(({ leader }) => leader));
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    await redis.kill();
    await redis.restart();
    await everybodyReady();
  }
  const told = await running;
  for (const [turn, { follower }] of turns.entries()) {
    const followed = await follower;
    expect(followed.map(({ sequence }) => sequence)).toEqual(told[turn]?.map(({ sequence }) => sequence));
    expect(digestOf(followed)).toBe(digestOf(told[turn]));
  }
});

test("cancelling on the other server closes the connection to a silent provider at once, and within a second without Redis", async () => {
  const cancelFar = async (name: string) => {
    const message = `${name} ${simulate([[{ text: "Once" }, { fault: "stall" }]])}`;
    const stream = streamOf(near, CHAT_TURN, { input: { message } });
    const { value: started } = await stream.next();
    await stream.next();
    const call = await servers.server.anthropic.journal.waitFor((entry) =>
      JSON.stringify(entry.body ?? "").includes(`${name} `),
    );
    const aborted = servers.server.anthropic.journal.waitFor((entry) => entry === call && entry.outcome === "aborted");
    const asked = performance.now();
    await post(servers.sibling.url, servers.token, CANCEL, { sessionId: started.sessionId });
    await aborted;
    const milliseconds = performance.now() - asked;
    expect((await collect(stream)).at(-1)).toMatchObject({ finishReason: "CANCELLED" });
    return milliseconds;
  };
  const milliseconds: number[] = [];
  for (let round = 0; round < 20; round += 1) milliseconds.push(await cancelFar(`far-${round}-`));
  const median = milliseconds.sort((a, b) => a - b)[10] ?? Number.POSITIVE_INFINITY;
  process.stdout.write(`cancel elsewhere to closed provider connection: median ${median.toFixed(0)} ms of 20\n`);
  expect(median).toBeLessThan(250);

  await redis.kill();
  await cancelFar("unheard-");
  await redis.restart();
  await everybodyReady();
});
