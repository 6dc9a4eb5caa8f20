import { LEASE_SECONDS } from "./checkpoints";

export interface ReaperPatience {
  /** The database has just been away. */
  begin(): void;
  /** Whether sessions may be taken now. Rejects while the database is away. */
  isOver(): Promise<boolean>;
}

/**
 * While the database was away nobody could renew a lease. Once it is back, servers that live come first: for the time of a lease
 * nothing is taken from them. `ask` rejects while the database is away.
 */
export function createReaperPatience(ask: () => Promise<unknown>, leaseMs = LEASE_SECONDS * 1000): ReaperPatience {
  let isAway = false;
  let until = Number.NEGATIVE_INFINITY;
  return {
    begin() {
      isAway = true;
    },
    async isOver() {
      if (isAway) {
        await ask();
        isAway = false;
        until = performance.now() + leaseMs;
      }
      return performance.now() >= until;
    },
  };
}
