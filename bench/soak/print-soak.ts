import { median, say } from "../run-bench";
import type { ProcessState } from "./process-state";

export interface Soak {
  looks: readonly ProcessState[];
  completed: number;
  failed: number;
  minutes: number;
  redis: boolean;
}

/** Parts that the time is printed in. */
const PARTS = 10;
/** The first part warms up; the last may be above the second by so much and still be called flat. */
const FLAT = { memory: 1.1, fileDescriptors: 1.1, loopDelay: 1.5 };

/** Prints the medians of each tenth of the time. Returns whether they stayed flat and no turn failed. */
export function printSoak({ looks, completed, failed, minutes, redis }: Soak): boolean {
  const size = Math.ceil(looks.length / PARTS);
  const parts = Array.from({ length: PARTS }, (_, part) => looks.slice(part * size, (part + 1) * size)).filter(
    (part) => part.length > 0,
  );
  const columns: [string, (state: ProcessState) => number][] = [
    ["MB resident", ({ memory }) => memory / 2 ** 20],
    ["MB of heap", ({ heap }) => heap / 2 ** 20],
    ["descriptors", ({ fileDescriptors }) => fileDescriptors],
    ["delay mean ms", ({ loopDelayMs }) => loopDelayMs.mean],
    ["delay p99 ms", ({ loopDelayMs }) => loopDelayMs.p99],
  ];
  say(`${minutes} minutes, turn log in ${redis ? "Redis" : "memory"}: medians of each tenth of the time`);
  row("minutes", ...columns.map(([name]) => name));
  for (const [index, part] of parts.entries()) {
    row(((minutes / PARTS) * (index + 1)).toFixed(1), ...columns.map(([, of]) => median(part.map(of)).toFixed(1)));
  }
  const growth = (of: (state: ProcessState) => number) =>
    median((parts.at(-1) ?? []).map(of)) / median((parts[1] ?? []).map(of));
  const grown = {
    memory: growth(({ memory }) => memory),
    fileDescriptors: growth(({ fileDescriptors }) => fileDescriptors),
    loopDelay: growth(({ loopDelayMs }) => loopDelayMs.mean),
  };
  say(
    `last tenth to second: memory ${grown.memory.toFixed(2)}, descriptors ${grown.fileDescriptors.toFixed(2)}, ` +
      `mean delay ${grown.loopDelay.toFixed(2)}; ${completed} turns completed, ${failed} failed`,
  );
  const flat =
    grown.memory <= FLAT.memory && grown.fileDescriptors <= FLAT.fileDescriptors && grown.loopDelay <= FLAT.loopDelay;
  return flat && failed === 0;
}

function row(...cells: string[]): void {
  say(`  ${cells.map((cell) => cell.padStart(13)).join("  ")}`);
}
