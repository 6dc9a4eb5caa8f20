// Settles what a dead server left behind: sessions whose lease ran out. Every server does it, for every server's sessions;
// the guarded update sees to it that only one succeeds.
import { type DataSource, In, Not, Raw } from "typeorm";

import { TurnFailure } from "../errors";
import type { Logger } from "../logger";
import { AgentSessionEntity } from "./agent-session.entity";
import { LEASE_SECONDS } from "./checkpoints";
import { NO_CALL, usageOfCutSession } from "./estimate-usage";
import { sessionLogFields } from "./session-log-fields";
import { settleSession } from "./settle-session";
import { saysText } from "./thread-history";
import { endedCall } from "./turn-ending";
import { turnErrorOf } from "./turn-error";

export interface Reaper {
  /** Stops the clock and waits for a round under way. */
  close(): Promise<void>;
}

/** Between two rounds, in milliseconds. With the lease it bounds how long a dead server's turn looks alive. */
const REAP_EVERY_MS = 5_000;
/** More events than a turn tells between its last checkpoint and the end of its server's lease: a hundred a second. */
const UNKEPT_EVENTS = LEASE_SECONDS * 100;
/** Sessions looked at in one round; the rest wait for the next. */
const REAPED_AT_ONCE = 200;

/** `owner` is this process: what it runs itself it settles itself, however long the database was away. */
export function startReaper(dataSource: DataSource, logger: Logger, owner: string): Reaper {
  let underWay: Promise<unknown> = Promise.resolve();
  let busy = false;
  const round = () => {
    if (busy) return;
    busy = true;
    underWay = settleExpiredSessions(dataSource, logger, owner)
      .catch((error) => logger.warn({ err: error }, "looking for sessions left behind failed"))
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

/** Ends the sessions whose lease has run out, as interrupted, with the text and the usage of their last checkpoint. */
export async function settleExpiredSessions(dataSource: DataSource, logger: Logger, owner: string): Promise<number> {
  const expired = await dataSource.getRepository(AgentSessionEntity).find({
    where: {
      status: In(["PENDING", "RUNNING"]),
      leaseExpiresAt: Raw((column) => `${column} < now()`),
      leaseOwner: Not(owner),
    },
    order: { leaseExpiresAt: "ASC" },
    take: REAPED_AT_ONCE,
  });
  let settled = 0;
  for (const session of expired) {
    const failure = new TurnFailure(
      "INTERRUPTED",
      "The server stopped while the turn was running. Ask again to continue.",
    );
    const ended = await settleSession(
      dataSource,
      session.id,
      { leaseExpired: true },
      {
        status: "INTERRUPTED",
        text: session.text,
        toolCalls: session.toolCalls.map(endedCall),
        // The row does not say where its last model call began: counted over all calls, which is never more than was used.
        ...usageOfCutSession(session.usage, { ...NO_CALL, textLength: session.text.length }),
        finishReason: null,
        error: turnErrorOf(failure, session.requestId),
        // The dead server may have told more than it had time to keep. The end's number is above all that it can have told,
        // because a client drops what it takes for already seen.
        lastSequence: session.lastSequence + UNKEPT_EVENTS,
        firstTextAt: session.firstTextAt,
        messages: session.text === "" ? [] : [saysText(session.text)],
      },
    );
    if (ended === null) continue;
    settled += 1;
    logger.warn(sessionLogFields(session), "settled a session whose server had gone");
  }
  return settled;
}
