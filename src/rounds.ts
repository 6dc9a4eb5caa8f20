// What this process does again and again: never twice at once, however long one round takes, and waited for at the end.

export interface Rounds {
  /** Begins a round now, unless one is under way. Resolves when it is over; never rejects. */
  begin(): Promise<void>;
  /** Stops the clock and waits for a round under way. */
  close(): Promise<void>;
}

/**
 * Begins a round every `everyMs` milliseconds; one that is due while another is under way is left out. `failed` is told of a round
 * that rejects; the next one tries again.
 */
export function startRounds(everyMs: number, round: () => Promise<void>, failed: (error: unknown) => void): Rounds {
  let underWay: Promise<void> | null = null;
  const begin = () => {
    underWay ??= round()
      .catch(failed)
      .finally(() => {
        underWay = null;
      });
    return underWay;
  };
  // It alone keeps no process alive, e.g. one whose start has failed.
  const timer = setInterval(begin, everyMs).unref();
  return {
    begin,
    async close() {
      clearInterval(timer);
      await underWay;
    },
  };
}
