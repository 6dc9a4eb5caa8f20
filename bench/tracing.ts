// What tracing costs a turn: nothing that can be told apart from no tracing, whatever Langfuse does. Servers whose Langfuse is
// absent, answers, hangs and refuses take turns, one after the other in one run: npm run bench:tracing -- --rounds 5 --turns 5000
import { parseArgs } from "node:util";

import { startAnthropicSimulator } from "../src/simulators/anthropic-simulator";
import { runBench, say } from "./run-bench";
import { type LangfuseState, type ObservedServer, startObservedServer } from "./tracing/observed-server";

const STATES: readonly LangfuseState[] = ["absent", "answer", "hang", "refuse"];
/** Turns of each server before anything is measured. */
const WARM_UP = 100;
/** Turns of each server in a round, one at a time. */
const TURNS_A_ROUND = 50;
/** Turns under way at once while memory is watched. */
const AT_ONCE = 8;
/** Turns of each server between two looks at memory. */
const BLOCK = 500;

/** Widths of what is printed. */
const COLUMNS = [8, 8, 8, 30, 8, 12];

/** Milliseconds of turns, one after the other; null: it failed. */
type Times = (number | null)[];

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, turns: { type: "string", default: "5000" } },
});

async function main(): Promise<number> {
  const anthropic = await startAnthropicSimulator({ paceMs: 0 });
  try {
    const failed =
      (await timeToFirstToken(anthropic.url, Number(values.rounds))) +
      (await memory(anthropic.url, Number(values.turns)));
    say(`${failed} failed turns`);
    return failed === 0 ? 0 : 1;
  } finally {
    await anthropic.close();
  }
}

/** Prints a row for each server: its time, and its turns against the absent one's of the same moment. Resolves with the failures. */
async function timeToFirstToken(anthropicUrl: string, rounds: number): Promise<number> {
  const servers = await startAll(STATES, anthropicUrl);
  for (const server of servers) await runTurns(server, WARM_UP);
  const times = servers.map((): Times => []);
  for (let turn = 0; turn < rounds * TURNS_A_ROUND; turn += 1) {
    for (const index of shuffled([...servers.keys()])) times[index]?.push((await servers[index]?.turn()) ?? null);
  }
  // Each has something to send when it is asked to stop.
  const stops: number[] = [];
  for (const server of servers) {
    await server.turn();
    stops.push(await server.stop());
  }

  const absent = times[STATES.indexOf("absent")] ?? [];
  const failures = times.map((own) => own.filter((time) => time === null).length);
  say(`Time to first token: ${rounds} rounds of ${TURNS_A_ROUND} turns each, all servers in turn`);
  row("Langfuse", "p50 ms", "ratio", "by round", "failed", "ms to stop");
  for (const [index, own] of times.entries()) {
    const byRound = Array.from({ length: rounds }, (_, round) => {
      const turns: [number, number] = [round * TURNS_A_ROUND, (round + 1) * TURNS_A_ROUND];
      return ratio(own.slice(...turns), absent.slice(...turns)).toFixed(2);
    });
    const [p50OfAll, ratioOfAll] = [p50(own).toFixed(1), ratio(own, absent).toFixed(3)];
    row(STATES[index], p50OfAll, ratioOfAll, byRound.join(" "), failures[index], stops[index]?.toFixed(0));
  }
  say("  ratio: the p50 of each turn's time divided by that of the absent server's turn beside it");
  return failures.reduce((sum, each) => sum + each);
}

/** Prints how memory grows while Langfuse hangs, and while there is none. Resolves with the failures. */
async function memory(anthropicUrl: string, turns: number): Promise<number> {
  const servers = await startAll(["absent", "hang"], anthropicUrl);
  for (const server of servers) await runTurns(server, BLOCK);
  const before = servers.map((server) => server.memory());
  say(`Memory: growth in MB resident over ${turns} turns, ${AT_ONCE} at once, after ${BLOCK} to warm up`);
  row("turns", "absent", "hang");
  let failed = 0;
  for (let done = BLOCK; done <= turns; done += BLOCK) {
    for (const server of servers) failed += await runTurns(server, BLOCK);
    row(done, ...servers.map((server, index) => ((server.memory() - (before[index] ?? 0)) / 2 ** 20).toFixed(1)));
  }
  const [, hung] = servers;
  say(`  spans lost while it hung, as logged last: ${hung?.lostSpans()}`);
  for (const server of servers) await server.stop();
  return failed;
}

async function startAll(states: readonly LangfuseState[], anthropicUrl: string): Promise<ObservedServer[]> {
  const servers: ObservedServer[] = [];
  for (const state of states) servers.push(await startObservedServer(state, anthropicUrl));
  return servers;
}

/** Resolves with how many of them failed. */
async function runTurns(server: ObservedServer, turns: number): Promise<number> {
  let [begun, failed] = [0, 0];
  const lane = async () => {
    while (begun < turns) {
      begun += 1;
      if ((await server.turn()) === null) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return failed;
}

function ratio(times: Times, absent: Times): number {
  return p50(
    times.map((time, index) => {
      const other = absent[index] ?? null;
      return time === null || other === null ? null : time / other;
    }),
  );
}

function p50(numbers: Times): number {
  const sorted = numbers.filter((number) => number !== null).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function shuffled<Item>(items: Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function row(...cells: (string | number | undefined)[]): void {
  say(`  ${cells.map((cell, index) => String(cell).padStart(COLUMNS[index] ?? 0)).join("  ")}`);
}

runBench(main);
