// Settles what a dead server left behind: sessions whose lease ran out. Every server does it, for every server's sessions. A session
// is claimed first, by a lease of the reaper's own: whoever was only late finds its lease lost, and only one reaper gets it. Then the
// turn's log is sealed, so that the late server can tell nobody anything that is not in what is settled here.

import { entityOf, type RawRow } from "../database/entity-of";
import { isDatabaseAway } from "../database/is-database-away";
import { TurnFailure } from "../errors";
import { newId, publicId } from "../ids";
import type { Logger } from "../logger";
import { startRounds } from "../rounds";
import { AgentSessionEntity } from "./agent-session.entity";
import { LEASE_SECONDS } from "./checkpoints";
import { NO_CALL, usageOfCutSession } from "./estimate-usage";
import { createReaperPatience } from "./reaper-patience";
import type { SealedLog } from "./sealed-log";
import { sessionLogFields } from "./session-log-fields";
import { type SettleOptions, settleSession } from "./settle-session";
import { saysText } from "./thread-history";
import { endedCall } from "./turn-ending";
import { turnErrorOf } from "./turn-error";
import type { TurnLog } from "./turn-log";

export interface Reaper {
  /** Stops the clock and waits for a round under way. */
  close(): Promise<void>;
}

/** Between two rounds, in milliseconds. With the lease it bounds how long a dead server's turn looks alive. */
const REAP_EVERY_MS = 5_000;
/**
 * More events than a turn tells between its last checkpoint and the end of its server's lease: a hundred a second. Where no log says
 * how many there were.
 */
const UNKEPT_EVENTS = LEASE_SECONDS * 100;
/** Sessions looked at in one round; the rest wait for the next. */
const REAPED_AT_ONCE = 200;

export interface ReaperOptions extends SettleOptions {
  log: Pick<TurnLog, "seal">;
  /** What this process runs it settles itself, however long the database was away. */
  runsHere: ReadonlySet<string>;
  logger: Logger;
}

export function startReaper(options: ReaperOptions): Reaper {
  const patience = createReaperPatience(() => options.dataSource.query("SELECT 1"));
  const lookAround = async () => {
    if (await patience.isOver()) await settleExpiredSessions(options);
  };
  const rounds = startRounds(REAP_EVERY_MS, lookAround, (error) => {
    if (isDatabaseAway(error)) patience.begin();
    options.logger.warn({ err: error }, "looking for sessions left behind failed");
  });
  void rounds.begin();
  return rounds;
}

/**
 * Ends the sessions whose lease has run out, as interrupted, with what the turn's log knows of them, or else with their last
 * checkpoint. Resolves with how many.
 */
export async function settleExpiredSessions(options: ReaperOptions): Promise<number> {
  const logs = new Map<string, SealedLog | null>();
  const unkept = createUnkeptEnds();
  for (let settled = 0; ; ) {
    // A name of its own: what this process could not end after all is taken again, by whomever, when this lease has run out.
    const reaper = newId();
    const expired = await claimExpired(options, reaper);
    let ended = 0;
    for (const session of expired) {
      const turnId = session.parentId ?? session.id;
      if (!logs.has(turnId)) logs.set(turnId, await seal(options, turnId));
      const log = logs.get(turnId) ?? null;
      if (await settleExpired(options, session, { reaper, log, unkept }).catch(leave(options, session))) ended += 1;
    }
    settled += ended;
    // A server that died had many: their readers wait. When none could be ended, others are at it.
    if (expired.length < REAPED_AT_ONCE || ended === 0) return settled;
  }
}

/** Takes the lease of sessions that nobody holds any more; what was delegated stands before the turn that it was delegated in. */
async function claimExpired({ dataSource, runsHere }: ReaperOptions, reaper: string): Promise<AgentSessionEntity[]> {
  const [rows]: [RawRow[], number] = await dataSource.query(
    `UPDATE agent_sessions SET lease_owner = $1, lease_expires_at = now() + make_interval(secs => $3)
     WHERE id IN (
       SELECT id FROM agent_sessions
       WHERE status IN ('PENDING', 'RUNNING') AND lease_expires_at < now() AND id <> ALL($2)
       ORDER BY parent_id NULLS LAST, lease_expires_at LIMIT $4 FOR UPDATE SKIP LOCKED)
     RETURNING *`,
    [reaper, [...runsHere], LEASE_SECONDS, REAPED_AT_ONCE],
  );
  const sessions = rows.map((row) => entityOf(dataSource, AgentSessionEntity, row));
  return sessions.toSorted((one, other) => Number(one.parentId === null) - Number(other.parentId === null));
}

/** The numbers that ends take where no log says how many events there were: above all of them, and each its own within a turn. */
function createUnkeptEnds() {
  const turns = new Map<string, number>();
  return (turnId: string, lastSequence: number) => {
    const end = Math.max(lastSequence + UNKEPT_EVENTS, (turns.get(turnId) ?? 0) + 1);
    turns.set(turnId, end);
    return end;
  };
}

/** Null where no log is known, or none can be reached: a dead server's turns end all the same. */
async function seal({ log, logger }: ReaperOptions, turnId: string): Promise<SealedLog | null> {
  try {
    return await log.seal(turnId);
  } catch (error) {
    logger.warn({ err: error, session: publicId("session", turnId) }, "a dead server's turn ends without its log");
    return null;
  }
}

interface Settling {
  /** Who has the session's lease. */
  reaper: string;
  log: SealedLog | null;
  unkept: ReturnType<typeof createUnkeptEnds>;
}

/** False: the lease that was taken for it has run out since, and somebody else has it. */
async function settleExpired(
  options: ReaperOptions,
  session: AgentSessionEntity,
  { reaper, log, unkept }: Settling,
): Promise<boolean> {
  const failure = new TurnFailure(
    "INTERRUPTED",
    "The server stopped while the turn was running. Ask again to continue.",
  );
  // Redis may have come back without what the row knows.
  const knowing = log !== null && log.lastSequence >= session.lastSequence ? log : null;
  const text = longer(session.text, knowing?.textOf(session.id).toWellFormed() ?? "");
  const ended = await settleSession(options, session, reaper, {
    status: "INTERRUPTED",
    text,
    toolCalls: session.toolCalls.map(endedCall),
    // The row does not say where its last model call began: counted over all calls, which is never more than was used.
    ...usageOfCutSession(session.usage, { ...NO_CALL, textLength: text.length }),
    finishReason: null,
    error: turnErrorOf(failure, session.requestId),
    // Above all that the dead server can have told, because a client drops what it takes for already seen.
    lastSequence: knowing?.endOf(session.id) ?? unkept(session.parentId ?? session.id, session.lastSequence),
    firstTextAt: session.firstTextAt,
    messages: text === "" ? [] : [saysText(text)],
  });
  if (ended === null) return false;
  options.logger.warn(sessionLogFields(session), "settled a session whose server had gone");
  return true;
}

/** One session that cannot be ended holds up no other. */
function leave({ logger }: ReaperOptions, session: AgentSessionEntity): (error: unknown) => false {
  return (error) => {
    if (isDatabaseAway(error)) throw error;
    logger.error({ ...sessionLogFields(session), err: error }, "a session left behind cannot be settled");
    return false;
  };
}

function longer(one: string, other: string): string {
  return other.length > one.length ? other : one;
}
