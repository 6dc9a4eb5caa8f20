// Settles what a dead server left behind: sessions whose lease ran out. Every server does it, for every server's sessions; the
// guarded update sees to it that only one succeeds. The turn's log is sealed first: a server that is not dead, only late, can then
// tell nobody anything that is not in what is settled here.
import { type DataSource, In, Not, Raw } from "typeorm";

import { isDatabaseAway } from "../database/is-database-away";
import { TurnFailure } from "../errors";
import { publicId } from "../ids";
import type { Logger } from "../logger";
import { AgentSessionEntity } from "./agent-session.entity";
import { LEASE_SECONDS } from "./checkpoints";
import { NO_CALL, usageOfCutSession } from "./estimate-usage";
import type { SealedLog } from "./sealed-log";
import { sessionLogFields } from "./session-log-fields";
import { settleSession } from "./settle-session";
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

export interface ReaperOptions {
  dataSource: DataSource;
  log: Pick<TurnLog, "seal">;
  /** This process: what it runs itself it settles itself, however long the database was away. */
  owner: string;
  logger: Logger;
}

export function startReaper(options: ReaperOptions): Reaper {
  let underWay: Promise<unknown> = Promise.resolve();
  let busy = false;
  const round = () => {
    if (busy) return;
    busy = true;
    underWay = settleExpiredSessions(options)
      .catch((error) => options.logger.warn({ err: error }, "looking for sessions left behind failed"))
      .finally(() => {
        busy = false;
      });
  };
  const timer = setInterval(round, REAP_EVERY_MS);
  round();
  return {
    async close() {
      clearInterval(timer);
      await underWay;
    },
  };
}

/**
 * Ends the sessions whose lease has run out, as interrupted, with what the turn's log knows of them, or else with their last
 * checkpoint. Resolves with how many.
 */
export async function settleExpiredSessions(options: ReaperOptions): Promise<number> {
  const { dataSource, owner } = options;
  const sessions = dataSource.getRepository(AgentSessionEntity);
  const logs = new Map<string, SealedLog | null>();
  for (let settled = 0; ; ) {
    const expired = await sessions.find({
      where: {
        status: In(["PENDING", "RUNNING"]),
        leaseExpiresAt: Raw((column) => `${column} < now()`),
        leaseOwner: Not(owner),
      },
      // What was delegated ends before the turn that it was delegated in.
      order: { parentId: { direction: "ASC", nulls: "LAST" }, leaseExpiresAt: "ASC" },
      take: REAPED_AT_ONCE,
    });
    let ended = 0;
    for (const session of expired) {
      const turnId = session.parentId ?? session.id;
      if (!logs.has(turnId)) logs.set(turnId, await seal(options, turnId));
      if (await settleExpired(options, session, logs.get(turnId) ?? null).catch(leave(options, session))) ended += 1;
    }
    settled += ended;
    // A server that died had many: their readers wait. When none could be ended, others are at it.
    if (expired.length < REAPED_AT_ONCE || ended === 0) return settled;
  }
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

/** False: somebody else has ended the session, or its lease is good again. */
async function settleExpired(
  { dataSource, logger }: ReaperOptions,
  session: AgentSessionEntity,
  log: SealedLog | null,
): Promise<boolean> {
  const failure = new TurnFailure(
    "INTERRUPTED",
    "The server stopped while the turn was running. Ask again to continue.",
  );
  // Redis may have come back without what the row knows.
  const knowing = log !== null && log.lastSequence >= session.lastSequence ? log : null;
  const text = longer(session.text, knowing?.textOf(session.id).toWellFormed() ?? "");
  const ended = await settleSession(
    dataSource,
    session,
    { leaseExpired: true },
    {
      status: "INTERRUPTED",
      text,
      toolCalls: session.toolCalls.map(endedCall),
      // The row does not say where its last model call began: counted over all calls, which is never more than was used.
      ...usageOfCutSession(session.usage, { ...NO_CALL, textLength: text.length }),
      finishReason: null,
      error: turnErrorOf(failure, session.requestId),
      // Above all that the dead server can have told, because a client drops what it takes for already seen.
      lastSequence: knowing?.endOf(session.id) ?? session.lastSequence + UNKEPT_EVENTS,
      firstTextAt: session.firstTextAt,
      messages: text === "" ? [] : [saysText(text)],
    },
  );
  if (ended === null) return false;
  logger.warn(sessionLogFields(session), "settled a session whose server had gone");
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
