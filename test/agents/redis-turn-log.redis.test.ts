import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";

import { createHeldEvents } from "../../src/agents/held-events";
import { createRedisTurnLog } from "../../src/agents/redis-turn-log";
import type { TurnEvent } from "../../src/agents/turn-events";
import type { TurnLog } from "../../src/agents/turn-log";
import { turnKey } from "../../src/agents/turn-stream";
import { newId } from "../../src/ids";
import { createLogger } from "../../src/logger";
import { openRedis, type Redis } from "../../src/redis";
import { Secret } from "../../src/secret";
import { auditTurnLog } from "../audits/turn-log";
import { collectTurn, delta, ending, everyKindOfEvent, forEver } from "../audits/turn-log-events";
import { redisUrl } from "../support/redis";
import { type RedisServer, startRedisServer } from "../support/redis-server";

const logger = createLogger("silent");

/** The log of one server of several. */
interface Server {
  log: TurnLog;
  redis: Redis;
  /** Turns whose log it found sealed. */
  sealed: string[];
  close(): Promise<void>;
}

async function openServer(url = redisUrl(), leaseMs?: number): Promise<Server> {
  const redis = await openRedis(new Secret(url), logger);
  const log = createRedisTurnLog({ redis, turnTimeoutSeconds: 60, held: createHeldEvents(leaseMs), logger });
  const sealed: string[] = [];
  log.onSealed((turnId) => sealed.push(turnId));
  return {
    log,
    redis,
    sealed,
    async close() {
      await log.dispose();
      redis.close();
    },
  };
}

auditTurnLog("a turn log in Redis, read on the server that runs the turn", async () => {
  const server = await openServer();
  return { writer: server.log, reader: server.log, close: server.close };
});

auditTurnLog("a turn log in Redis, read on another server", async () => {
  const [one, other] = await Promise.all([openServer(), openServer()]);
  return {
    writer: one.log,
    reader: other.log,
    async close() {
      await Promise.all([one.close(), other.close()]);
    },
  };
});

let own: RedisServer;
let servers: Server[] = [];
beforeAll(async () => {
  own = await startRedisServer();
});
afterAll(() => own.kill());
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

/** Two servers on a Redis that nobody else uses, and a turn that runs on the first. */
async function setUp(leaseMs?: number) {
  servers = await Promise.all([openServer(own.url, leaseMs), openServer(own.url)]);
  const [owner, other] = servers as [Server, Server];
  const turnId = newId();
  owner.log.open(turnId);
  const append = (...events: TurnEvent[]) => {
    for (const event of events) owner.log.append(turnId, event);
  };
  const follow = (settled = forEver()) => other.log.follow(turnId, { signal: forEver(), settled });
  return { owner, other, turnId, append, follow };
}

/** Resolves once `look` finds what it looks for. */
async function until(look: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 5));
}

const reconnected = (...all: Server[]) => until(() => all.every(({ redis }) => redis.isConnected()));
const sequences = (events: TurnEvent[]) => events.map(({ sequence }) => sequence);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test("a sealed log takes nothing more: its owner is told, its readers end, and whoever seals it again reads the same", async () => {
  const { owner, other, turnId, append, follow } = await setUp();
  append(delta(turnId, 1, "Hello "), delta(turnId, 2, "world"));
  const reader = follow();
  expect((await reader.next()).value).toMatchObject({ sequence: 1 });
  expect((await reader.next()).value).toMatchObject({ sequence: 2 });

  const log = await other.log.seal(turnId);
  expect([log?.lastSequence, log?.textOf(turnId), log?.endOf(turnId)]).toEqual([2, "Hello world", 3]);
  expect((await reader.next()).done).toBe(true);

  append(delta(turnId, 3), delta(turnId, 4));
  await until(() => owner.sealed.length > 0);
  expect(owner.sealed).toEqual([turnId]);
  append(delta(turnId, 5));
  owner.log.close(turnId);
  await until(() => owner.sealed.length > 1);
  expect(await owner.redis.client.xLen(turnKey(turnId))).toBe(3);
  expect((await other.log.seal(turnId))?.lastSequence).toBe(2);
  expect(sequences(await collectTurn(follow(), turnId))).toEqual([1, 2]);
});

test("a sealed log says which number each open session's end takes: what was delegated first, in its order", async () => {
  const { other, turnId, append, follow } = await setUp();
  const events = everyKindOfEvent(turnId).slice(0, 7);
  const second: TurnEvent = { ...(events[6] as TurnEvent), sessionId: "second", sequence: 8 };
  append(...events, second);
  const reader = follow();
  for (let read = 0; read < 8; read += 1) await reader.next();
  const log = await other.log.seal(turnId);
  expect(["child", "second", turnId].map((id) => log?.endOf(id))).toEqual([9, 10, 11]);
  await reader.return();
});

test("a log that is not known is sealed too, and says that it knows nothing", async () => {
  const { owner, other, turnId, append } = await setUp();
  expect(await other.log.seal(turnId)).toBeNull();
  append(delta(turnId, 1));
  await until(() => owner.sealed.length > 0);
  expect(await owner.redis.client.xLen(turnKey(turnId))).toBe(1);
});

test("Redis comes back empty, again and again: readers on another server get every event once", async () => {
  const { owner, other, turnId, append, follow } = await setUp();
  const reading = collectTurn(follow(), turnId);
  const all = [...upTo(1_500).map((sequence) => delta(turnId, sequence)), ending(turnId, 1_501)];
  for (let round = 0; round < 3; round += 1) {
    append(...all.slice(round * 500, round * 500 + 250));
    await own.kill();
    append(...all.slice(round * 500 + 250, round * 500 + 500));
    expect(owner.log.eventsUnsent()).toBeGreaterThan(0);
    await own.restart();
    await reconnected(owner, other);
  }
  append(ending(turnId, 1_501));
  owner.log.close(turnId);
  expect(await reading).toEqual(all);
  await until(() => owner.log.eventsUnsent() === 0);
  expect(await collectTurn(follow(), turnId)).toEqual(all);
});

test("what Redis has lost of a turn that says nothing is sent again, also after the turn's end", async () => {
  const { owner, other, turnId, append, follow } = await setUp();
  append(delta(turnId, 1), delta(turnId, 2));
  await until(() => owner.log.eventsUnsent() === 0);
  await own.kill();
  await own.restart();
  await reconnected(owner, other);
  const reader = follow();
  expect((await reader.next()).value).toMatchObject({ sequence: 1 });
  expect((await reader.next()).value).toMatchObject({ sequence: 2 });

  append(ending(turnId, 3));
  owner.log.close(turnId);
  await until(async () => (await owner.redis.client.ttl(turnKey(turnId))) <= 300);
  await own.kill();
  await own.restart();
  await reconnected(owner, other);
  expect(sequences(await collectTurn(reader, turnId))).toEqual([3]);
});

test("a stream expires by itself: while its turn can run, and five minutes after its end", async () => {
  const { owner, turnId, append } = await setUp();
  append(delta(turnId, 1));
  await until(() => owner.log.eventsUnsent() === 0);
  const running = await owner.redis.client.ttl(turnKey(turnId));
  expect(running).toBeGreaterThan(60);
  expect(running).toBeLessThanOrEqual(960);
  append(ending(turnId, 2));
  owner.log.close(turnId);
  await until(async () => (await owner.redis.client.ttl(turnKey(turnId))) <= 300);
});

test("a stream whose beginning is gone is told to nobody with a hole", async () => {
  const { owner, other, turnId, append, follow } = await setUp();
  append(...upTo(10).map((sequence) => delta(turnId, sequence)));
  await until(() => owner.log.eventsUnsent() === 0);
  await owner.redis.client.xTrim(turnKey(turnId), "MAXLEN", 5);
  expect(sequences(await collectTurn(follow(), turnId))).toEqual([]);
  expect(await other.log.seal(turnId)).toBeNull();
});

test("a reader of a settled turn gets what is still on its way, and nobody waits for what has expired", async () => {
  const { owner, turnId, append, follow } = await setUp();
  expect(await collectTurn(follow(AbortSignal.abort()), turnId)).toEqual([]);
  const settled = new AbortController();
  append(delta(turnId, 1));
  const reader = follow(settled.signal);
  await reader.next();
  const last = reader.next();
  settled.abort();
  append(ending(turnId, 2));
  owner.log.close(turnId);
  expect((await last).value).toMatchObject({ type: "TurnFinished" });
  await reader.return();
});

test("a Redis that hangs holds up neither a turn nor a reader that goes", async () => {
  const { owner, other, turnId, append } = await setUp();
  own.freeze();
  append(delta(turnId, 1));
  const abort = new AbortController();
  const far = other.log.follow(turnId, { signal: abort.signal, settled: forEver() }).next();
  const near = await owner.log.follow(turnId, { signal: forEver(), settled: forEver() }).next();
  expect(near.value).toMatchObject({ sequence: 1 });
  abort.abort();
  expect((await far).done).toBe(true);
  await expect(other.log.seal(turnId)).rejects.toThrow();
  own.wake();
  await reconnected(owner, other);
  await until(() => owner.log.eventsUnsent() === 0);
});

test("a turn's start is sent at once; its texts wait for its end, and all of them and its closing are one write", async () => {
  const { owner, turnId, append } = await setUp();
  const { client } = owner.redis;
  const [started] = everyKindOfEvent(turnId);
  append(started as TurnEvent);
  await until(() => owner.log.eventsUnsent() === 0);
  await client.configResetStat();
  append(delta(turnId, 2));
  await new Promise(setImmediate);
  append(delta(turnId, 3), ending(turnId, 4));
  owner.log.close(turnId);
  await until(async () => (await client.ttl(turnKey(turnId))) <= 300);
  expect(await client.xLen(turnKey(turnId))).toBe(4);
  expect(await client.info("commandstats")).toMatch(/cmdstat_evalsha:calls=1,/);
});

test("what comes while Redis is being told is told by itself, and before the server stops", async () => {
  const { owner, turnId, append } = await setUp();
  const [started] = everyKindOfEvent(turnId);
  append(started as TurnEvent);
  // What is written by then is on its way, and its answer has not come.
  await new Promise(setImmediate);
  append(delta(turnId, 2), ending(turnId, 3));
  owner.log.close(turnId);
  await owner.log.dispose();
  expect(await owner.redis.client.xLen(turnKey(turnId))).toBe(3);
});

test("of a turn that is left to another server while Redis is told, nothing more is sent", async () => {
  const { owner, turnId, append } = await setUp();
  await owner.redis.client.configResetStat();
  append(...upTo(250).map((sequence) => delta(turnId, sequence)), ending(turnId, 251));
  // The first batch is on its way.
  await new Promise(setImmediate);
  owner.log.abandon(turnId);
  await owner.log.dispose();
  expect(await owner.redis.client.xLen(turnKey(turnId))).toBe(100);
  expect(await owner.redis.client.info("commandstats")).toMatch(/cmdstat_evalsha:calls=[12],/);
});

const AN_HOUR_MS = 3_600_000;

test("once its lease may have run out a server tells nobody anything, and all of it in order when the lease is renewed", async () => {
  const { owner, turnId, append, follow } = await setUp(0);
  append(delta(turnId, 1), delta(turnId, 2));
  expect(owner.log.eventsUnsent()).toBe(2);
  const near = owner.log.follow(turnId, { signal: forEver(), settled: forEver() });
  const [first, far] = [near.next(), follow()];
  owner.log.renew(turnId, performance.now() + AN_HOUR_MS);
  append(ending(turnId, 3));
  owner.log.close(turnId);
  expect([(await first).value, ...(await collectTurn(near, turnId))]).toEqual([
    delta(turnId, 1),
    delta(turnId, 2),
    ending(turnId, 3),
  ]);
  expect(await collectTurn(far, turnId)).toHaveLength(3);
});

test("where its lease is lost, what it held back is never told, and its own readers are told what all are", async () => {
  const { owner, other, turnId, append } = await setUp(AN_HOUR_MS);
  append(delta(turnId, 1));
  while (owner.log.eventsUnsent() > 0) await new Promise(setImmediate);
  owner.log.renew(turnId, performance.now() - 2 * AN_HOUR_MS);
  append(delta(turnId, 2), delta(turnId, 3));
  expect(await other.log.seal(turnId)).toMatchObject({ lastSequence: 1 });
  owner.log.abandon(turnId);
  const told = [];
  for await (const event of owner.log.follow(turnId, { signal: forEver(), settled: AbortSignal.abort() }))
    told.push(event);
  expect(told).toEqual([delta(turnId, 1)]);
  expect(owner.log.eventsUnsent()).toBe(0);
});
