import { setTimeout as wait } from "node:timers/promises";

import { cpuSeconds, residentBytes } from "../process-usage";
import type { Candidate } from "./candidates";
import { DELTA_TEXT, type Load, messageFor, THINKS_MS } from "./load-shape";
import type { Client, Streamed } from "./server-sent-events";

/** One load on one server. */
export interface Measured {
  /** Of the server's process, all of its threads, in microseconds for each of the provider's pieces. */
  cpuPerDelta: number;
  deltasPerSecond: number;
  /** What the server adds to the provider's own time to its first piece, in milliseconds. */
  addedMs: number[];
  /** Resident, in bytes, at the end. */
  memory: number;
  /** For each of the provider's pieces. */
  messagesPerDelta: number;
}

/** What is done once the answers have ended, such as sending bills and traces, counts too: for so long, in milliseconds. */
const AFTERWARDS_MS = 2_000;

export async function runLoad(server: Candidate, client: Client, load: Load, times = 1): Promise<Measured> {
  const before = cpuSeconds(server.pid);
  const startedAt = performance.now();
  const streamed: Streamed[] = [];
  for (let time = 0; time < times; time += 1) streamed.push(...(await askAll(client, load)));
  const seconds = (performance.now() - startedAt) / 1000;
  await wait(AFTERWARDS_MS);
  const cpu = cpuSeconds(server.pid) - before;
  const deltas = load.streams * load.deltas * times;
  return {
    cpuPerDelta: (cpu * 1e6) / deltas,
    deltasPerSecond: deltas / seconds,
    addedMs: streamed.map(({ firstTextMs }) => firstTextMs - THINKS_MS),
    memory: residentBytes(server.pid),
    messagesPerDelta: streamed.reduce((sum, { messages }) => sum + messages, 0) / deltas,
  };
}

/** Rejects when an answer is not whole. */
async function askAll(client: Client, load: Load): Promise<Streamed[]> {
  const message = messageFor(load);
  const asked: Promise<Streamed>[] = [];
  const startedAt = performance.now();
  for (let number = 0; number < load.streams; number += 1) {
    const due = startedAt + number * load.spreadMs - performance.now();
    if (due > 0) await wait(due);
    asked.push(client.ask(message));
  }
  const streamed = await Promise.all(asked);
  const whole = load.deltas * DELTA_TEXT.length;
  const broken = streamed.filter(({ characters }) => characters !== whole);
  if (broken.length > 0) {
    throw new Error(
      `${broken.length} of ${streamed.length} answers are not whole: ${broken[0]?.characters} of ${whole}`,
    );
  }
  return streamed;
}
