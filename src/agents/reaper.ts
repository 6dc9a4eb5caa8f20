// Settles what a dead server left behind: sessions whose lease ran out. Every server does it, for every server's sessions;
// the guarded update sees to it that only one succeeds.
import { type DataSource, Raw } from "typeorm";

import { TurnFailure } from "../errors";
import type { Logger } from "../logger";
import { AgentSessionEntity } from "./agent-session.entity";
import { usageOfCutSession } from "./estimate-usage";
import { sessionLogFields } from "./session-log-fields";
import { settleSession } from "./settle-session";
import { saysText } from "./thread-history";
import { turnErrorOf } from "./turn-error";

export interface Reaper {
  /** Stops the clock and waits for a round under way. */
  close(): Promise<void>;
}

/** Between two rounds, in milliseconds. With the lease it bounds how long a dead server's turn looks alive. */
const REAP_EVERY_MS = 5_000;
/** Sessions looked at in one round; the rest wait for the next. */
const REAPED_AT_ONCE = 200;

export function startReaper(dataSource: DataSource, logger: Logger): Reaper {
  let underWay: Promise<unknown> = Promise.resolve();
  let busy = false;
  const round = () => {
    if (busy) return;
    busy = true;
    underWay = settleExpiredSessions(dataSource, logger)
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
export async function settleExpiredSessions(dataSource: DataSource, logger: Logger): Promise<number> {
  const expired = await dataSource.getRepository(AgentSessionEntity).find({
    where: [
      { status: "PENDING", leaseExpiresAt: Raw((column) => `${column} < now()`) },
      { status: "RUNNING", leaseExpiresAt: Raw((column) => `${column} < now()`) },
    ],
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
        ...usageOfCutSession(session.usage, session.text),
        finishReason: null,
        error: turnErrorOf(failure, session.requestId),
        // The terminal event takes the number after the last one that was kept.
        lastSequence: session.lastSequence + 1,
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
