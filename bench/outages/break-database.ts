import type { Stage } from "../fire/stage";

export interface Outage {
  how: "fast" | "immediate";
  /** Servers that said they were ready while there was no database. */
  falselyReady: string[];
  /** From the moment that Postgres takes connections again until both servers are ready, in milliseconds. */
  readyAfterMs: number;
}

/** Restarts the database under both servers, and waits until they are ready again. */
export async function breakDatabase({ postgres, servers }: Stage, how: Outage["how"]): Promise<Outage> {
  let falselyReady: string[] = [];
  await postgres.restart(how, async () => {
    falselyReady = (await servers.ready()).map((index) => `${servers.urls[index]}`);
  });
  const backAt = performance.now();
  await Promise.all(servers.urls.map((_, index) => servers.untilReady(index)));
  return { how, falselyReady, readyAfterMs: performance.now() - backAt };
}
