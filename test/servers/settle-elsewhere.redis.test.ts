// Turns whose server is gone, or only late: what the others make of them.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Client } from "graphql-ws";

import { settleExpiredSessions } from "../../src/agents/reaper";
import { createRedisTurnLog } from "../../src/agents/redis-turn-log";
import type { TurnLog } from "../../src/agents/turn-log";
import { turnKey } from "../../src/agents/turn-stream";
import { uuidOf } from "../../src/ids";
import { createLogger } from "../../src/logger";
import { openRedis, type Redis } from "../../src/redis";
import { Secret } from "../../src/secret";
import { simulate } from "../../src/simulators/script";
import { redisUrl } from "../support/redis";
import { CHAT_TURN, collect, connect, FOLLOW, streamOf } from "../support/test-client";
import { until } from "../support/until";
import { startTwoServers, type TwoServers } from "./two-servers";

let servers: TwoServers;
let redis: Redis;
/** A third server's. */
let log: TurnLog;
let near: Client;
let far: Client;
beforeAll(async () => {
  servers = await startTwoServers();
  redis = await openRedis(new Secret(redisUrl()), createLogger("silent"));
  log = createRedisTurnLog({ redis, turnTimeoutSeconds: 60, logger: createLogger("silent") });
  near = connect(servers.server.url, servers.token);
  far = connect(servers.sibling.url, servers.token);
});
afterAll(async () => {
  await Promise.all([near.dispose(), far.dispose()]);
  await log.dispose();
  redis.close();
  await servers.server.close();
});

const followFar = (sessionId: string, after = 0) => streamOf(far, FOLLOW, { sessionId, after });
const idOf = (sessionId: string) => uuidOf("session", sessionId) ?? "";
const sequences = (events: { sequence: number }[]) => events.map(({ sequence }) => sequence);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/** Takes a turn's leases away, as a dead server's run out, and settles what there is to settle as a third server. */
async function settleAsDead(sessionId: string): Promise<void> {
  const { dataSource } = servers.server;
  await dataSource.query(
    `UPDATE agent_sessions SET lease_owner = $2, lease_expires_at = now() - interval '1 second'
     WHERE (id = $1 OR parent_id = $1) AND ended_at IS NULL`,
    [idOf(sessionId), randomUUID()],
  );
  await settleExpiredSessions({ dataSource, bills: true, log, runsHere: new Set(), logger: createLogger("silent") });
}

test("a dead server's turn ends with all that its log knows, and its numbers have no gap", async () => {
  const message = `told-${randomUUID()} ${simulate([[{ repeat: "told ", times: 40, paceMs: 5 }, { fault: "stall" }]])}`;
  const leader = streamOf(near, CHAT_TURN, { input: { message } });
  const { value: started } = await leader.next();
  const following = followFar(started.sessionId);
  const seen = [];
  for (let text = ""; text.length < "told ".length * 40; text += seen.at(-1).delta ?? "") {
    seen.push((await following.next()).value);
  }
  await settleAsDead(started.sessionId);

  const all = [...seen, ...(await collect(following))];
  expect(sequences(all)).toEqual(upTo(all.length));
  const end = all.at(-1);
  expect(end).toMatchObject({
    __typename: "TurnFailed",
    error: { code: "INTERRUPTED", retryable: true },
    session: { status: "INTERRUPTED", text: "told ".repeat(40), lastSequence: all.length },
  });
  expect(await collect(followFar(started.sessionId))).toEqual(all);
  expect(await collect(followFar(started.sessionId, 3))).toEqual(all.slice(3));
  // Who followed on the server that was late is told the same end.
  expect((await collect(leader)).at(-1)).toEqual(end);
});

test("what was delegated ends with its turn, before it", async () => {
  const task = simulate([[{ text: "Working on it" }, { fault: "stall" }]]);
  const message = simulate([
    [
      { text: "Let me ask." },
      ...["campaign", "campaign"].map((buddy) => ({ tool: "delegate", arguments: { buddy, task } })),
    ],
  ]);
  const leader = streamOf(near, CHAT_TURN, { input: { message } });
  const { value: started } = await leader.next();
  const following = followFar(started.sessionId);
  const seen = [];
  for (let told = 0; told < 2; told += seen.at(-1).text === "Working on it" ? 1 : 0) {
    seen.push((await following.next()).value);
  }
  await settleAsDead(started.sessionId);

  const all = [...seen, ...(await collect(following))];
  expect(sequences(all)).toEqual(upTo(all.length));
  expect(all.slice(-3).map((event) => `${event.buddy} ${event.__typename}`)).toEqual([
    "campaign TurnFailed",
    "campaign TurnFailed",
    "orchestrator TurnFailed",
  ]);
  expect(all.slice(-3).map(({ session }) => session.lastSequence)).toEqual(sequences(all.slice(-3)));
  expect(all.at(-2).session).toMatchObject({ status: "INTERRUPTED", text: "Working on it" });
  expect(await collect(followFar(started.sessionId))).toEqual(all);
  // One who has seen the first of these ends gets the others.
  expect(await collect(followFar(started.sessionId, all.length - 2))).toEqual(all.slice(-2));
  await collect(leader);
});

test("a server whose turn's log is sealed while it runs stops the turn at once and writes nothing more", async () => {
  const name = `sealed-${randomUUID()}`;
  const message = `${name} ${simulate([[{ repeat: "still ", times: 2_000, paceMs: 5 }]])}`;
  const leader = streamOf(near, CHAT_TURN, { input: { message } });
  const { value: started } = await leader.next();
  const following = followFar(started.sessionId);
  await following.next();
  await following.next();
  const sealed = await log.seal(idOf(started.sessionId));
  expect(sealed?.lastSequence).toBeGreaterThan(1);
  await servers.server.anthropic.journal.waitFor(
    (entry) => JSON.stringify(entry.body ?? "").includes(name) && entry.outcome === "aborted",
  );

  // Its lease is still good: it settles the turn itself, and everybody is told.
  const end = (await collect(following)).at(-1);
  expect(end).toMatchObject({ __typename: "TurnFailed", error: { code: "INTERRUPTED" } });
  expect((await collect(leader)).at(-1)).toEqual(end);
  const entries = (await redis.client.xRange(turnKey(idOf(started.sessionId)), "-", "+")) ?? [];
  expect(entries).toHaveLength((sealed?.lastSequence ?? 0) + 1);
  expect(entries.at(-1)).toMatchObject({ id: `${(sealed?.lastSequence ?? 0) + 1}-0`, message: { sealed: "" } });
});

test("a dead server's turn ends while Redis is away too, with what its row has kept", async () => {
  const message = simulate([[{ text: "Kept " }, { fault: "stall" }]]);
  const leader = streamOf(near, CHAT_TURN, { input: { message } });
  const { value: started } = await leader.next();
  const { dataSource } = servers.server;
  const [id, owner] = [idOf(started.sessionId), randomUUID()];
  const text = async () => (await dataSource.query("SELECT text FROM agent_sessions WHERE id = $1", [id]))[0].text;
  await until(async () => (await text()) !== "");
  await dataSource.query(
    "UPDATE agent_sessions SET lease_owner = $2, lease_expires_at = now() - interval '1 second' WHERE id = $1",
    [id, owner],
  );
  const seal = () => Promise.reject(new Error("Redis is away"));
  await settleExpiredSessions({
    dataSource,
    bills: true,
    log: { seal },
    runsHere: new Set(),
    logger: createLogger("silent"),
  });
  const end = (await collect(followFar(started.sessionId))).at(-1);
  expect(end).toMatchObject({ __typename: "TurnFailed", error: { code: "INTERRUPTED" }, session: { text: "Kept " } });
  await collect(leader);
});

test("a session is claimed before its turn's log is sealed: a server that renews its lease in time loses nothing", async () => {
  const message = simulate([[{ text: "Late " }, { fault: "stall" }]]);
  const leader = streamOf(near, CHAT_TURN, { input: { message } });
  const { value: started } = await leader.next();
  const { dataSource } = servers.server;
  const dead = randomUUID();
  const owner = async () => {
    const [row] = await dataSource.query(
      "SELECT lease_owner, lease_expires_at > now() AS held FROM agent_sessions WHERE id = $1",
      [idOf(started.sessionId)],
    );
    return { isDead: row.lease_owner === dead, held: row.held };
  };
  await dataSource.query(
    "UPDATE agent_sessions SET lease_owner = $2, lease_expires_at = now() - interval '1 second' WHERE id = $1",
    [idOf(started.sessionId), dead],
  );
  const atSeal: unknown[] = [];
  const seal = async (turnId: string) => {
    atSeal.push(await owner());
    return log.seal(turnId);
  };
  await settleExpiredSessions({
    dataSource,
    bills: true,
    log: { seal },
    runsHere: new Set(),
    logger: createLogger("silent"),
  });
  expect(atSeal).toEqual([{ isDead: false, held: true }]);
  await collect(leader);
});

test("two that settle one turn at the same moment settle it once", async () => {
  const message = simulate([[{ text: "Who " }, { fault: "stall" }]]);
  const leader = streamOf(near, CHAT_TURN, { input: { message } });
  const { value: started } = await leader.next();
  const reading = collect(followFar(started.sessionId));
  await Promise.all([settleAsDead(started.sessionId), settleAsDead(started.sessionId)]);
  const all = await reading;
  expect(sequences(all)).toEqual(upTo(all.length));
  const billed = await servers.server.dataSource.query(
    "SELECT count(*)::int AS count FROM meter_events WHERE session_id = $1",
    [idOf(started.sessionId)],
  );
  expect(billed[0].count).toBeLessThanOrEqual(1);
  await collect(leader);
});
