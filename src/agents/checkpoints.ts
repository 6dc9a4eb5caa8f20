// Once a second this process tells the database about all the turns that it runs, in as few statements as may be: their text, usage
// and lease. The answer says which of them somebody wants to stop, which nobody follows, and which are not ours any more.
import type { DataSource } from "typeorm";

import { isDatabaseAway } from "../database/is-database-away";
import type { Logger } from "../logger";
import { startRounds } from "../rounds";
import type { LastCall } from "./estimate-usage";
import { inParts } from "./in-parts";
import type { TokenUsage } from "./token-usage";
import type { ToolCall } from "./tool-call";

/** What is known of a running session besides its text. */
export interface SessionProgress {
  usage: TokenUsage;
  lastCall: LastCall;
  toolCalls: ToolCall[];
  firstTextAt: Date | null;
}

/** A running session, as the checkpoint sees it. */
export interface Checkpointed {
  readonly sessionId: string;
  /** Published text and the number of the latest event: always in step, so that a reader can resume from the row. */
  progress(): SessionProgress & { text: string; lastSequence: number; followed: boolean };
  /** Its lease was renewed: the database was asked at this moment, in milliseconds of `performance.now`. */
  renewed(at: number): void;
  stop(why: "CANCELLED" | "UNATTENDED" | "LEASE_LOST"): void;
}

export interface Checkpoints {
  add(turn: Checkpointed): void;
  remove(turn: Checkpointed): void;
  /** Stops the clock and waits for a checkpoint under way. */
  close(): Promise<void>;
}

export interface CheckpointsOptions {
  dataSource: DataSource;
  owner: string;
  unattendedSeconds: number;
  logger: Logger;
}

/** Between two checkpoints, in milliseconds: what a crash may lose of an answer and of its bill. */
export const CHECKPOINT_EVERY_MS = 1_000;
/** A turn whose server has not been heard of for this long is settled by another, in seconds. */
export const LEASE_SECONDS = 15;
/** In one statement, in characters of JSON: done in a fraction of the time that a statement may take. */
const CHARACTERS_AT_ONCE = 10_000_000;

/** A session as a statement takes it. */
interface Row {
  turn: Checkpointed;
  json: string;
  /** Those of that moment. */
  toolCalls: readonly ToolCall[];
}

/** The tool calls that the database has of a session: those that were in the latest checkpoint of it that was kept. */
type KeptToolCalls = WeakMap<Checkpointed, readonly ToolCall[]>;

export function createCheckpoints(options: CheckpointsOptions): Checkpoints {
  const turns = new Map<string, Checkpointed>();
  const keptToolCalls: KeptToolCalls = new WeakMap();
  const round = async () => {
    if (turns.size === 0) return;
    const missing = await checkpointAll(options, [...turns.values()], keptToolCalls);
    for (const turn of missing) if (turns.has(turn.sessionId)) turn.stop("LEASE_LOST");
  };
  // If the database stays away the lease runs out, and whoever settles the turn then is right.
  const rounds = startRounds(CHECKPOINT_EVERY_MS, round, (error) =>
    options.logger.warn({ err: error }, "checkpoint failed"),
  );

  return {
    add: (turn) => turns.set(turn.sessionId, turn),
    remove: (turn) => turns.delete(turn.sessionId),
    close: rounds.close,
  };
}

async function checkpointAll(
  options: CheckpointsOptions,
  turns: readonly Checkpointed[],
  keptToolCalls: KeptToolCalls,
): Promise<Checkpointed[]> {
  const missing: Checkpointed[] = [];
  for (const part of inParts(rowsOf(turns, keptToolCalls), ({ json }) => json.length, CHARACTERS_AT_ONCE)) {
    missing.push(...(await checkpointPart(options, part, keptToolCalls)));
  }
  return missing;
}

/** One statement for all; where the database refuses something in it, one for each, so that one session holds up no other. */
async function checkpointPart(
  options: CheckpointsOptions,
  rows: readonly Row[],
  keptToolCalls: KeptToolCalls,
): Promise<Checkpointed[]> {
  try {
    return await checkpoint(options, rows, keptToolCalls);
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    options.logger.warn({ err: error }, "a checkpoint was refused; trying each session alone");
    const missing = await Promise.all(rows.map((row) => checkpoint(options, [row], keptToolCalls).catch(() => [])));
    return missing.flat();
  }
}

/** One after the other, each as it is at that moment: what is sent is made once, and weighed as it is. */
function* rowsOf(turns: readonly Checkpointed[], keptToolCalls: KeptToolCalls): Generator<Row> {
  for (const turn of turns) {
    const { text, usage, toolCalls, firstTextAt, lastSequence, followed } = turn.progress();
    const json = JSON.stringify({
      id: turn.sessionId,
      // Half of a surrogate pair, whose other half is still to come, is no JSON that the database would take.
      text: text.toWellFormed(),
      followed,
      // Left out where the row has them already. They are most of what a turn with tools weighs, and change a few times in its life:
      // sent every second by many turns they would take longer than a lease lasts.
      tool_calls: isSame(toolCalls, keptToolCalls.get(turn)) ? undefined : toolCalls,
      last_sequence: lastSequence,
      first_text_at: firstTextAt,
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      cache_read_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      reasoning_tokens: usage.reasoningTokens,
    });
    yield { turn, json, toolCalls: [...toolCalls] };
  }
}

/** A call that goes on is another object: none is changed. */
function isSame(calls: readonly ToolCall[], kept: readonly ToolCall[] | undefined): boolean {
  return kept !== undefined && calls.length === kept.length && calls.every((call, index) => call === kept[index]);
}

/** Writes one checkpoint; stops the turns that are to stop. Returns those whose lease is lost. */
async function checkpoint(
  { dataSource, owner, unattendedSeconds }: CheckpointsOptions,
  rows: readonly Row[],
  keptToolCalls: KeptToolCalls,
): Promise<Checkpointed[]> {
  const askedAt = performance.now();
  const kept: { id: string; cancelled: boolean; unattended: boolean }[] = await dataSource.query(
    `WITH kept AS (
       UPDATE agent_sessions AS session
       SET text = now_at.text, tool_calls = coalesce(now_at.tool_calls, session.tool_calls),
           last_sequence = now_at.last_sequence, first_text_at = now_at.first_text_at,
           input_tokens = now_at.input_tokens, output_tokens = now_at.output_tokens,
           cache_read_tokens = now_at.cache_read_tokens, cache_write_tokens = now_at.cache_write_tokens,
           reasoning_tokens = now_at.reasoning_tokens,
           lease_expires_at = now() + make_interval(secs => $3),
           last_followed_at = CASE WHEN now_at.followed THEN now() ELSE session.last_followed_at END
       FROM jsonb_to_recordset($1::jsonb) AS now_at (
         id uuid, text text, tool_calls jsonb, last_sequence integer, first_text_at timestamptz, input_tokens bigint, output_tokens bigint,
         cache_read_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint, followed boolean)
       WHERE session.id = now_at.id AND session.lease_owner = $2 AND session.ended_at IS NULL
       RETURNING session.id, session.workspace_id, session.cancel_requested_at, session.last_followed_at
     )
     SELECT id, cancel_requested_at IS NOT NULL OR EXISTS (
              SELECT FROM workspaces WHERE workspaces.id = kept.workspace_id AND disabled_at IS NOT NULL) AS cancelled,
            last_followed_at < now() - make_interval(secs => $4) AS unattended
     FROM kept`,
    [`[${rows.map(({ json }) => json).join()}]`, owner, LEASE_SECONDS, unattendedSeconds],
  );
  const answers = new Map(kept.map((row) => [row.id, row]));
  for (const { turn, toolCalls } of rows) {
    const answer = answers.get(turn.sessionId);
    if (answer === undefined) continue;
    keptToolCalls.set(turn, toolCalls);
    turn.renewed(askedAt);
    if (answer.cancelled) turn.stop("CANCELLED");
    else if (answer.unattended) turn.stop("UNATTENDED");
  }
  return rows.map(({ turn }) => turn).filter(({ sessionId }) => !answers.has(sessionId));
}
