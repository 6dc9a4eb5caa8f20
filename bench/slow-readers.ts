// What clients cost that never read: memory held, and other clients' time to first token, with 100 of them that are owed 5 MB each, and
// with none. Both on one server and on two, where they follow turns of the other: npm run bench:slow-readers -- --clients 100
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";

import { startAnthropicSimulator } from "../src/simulators/anthropic-simulator";
import { quantile, runBench, say } from "./run-bench";
import { openScene, type Scene } from "./slow-readers/scene";
import { StoppedReader } from "./slow-readers/stopped-reader";

/** Turns that the clients follow, all at once: each is owed the whole of one. */
const TURNS = 2;
const CHARACTERS = 5_000_000;
/** Small turns of somebody else before anything is measured. */
const WARM_UP = 50;
/** Between two looks at memory, in milliseconds. */
const LOOK_EVERY_MS = 250;

/** Widths of what is printed. */
const COLUMNS = [26, 14, 10, 14, 14, 10, 10];
/** What the clients may make a server hold, and what is printed is measured against, in bytes. */
const ALLOWED = 64 * 2 ** 20;

const { values } = parseArgs({ options: { clients: { type: "string", default: "100" } } });

interface Measured {
  /** Bytes more than before the turns, garbage aside: once they have ended, with every reader still where it stopped. */
  held: number;
  /** Resident, in bytes: the most while the turns ran, with garbage, which follows what is done rather than what is held. */
  peak: number;
  /** Milliseconds of somebody else's turns meanwhile. */
  firstTokens: number[];
  finished: number;
  /** Clients that got everything once they read again. */
  complete: number;
}

async function main(): Promise<number> {
  const anthropic = await startAnthropicSimulator({ paceMs: 0 });
  const clients = Number(values.clients);
  let failed = 0;
  try {
    say(`Clients that never read: each is owed ${CHARACTERS / 1e6} MB; ${TURNS} turns at once`);
    row("", "never read", "held MB", "more held MB", "resident MB", "p50 ms", "p95 ms");
    for (const servers of [1, 2] as const) {
      const helds: number[] = [];
      for (const stopped of [0, clients]) {
        const scene = await openScene(servers, anthropic.url);
        const measured = await measure(scene, stopped).finally(() => scene.close());
        helds.push(measured.held);
        const more = measured.held - (helds[0] ?? 0);
        const [p50, p95] = [quantile(measured.firstTokens, 0.5), quantile(measured.firstTokens, 0.95)];
        const where = servers === 1 ? "on the turns' own server" : "on another server";
        row(where, stopped, mb(measured.held), mb(more), mb(measured.peak), p50.toFixed(1), p95.toFixed(1));
        say(
          `    ${measured.finished} of ${TURNS} turns finished; ${measured.complete} of ${stopped} then read all of it`,
        );
        if (measured.finished < TURNS || measured.complete < stopped || more > ALLOWED) failed += 1;
      }
    }
    return failed === 0 ? 0 : 1;
  } finally {
    await anthropic.close();
  }
}

async function measure(scene: Scene, stopped: number): Promise<Measured> {
  for (let turn = 0; turn < WARM_UP; turn += 1) await scene.firstToken();
  const before = await scene.held();
  const turns = await Promise.all(Array.from({ length: TURNS }, () => scene.startTurn(CHARACTERS)));
  const readers: StoppedReader[] = [];
  while (readers.length < stopped) readers.push(await StoppedReader.open(scene, turns[readers.length % TURNS] ?? ""));
  const firstTokens: number[] = [];
  let peak = 0;
  let running = true;
  const look = async () => {
    for (; running; await wait(LOOK_EVERY_MS)) peak = Math.max(peak, await scene.resident());
  };
  const others = async () => {
    while (running) firstTokens.push(await scene.firstToken());
  };
  const allEnded = async () => {
    const statuses = await Promise.all(turns.map((turn) => scene.ended(turn)));
    running = false;
    return statuses;
  };
  const [statuses] = await Promise.all([allEnded(), others(), look()]);
  const held = (await scene.held()) - before;
  const read: number[] = [];
  for (const reader of readers) read.push(await reader.readAll());
  return {
    held,
    peak,
    firstTokens,
    finished: statuses.filter((status) => status === "COMPLETED").length,
    complete: read.filter((characters) => characters === CHARACTERS).length,
  };
}

function mb(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

function row(...cells: (string | number)[]): void {
  say(`  ${cells.map((cell, index) => String(cell).padStart(COLUMNS[index] ?? 0)).join("  ")}`);
}

runBench(main);
