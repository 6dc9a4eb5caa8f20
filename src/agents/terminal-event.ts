import type { SessionSnapshot, TurnHappening } from "./turn-events";

/** The one event that ends a session, made from its ended row: whoever tells it, tells the same. */
export function terminalEvent(session: SessionSnapshot): TurnHappening {
  const about = { sessionId: session.id, buddy: session.buddySlug, session };
  return session.error === null
    ? { ...about, type: "TurnFinished", finishReason: session.finishReason ?? "OTHER" }
    : { ...about, type: "TurnFailed", error: session.error };
}
