// Once a second this process tells the database about all the turns that it runs, in one statement: their text, usage and
// lease. The answer says which of them somebody wants to stop, which nobody follows, and which are not ours any more.
import type { DataSource } from "typeorm";

import type { Logger } from "../logger";
import type { TokenUsage } from "./token-usage";

/** A running turn, as the checkpoint sees it. */
export interface Checkpointed {
  readonly sessionId: string;
  /** Published text and the number of the latest event: always in step, so that a reader can resume from the row. */
  progress(): { text: string; lastSequence: number; usage: TokenUsage; firstTextAt: Date | null; followed: boolean };
  stop(why: "CANCELLED" | "UNATTENDED" | "LEASE_LOST"): void;
}

export interface Checkpoints {
  add(turn: Checkpointed): void;
  remove(turn: Checkpointed): void;
  /** Stops the clock and waits for a checkpoint under way. */
  close(): Promise<void>;
}

/** Between two checkpoints, in milliseconds: what a crash may lose of an answer and of its bill. */
const CHECKPOINT_EVERY_MS = 1_000;
/** A turn whose server has not been heard of for this long is settled by another, in seconds. */
export const LEASE_SECONDS = 15;

export function createCheckpoints(options: {
  dataSource: DataSource;
  owner: string;
  unattendedSeconds: number;
  logger: Logger;
}): Checkpoints {
  const turns = new Map<string, Checkpointed>();
  let underWay: Promise<void> = Promise.resolve();
  let busy = false;

  const timer = setInterval(() => {
    if (busy || turns.size === 0) return;
    busy = true;
    underWay = checkpoint(options, [...turns.values()])
      .then((missing) => {
        for (const turn of missing) if (turns.has(turn.sessionId)) turn.stop("LEASE_LOST");
      })
      // The next one tries again; if the database stays away the lease runs out, and whoever settles the turn then is right.
      .catch((error) => options.logger.warn({ err: error }, "checkpoint failed"))
      .finally(() => {
        busy = false;
      });
  }, CHECKPOINT_EVERY_MS);

  return {
    add: (turn) => turns.set(turn.sessionId, turn),
    remove: (turn) => turns.delete(turn.sessionId),
    async close() {
      clearInterval(timer);
      await underWay;
    },
  };
}

/** Writes one checkpoint; stops the turns that are to stop. Returns those whose lease is lost. */
async function checkpoint(
  { dataSource, owner, unattendedSeconds }: { dataSource: DataSource; owner: string; unattendedSeconds: number },
  turns: Checkpointed[],
): Promise<Checkpointed[]> {
  const rows = turns.map((turn) => {
    const { text, usage, firstTextAt, lastSequence, followed } = turn.progress();
    return {
      id: turn.sessionId,
      // Half of a surrogate pair, whose other half is still to come, is no JSON that the database would take.
      text: text.toWellFormed(),
      followed,
      last_sequence: lastSequence,
      first_text_at: firstTextAt,
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      cache_read_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      reasoning_tokens: usage.reasoningTokens,
    };
  });
  const kept: { id: string; cancelled: boolean; unattended: boolean }[] = await dataSource.query(
    `WITH kept AS (
       UPDATE agent_sessions AS session
       SET text = now_at.text, last_sequence = now_at.last_sequence, first_text_at = now_at.first_text_at,
           input_tokens = now_at.input_tokens, output_tokens = now_at.output_tokens,
           cache_read_tokens = now_at.cache_read_tokens, cache_write_tokens = now_at.cache_write_tokens,
           reasoning_tokens = now_at.reasoning_tokens,
           lease_expires_at = now() + make_interval(secs => $3),
           last_followed_at = CASE WHEN now_at.followed THEN now() ELSE session.last_followed_at END
       FROM jsonb_to_recordset($1::jsonb) AS now_at (
         id uuid, text text, last_sequence integer, first_text_at timestamptz, input_tokens bigint, output_tokens bigint,
         cache_read_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint, followed boolean)
       WHERE session.id = now_at.id AND session.lease_owner = $2 AND session.status IN ('PENDING', 'RUNNING')
       RETURNING session.id, session.cancel_requested_at, session.last_followed_at
     )
     SELECT id, cancel_requested_at IS NOT NULL AS cancelled,
            last_followed_at < now() - make_interval(secs => $4) AS unattended
     FROM kept`,
    [JSON.stringify(rows), owner, LEASE_SECONDS, unattendedSeconds],
  );
  const answers = new Map(kept.map((row) => [row.id, row]));
  for (const turn of turns) {
    const answer = answers.get(turn.sessionId);
    if (answer?.cancelled) turn.stop("CANCELLED");
    else if (answer?.unattended) turn.stop("UNATTENDED");
  }
  return turns.filter((turn) => !answers.has(turn.sessionId));
}
