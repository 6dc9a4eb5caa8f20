/** Runs a bench: its result is how the process ends, and what breaks is told. */
export function runBench(main: () => Promise<number>): void {
  main().then(
    (code) => process.exit(code),
    (error) => {
      process.stderr.write(`${error instanceof Error ? error.stack : JSON.stringify(error)}\n`);
      process.exit(1);
    },
  );
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

export function quantile(numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}
