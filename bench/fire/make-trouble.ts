import { setTimeout as wait } from "node:timers/promises";
import type { ServerPair } from "./server-pair";

export interface TroubleOptions {
  servers: ServerPair;
  random: () => number;
  restartDatabase: () => Promise<void>;
  /** Share of the turns that have ended, from 0 to 1. */
  progress: () => number;
}

export interface Trouble {
  kills: number;
  /** Those among them that left no server up. */
  blackouts: number;
  databaseRestarts: number;
  stop(): Promise<void>;
}

/** Between two kills, in milliseconds. */
const [SHORTEST_PEACE_MS, LONGEST_PEACE_MS] = [600, 1_800];
/** How likely a server is to be killed that is the only one up. */
const LAST_ONE_UP = 0.25;
/** The database is restarted when this share of the turns has ended. */
const RESTARTS_AT = [0.25, 0.5, 0.75];
const LOOK_EVERY_MS = 50;

/**
 * Kills one of the servers every 0.6 to 1.8 seconds, and restarts the database three times. Only a server that says it is ready
 * is killed, and the only one that is up one time in four: a server takes longer to start than the pauses last, and otherwise no
 * turn would ever run.
 */
export function makeTrouble({ servers, random, restartDatabase, progress }: TroubleOptions): Trouble {
  const over = new AbortController();
  const pause = (ms: number): Promise<void> => wait(ms, undefined, { signal: over.signal }).catch(() => undefined);

  const killing = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await pause(SHORTEST_PEACE_MS + random() * (LONGEST_PEACE_MS - SHORTEST_PEACE_MS));
      const [chosen, fate] = [random(), random()];
      const ready = await servers.ready();
      const victim = ready[Math.floor(chosen * ready.length)];
      if (victim === undefined || over.signal.aborted || (ready.length === 1 && fate >= LAST_ONE_UP)) continue;
      servers.kill(victim);
      trouble.kills += 1;
      if (ready.length === 1) trouble.blackouts += 1;
    }
  };
  const restarting = async (): Promise<void> => {
    for (const share of RESTARTS_AT) {
      while (!over.signal.aborted && progress() < share) await pause(LOOK_EVERY_MS);
      if (progress() < share) return;
      await restartDatabase();
      trouble.databaseRestarts += 1;
    }
  };
  const trouble: Trouble = {
    kills: 0,
    blackouts: 0,
    databaseRestarts: 0,
    async stop() {
      over.abort();
      await Promise.all(both);
    },
  };
  const both = [killing(), restarting()];
  return trouble;
}
