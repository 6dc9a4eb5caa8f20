// What the server costs for each streamed piece of text, next to the thinnest loop around the official SDK and to others that stream,
// in one run on one machine: npm run bench -- --rounds 5. With everything on: Postgres, Redis, metering, tracing. A load of its own
// are short turns, which show what a turn costs besides its text, part by part, and followers of the same turns.
import { parseArgs } from "node:util";
import { median, quantile, runBench, say } from "./run-bench";
import { lookAtProcess } from "./soak/process-state";
import { type Candidate, type CandidateKind, OTHERS, PRODUCT, WITHOUT_PARTS, YARDSTICK } from "./speed/candidates";
import { fillSessions } from "./speed/fill-sessions";
import type { Load } from "./speed/load-shape";
import { type FollowersMeasured, measureFollowers } from "./speed/measure-followers";
import { printProfile } from "./speed/print-profile";
import { type Measured, runLoad } from "./speed/run-load";
import type { Client } from "./speed/server-sent-events";
import { type Surroundings, startSurroundings } from "./speed/surroundings";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    /** Only the product and its yardstick. */
    brief: { type: "boolean", default: false },
    /** A directory for the product's `.cpuprofile`. */
    profile: { type: "string" },
    loads: { type: "string", default: "burst,long,paced,many,short,followers,growth" },
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
    name: "long",
    title: "As fast as it comes: 50 streams of 4,000 pieces, among which what is done once a turn is little",
    load: { streams: 50, deltas: 4_000, paceMs: 0, spreadMs: 0 },
    times: 1,
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
/** Turns that are short enough to show what each costs besides its text. */
const SHORT: Load = { streams: 1_000, deltas: 40, paceMs: 0, spreadMs: 10 };
/** In the database, when short turns are measured once more; as many as are there at least. */
const SESSIONS = [10, 10_000, 1_000_000];
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
  /** By load, how late the product's event loop was, in milliseconds, once a round. */
  const delays = new Map<string, number[]>();
  try {
    for (const kind of kinds) await enter(kind, surroundings, contestants);
    const loads = LOADS.filter(({ name }) => values.loads.split(",").includes(name));
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      process.stderr.write(`round ${round}\n`);
      for (const { name, load, times } of loads) {
        for (const { name: of, server, client, results } of inTurn(contestants, round)) {
          // The product's own figures of the event loop begin anew with each look.
          const look = () => lookAtProcess(server.pid, server.url);
          if (of === PRODUCT.name) await look();
          const measured = await runLoad(server, client, load, times);
          results.set(name, [...(results.get(name) ?? []), measured]);
          if (of === PRODUCT.name) delays.set(name, [...(delays.get(name) ?? []), (await look()).loopDelayMs.p99]);
        }
      }
    }
    for (const load of loads) {
      print(load, contestants);
      say(`  ${PRODUCT.name}'s event loop was late by ${median(delays.get(load.name) ?? []).toFixed(1)} ms at p99`);
    }
    if (values.loads.includes("followers")) {
      const { server, client } = contestants.find(({ name }) => name === PRODUCT.name) as Contestant;
      printFollowers(await measureFollowers(server, client));
    }
    if (values.loads.includes("short")) {
      // The whole product anew, too: one that has run for long has more of its code compiled.
      const asNew: Contestant[] = [];
      for (const kind of [YARDSTICK, PRODUCT, ...WITHOUT_PARTS])
        asNew.push(await enter(kind, surroundings, contestants));
      printShort(await measureShort(asNew));
    }
    if (values.loads.includes("growth")) {
      const product = contestants.find(({ name }) => name === PRODUCT.name) as Contestant;
      await measureGrowth(product, surroundings);
    }
    return 0;
  } finally {
    for (const { client, server } of contestants) {
      client.close();
      await server.close();
    }
    await surroundings.close();
    // It is written when the server ends.
    const product = contestants.find(({ name }) => name === PRODUCT.name);
    if (values.profile !== undefined && product) printProfile(values.profile, product.server.pid);
  }
}

/** Starts one more, warms it up, and adds it to those that are closed in the end. */
async function enter(kind: CandidateKind, surroundings: Surroundings, contestants: Contestant[]): Promise<Contestant> {
  const server = await kind.start(surroundings, values.profile);
  const client = await server.open();
  const contestant = { name: kind.name, server, client, results: new Map() };
  contestants.push(contestant);
  for (let time = 0; time < 3; time += 1) await runLoad(server, client, WARM_UP);
  return contestant;
}

/** Another one first in each round: whoever comes after a busy one finds less of itself in the processor's caches. */
function inTurn(contestants: readonly Contestant[], round: number): Contestant[] {
  const first = round % contestants.length;
  return [...contestants.slice(first), ...contestants.slice(0, first)];
}

/** By contestant, milliseconds of processor time for each short turn, one a round. */
async function measureShort(contestants: readonly Contestant[]): Promise<Map<string, number[]>> {
  const costs = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    for (const { name, server, client } of inTurn(contestants, round)) {
      const { cpuPerDelta } = await runLoad(server, client, SHORT);
      costs.set(name, [...(costs.get(name) ?? []), (cpuPerDelta * SHORT.deltas) / 1000]);
    }
  }
  return costs;
}

/** What a short turn costs with ever more sessions in the database. */
async function measureGrowth({ server, client }: Contestant, { environment }: Surroundings): Promise<void> {
  say(`\n${SHORT.streams} short turns with so many sessions in the database; medians of ${values.rounds} rounds`);
  for (const sessions of SESSIONS) {
    await fillSessions(environment.DATABASE_URL ?? "", sessions);
    const measured: Measured[] = [];
    for (let round = 1; round <= Number(values.rounds); round += 1) measured.push(await runLoad(server, client, SHORT));
    const cpu = ((median(measured.map(({ cpuPerDelta }) => cpuPerDelta)) * SHORT.deltas) / 1000).toFixed(2);
    const [p50, p99] = [0.5, 0.99].map((part) =>
      median(measured.map(({ addedMs }) => quantile(addedMs, part))).toFixed(1),
    );
    say(
      `  ${sessions.toLocaleString("en").padStart(9)}  ${cpu} ms of CPU a turn, first text after p50 ${p50} ms, p99 ${p99} ms`,
    );
  }
}

function printShort(costs: Map<string, number[]>): void {
  say(`\n${SHORT.streams} turns of ${SHORT.deltas} pieces, a hundred a second; medians of ${values.rounds} rounds`);
  const all = median(costs.get(PRODUCT.name) ?? []);
  for (const [name, each] of costs) {
    const less = name.startsWith("without") ? `, so that it costs ${(all - median(each)).toFixed(2)} ms` : "";
    say(`  ${name.padEnd(18)} ${median(each).toFixed(2)} ms of CPU a turn${less}`);
  }
}

function printFollowers({ firstMs, furtherMs, replayMs, replaysTookMs }: FollowersMeasured): void {
  say("\n10 turns of 250 pieces, one every 20 ms, with 1 and with 100 followers each");
  say(`  a turn and its first follower   ${firstMs.toFixed(2)} ms of CPU`);
  say(`  each further one                ${furtherMs.toFixed(2)} ms, ${(furtherMs / firstMs).toFixed(2)} of the first`);
  say(`  each after the end              ${replayMs.toFixed(2)} ms; 1,000 at once took ${replaysTookMs.toFixed(0)} ms`);
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

function row(...cells: (string | number)[]): void {
  say(`  ${cells.map((cell, index) => String(cell).padStart(COLUMNS[index] ?? 10)).join("  ")}`);
}

runBench(main);
