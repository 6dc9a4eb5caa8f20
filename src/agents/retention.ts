// Erases what was said longer ago than RETENTION_DAYS. Every server does it, in batches that skip what another has in hand; what
// is due stands in the rows alone, so that a server that was away for a month has nothing to catch up on but the erasing.
import type { DataSource } from "typeorm";

import type { Logger } from "../logger";
import { startRounds } from "../rounds";
import { ERASE_CONTENT } from "./erased-content";

export interface Retention {
  /** Stops the clock and waits for the batch under way. */
  close(): Promise<void>;
}

export interface RetentionOptions {
  dataSource: DataSource;
  /** Undefined: everything is kept. */
  retentionDays: number | undefined;
  logger: Logger;
}

/** How many rows lost what was said in them. */
export interface Erased {
  sessions: number;
  titles: number;
}

/** Between two rounds, in milliseconds. */
const ROUND_EVERY_MS = 3_600_000;
/** Rows that one statement erases: few enough that it is over long before its timeout. */
const BATCH = 100;

export function startRetention({ dataSource, retentionDays, logger }: RetentionOptions): Retention {
  if (retentionDays === undefined) return { close: async () => undefined };
  const closing = new AbortController();
  const round = async () => {
    const erased = await eraseExpired(dataSource, retentionDays, closing.signal);
    if (erased.sessions + erased.titles > 0)
      logger.info({ ...erased, retentionDays }, "erased what was kept long enough");
  };
  const rounds = startRounds(ROUND_EVERY_MS, round, (error) =>
    logger.warn({ err: error }, "erasing what was kept long enough failed; the next round goes on"),
  );
  void rounds.begin();
  return {
    close() {
      closing.abort();
      return rounds.close();
    },
  };
}

/** Erases all that is due, batch after batch, until nothing is left or `signal` aborts. By the database's clock. */
export async function eraseExpired(
  dataSource: DataSource,
  retentionDays: number,
  signal?: AbortSignal,
): Promise<Erased> {
  const everyBatch = async (eraseBatch: typeof eraseSessions) => {
    for (let total = 0; ; ) {
      const erased = signal?.aborted ? 0 : await eraseBatch(dataSource, retentionDays);
      total += erased;
      if (erased < BATCH) return total;
    }
  };
  // Titles last: a title goes once the message that it is the beginning of has gone.
  return { sessions: await everyBatch(eraseSessions), titles: await everyBatch(eraseTitles) };
}

/** Prompts, answers and tool data of ended sessions, and with them what their threads remember of them. */
async function eraseSessions(dataSource: DataSource, retentionDays: number): Promise<number> {
  const [, erased]: [unknown, number] = await dataSource.query(
    `WITH due AS (
       SELECT id FROM agent_sessions WHERE erased_at IS NULL AND ended_at < now() - make_interval(days => $1)
       ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED
     ), forgotten AS (
       DELETE FROM messages USING due WHERE messages.session_id = due.id
     )
     UPDATE agent_sessions AS session SET ${ERASE_CONTENT} FROM due WHERE session.id = due.id`,
    [retentionDays, BATCH],
  );
  return erased;
}

/** A thread began with the session whose message it is named after. */
async function eraseTitles(dataSource: DataSource, retentionDays: number): Promise<number> {
  const [, erased]: [unknown, number] = await dataSource.query(
    `WITH due AS (
       SELECT id FROM threads AS thread WHERE title <> '' AND created_at < now() - make_interval(days => $1)
         AND NOT EXISTS (SELECT FROM agent_sessions AS session
           WHERE session.thread_id = thread.id AND session.started_at <= thread.created_at AND session.erased_at IS NULL)
       ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
     )
     UPDATE threads SET title = '' FROM due WHERE threads.id = due.id`,
    [retentionDays, BATCH],
  );
  return erased;
}
