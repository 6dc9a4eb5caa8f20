// When the answer to an insert is lost, the session may be there. Its turn was refused, so that nobody runs it; and no other server
// would settle it while this one, whose name it bears, is thought to run it.
import { outlastOutage } from "../database/outlast-outage";
import type { Logger } from "../logger";
import type { AcceptedSession } from "./accepted-session";
import { NO_CALL } from "./estimate-usage";
import { type SettleOptions, settleSession } from "./settle-session";
import { NO_TOKENS } from "./token-usage";
import { endingOf } from "./turn-ending";
import { TurnStopped } from "./turn-stopped";

export interface AbandonSessionOptions extends SettleOptions {
  /** This process, as it stands in `lease_owner`. */
  owner: string;
  /** Aborts when this process may not wait for the database any longer; the session's lease then runs out. */
  giveUp: AbortSignal;
  logger: Logger;
}

/** Ends the session as interrupted once the database is back, if it is there at all. Never rejects. */
export async function abandonSession(options: AbandonSessionOptions, accepted: AcceptedSession): Promise<void> {
  const { owner, giveUp, logger } = options;
  const ending = endingOf(accepted, {
    text: "",
    lastSequence: 1,
    usage: { ...NO_TOKENS },
    lastCall: { ...NO_CALL },
    toolCalls: [],
    firstTextAt: null,
    outcome: { failed: new TurnStopped("SHUTDOWN") },
  });
  await outlastOutage(() => settleSession(options, accepted.session, owner, ending), giveUp).catch((error) =>
    logger.warn({ err: error, session: accepted.session.id }, "a session that may have been inserted was left behind"),
  );
}
