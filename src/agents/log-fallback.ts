import type { Logger } from "../logger";
import type { AgentSessionEntity } from "./agent-session.entity";
import { sessionLogFields } from "./session-log-fields";

/** The one warning of a session whose key is missing; nothing for any other. */
export function logFallback(logger: Logger, session: AgentSessionEntity): void {
  const { fallbackReason: reason } = session.route;
  if (reason === null) return;
  logger.warn({ ...sessionLogFields(session), buddy: session.buddySlug, reason }, "the session falls back to METERED");
}
