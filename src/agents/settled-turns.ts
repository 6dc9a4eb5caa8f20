// Once a second this process asks the database about all the turns that are followed here and run elsewhere, in one statement:
// which have their end. It is how the followers of a dead server's turn hear of it. Asking counts as following.
import type { DataSource } from "typeorm";

import type { Logger } from "../logger";
import { startRounds } from "../rounds";
import type { AgentSessionEntity } from "./agent-session.entity";
import { touchAfterSeconds } from "./followed-at";

export interface SettledTurns {
  /** Watches over a turn until it is closed. */
  watch(turn: Pick<AgentSessionEntity, "id" | "endedAt">): TurnWatch;
  /** Stops the clock and waits for a look under way. */
  close(): Promise<void>;
}

export interface TurnWatch {
  /** Aborts once the turn's row has its end. */
  readonly settled: AbortSignal;
  close(): void;
}

export interface SettledTurnsOptions {
  dataSource: DataSource;
  /** Turns that run here tell of their end themselves. */
  runsHere(turnId: string): boolean;
  turnUnattendedSeconds: number;
  logger: Logger;
}

/** Between two looks, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** The last events of a turn that ended less than so long ago, in milliseconds, may still be on their way: it is watched all the same. */
const JUST_ENDED_MS = 5_000;

export function createSettledTurns(options: SettledTurnsOptions): SettledTurns {
  const watches = new Map<string, Set<AbortController>>();
  const look = async () => {
    const elsewhere = [...watches.keys()].filter((turnId) => !options.runsHere(turnId));
    if (elsewhere.length === 0) return;
    for (const turnId of await findSettled(options, elsewhere)) {
      for (const watch of watches.get(turnId) ?? []) watch.abort();
    }
  };
  const rounds = startRounds(LOOK_EVERY_MS, look, (error) =>
    options.logger.warn({ err: error }, "looking for the ends of followed turns failed"),
  );

  return {
    watch({ id, endedAt }) {
      const watch = new AbortController();
      if (endedAt !== null && Date.now() - endedAt.getTime() > JUST_ENDED_MS) watch.abort();
      const others = watches.get(id) ?? new Set();
      watches.set(id, others.add(watch));
      return {
        settled: watch.signal,
        close() {
          others.delete(watch);
          if (others.size === 0 && watches.get(id) === others) watches.delete(id);
        },
      };
    },
    close: rounds.close,
  };
}

async function findSettled(
  { dataSource, turnUnattendedSeconds }: SettledTurnsOptions,
  turnIds: readonly string[],
): Promise<string[]> {
  const rows: { id: string }[] = await dataSource.query(
    `WITH followed AS (
       UPDATE agent_sessions SET last_followed_at = now()
       WHERE id = ANY($1) AND ended_at IS NULL AND last_followed_at < now() - make_interval(secs => $2)
     )
     SELECT id FROM agent_sessions WHERE id = ANY($1) AND ended_at IS NULL`,
    [turnIds, touchAfterSeconds(turnUnattendedSeconds)],
  );
  const running = new Set(rows.map(({ id }) => id));
  // One that has no row any more will not go on either.
  return turnIds.filter((turnId) => !running.has(turnId));
}
