// A turn event as text, as it is kept outside the process, and back. JSON knows no dates: they are told by where they stand, never
// by how they look, because what a model or a tool says may look like one.
import type { AgentSessionEntity } from "./agent-session.entity";
import type { TurnEvent } from "./turn-events";

/** The dates of a session. */
type DateName = {
  [Name in keyof AgentSessionEntity]-?: Date extends AgentSessionEntity[Name] ? Name : never;
}[keyof AgentSessionEntity];

// All of them: one that is missing here, or is none, does not compile.
const SESSION_DATES = Object.keys({
  leaseExpiresAt: true,
  lastFollowedAt: true,
  cancelRequestedAt: true,
  startedAt: true,
  firstTextAt: true,
  endedAt: true,
  erasedAt: true,
} satisfies Record<DateName, true>);

export function encodeTurnEvent(event: TurnEvent): string {
  return JSON.stringify(event);
}

/** `text` is what `encodeTurnEvent` has made. */
export function decodeTurnEvent(text: string): TurnEvent {
  const event = JSON.parse(text);
  event.at = new Date(event.at);
  for (const name of SESSION_DATES) {
    const date = event.session?.[name];
    if (typeof date === "string") event.session[name] = new Date(date);
  }
  return event;
}
