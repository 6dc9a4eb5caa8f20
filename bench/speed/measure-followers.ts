import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";

import { cpuSeconds } from "../process-usage";
import type { Candidate } from "./candidates";
import { messageFor } from "./load-shape";
import type { Client } from "./server-sent-events";

/** What several readers of the same turns cost, of the server's processor time, in milliseconds. */
export interface FollowersMeasured {
  /** A turn with its first reader. */
  firstMs: number;
  /** Each further one of the same turn, while it runs. */
  furtherMs: number;
  /** Each one who comes once the turn has ended, and is told all of it. */
  replayMs: number;
  /** How long that takes the last of so many at once, in milliseconds by the clock. */
  replaysTookMs: number;
}

const TURNS = 10;
const FOLLOWERS = 100;
const ANSWER = { deltas: 250, paceMs: 20 };
/** Between two readers' coming, in milliseconds. */
const SPREAD_MS = 2;

export async function measureFollowers(server: Candidate, client: Client): Promise<FollowersMeasured> {
  const one = await follow(server, client, 1);
  const many = await follow(server, client, FOLLOWERS);
  const before = cpuSeconds(server.pid);
  const startedAt = performance.now();
  await Promise.all(many.messages.flatMap((message) => Array.from({ length: FOLLOWERS }, () => client.ask(message))));
  const replaysTookMs = performance.now() - startedAt;
  const replays = (cpuSeconds(server.pid) - before) * 1000;
  return {
    firstMs: one.cpuMs / TURNS,
    furtherMs: (many.cpuMs - one.cpuMs) / (TURNS * (FOLLOWERS - 1)),
    replayMs: replays / (TURNS * FOLLOWERS),
    replaysTookMs,
  };
}

async function follow(server: Candidate, client: Client, followers: number) {
  const messages = Array.from({ length: TURNS }, () => messageFor(ANSWER, randomUUID()));
  const before = cpuSeconds(server.pid);
  const asked = [];
  for (let count = 0; count < followers; count += 1) {
    for (const message of messages) asked.push(client.ask(message));
    await wait(SPREAD_MS);
  }
  const told = await Promise.all(asked);
  const lengths = new Set(told.map(({ characters }) => characters));
  if (lengths.size !== 1)
    throw new Error(`followers of the same turns were told ${[...lengths].join(", ")} characters`);
  return { messages, cpuMs: (cpuSeconds(server.pid) - before) * 1000 };
}
