import { setTimeout as wait } from "node:timers/promises";

import { isDatabaseAway } from "./is-database-away";

/** How long a request may wait for a database that is away, in milliseconds: longer than a restart, shorter than a person's patience. */
export const OUTAGE_PATIENCE_MS = 10_000;
/** Between two tries, in milliseconds. */
const AGAIN_MS = 250;

/**
 * Does `work` again as long as the database is away, until `signal` aborts; then it rejects as the last try did. An answer may have
 * been lost: `work` must do no harm when it is done twice.
 */
export async function outlastOutage<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error) || signal.aborted) throw error;
    }
    await wait(AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}
