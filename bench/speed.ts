// What the server costs for each streamed piece of text, next to the thinnest loop around the official SDK and to others that stream,
// in one run on one machine: npm run bench -- --rounds 5. With everything on: Postgres, Redis, metering, tracing.
import { parseArgs } from "node:util";

import { type Candidate, type CandidateKind, OTHERS, PRODUCT, YARDSTICK } from "./speed/candidates";
import type { Load } from "./speed/load-shape";
import { type Measured, runLoad } from "./speed/run-load";
import type { Client } from "./speed/server-sent-events";
import { startSurroundings } from "./speed/surroundings";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    /** Only the product and its yardstick. */
    brief: { type: "boolean", default: false },
    /** A directory for the product's `.cpuprofile`. */
    profile: { type: "string" },
    loads: { type: "string", default: "burst,paced,many" },
  },
});

interface NamedLoad {
  name: string;
  title: string;
  load: Load;
  times: number;
}

const LOADS: NamedLoad[] = [
  {
    name: "burst",
    title: "As fast as it comes: 50 streams of 400 pieces",
    load: { streams: 50, deltas: 400, paceMs: 0, spreadMs: 0 },
    times: 8,
  },
  {
    name: "paced",
    title: "A piece every 20 ms: 100 streams of 300 pieces",
    load: { streams: 100, deltas: 300, paceMs: 20, spreadMs: 20 },
    times: 1,
  },
  {
    name: "many",
    title: "A piece every 20 ms: 500 streams of 300 pieces",
    load: { streams: 500, deltas: 300, paceMs: 20, spreadMs: 10 },
    times: 1,
  },
];
/** Before anything is measured: code is compiled, connections are open. */
const WARM_UP: Load = { streams: 100, deltas: 400, paceMs: 0, spreadMs: 5 };
const COLUMNS = [18, 14, 9, 12, 11, 11, 12, 14];

interface Contestant {
  name: string;
  server: Candidate;
  client: Client;
  results: Map<string, Measured[]>;
}

async function main(): Promise<number> {
  const surroundings = await startSurroundings();
  const kinds: CandidateKind[] = values.brief ? [YARDSTICK, PRODUCT] : [...OTHERS, YARDSTICK, PRODUCT];
  const contestants: Contestant[] = [];
  try {
    for (const { name, start } of kinds) {
      const server = await start(surroundings, values.profile);
      const client = await server.open();
      contestants.push({ name, server, client, results: new Map() });
      for (let time = 0; time < 3; time += 1) await runLoad(server, client, WARM_UP);
    }
    const loads = LOADS.filter(({ name }) => values.loads.split(",").includes(name));
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      process.stderr.write(`round ${round}\n`);
      for (const { name, load, times } of loads) {
        for (const { server, client, results } of contestants) {
          const measured = await runLoad(server, client, load, times);
          results.set(name, [...(results.get(name) ?? []), measured]);
        }
      }
    }
    for (const load of loads) print(load, contestants);
    return 0;
  } finally {
    for (const { client, server } of contestants) {
      client.close();
      await server.close();
    }
    await surroundings.close();
  }
}

function print({ name, title }: NamedLoad, contestants: Contestant[]): void {
  say(`\n${title}; medians of ${values.rounds} rounds`);
  row(
    "",
    "CPU a piece µs",
    "ratio",
    "lowest–highest",
    "added p50",
    "added p99",
    "pieces/s",
    "messages/piece",
    "memory MB",
  );
  const ofYardstick = resultsOf(
    contestants.find((each) => each.name === YARDSTICK.name),
    name,
  );
  const yardstick = median(ofYardstick.map(({ cpuPerDelta }) => cpuPerDelta));
  for (const contestant of contestants) {
    const results = resultsOf(contestant, name);
    const cpu = results.map(({ cpuPerDelta }) => cpuPerDelta);
    const added = results.map(({ addedMs }) => addedMs);
    row(
      contestant.name,
      median(cpu).toFixed(1),
      (median(cpu) / yardstick).toFixed(2),
      `${(Math.min(...cpu) / yardstick).toFixed(2)}–${(Math.max(...cpu) / yardstick).toFixed(2)}`,
      median(added.map((each) => quantile(each, 0.5))).toFixed(1),
      median(added.map((each) => quantile(each, 0.99))).toFixed(1),
      median(results.map(({ deltasPerSecond }) => deltasPerSecond)).toFixed(0),
      median(results.map(({ messagesPerDelta }) => messagesPerDelta)).toFixed(2),
      (median(results.map(({ memory }) => memory)) / 2 ** 20).toFixed(0),
    );
  }
}

function resultsOf(contestant: Contestant | undefined, load: string): Measured[] {
  return contestant?.results.get(load) ?? [];
}

function median(numbers: number[]): number {
  return quantile(numbers, 0.5);
}

function quantile(numbers: number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}

function row(...cells: (string | number)[]): void {
  say(`  ${cells.map((cell, index) => String(cell).padStart(COLUMNS[index] ?? 10)).join("  ")}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : JSON.stringify(error)}\n`);
    process.exit(1);
  },
);
