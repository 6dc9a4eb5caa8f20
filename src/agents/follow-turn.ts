// Tells a turn to one reader: live from the log where this process knows it, otherwise from its row.
import { setTimeout as wait } from "node:timers/promises";
import type { DataSource } from "typeorm";

import { abortOnReturn } from "./abort-on-return";
import { AgentSessionEntity } from "./agent-session.entity";
import { terminalEvent } from "./terminal-event";
import { endsTurn, type SessionSnapshot, type TurnEvent } from "./turn-events";
import type { TurnLog } from "./turn-log";

/** An event as a reader gets it: a piece of text also knows its session's whole text up to its own end. */
export type FollowedEvent = TurnEvent & { text?: string };

export interface FollowTurnOptions {
  dataSource: DataSource;
  log: TurnLog;
}

/** How often the row of a turn that no log here knows is looked at, in milliseconds. */
const LOOK_AGAIN_MS = 1_000;
/** The block that a turn's text comes in when it is told in its short form. */
const SHORT_FORM_BLOCK = "text";

/**
 * The turn's events with a greater number than `after`, up to its terminal event. `return()` takes effect at once.
 * A turn that is no longer in the log is told in its short form.
 */
export function followTurn(
  options: FollowTurnOptions,
  turnId: string,
  after: number,
): AsyncIterableIterator<FollowedEvent, void, void> {
  return abortOnReturn((signal) => follow(options, turnId, after, signal));
}

async function* follow(
  options: FollowTurnOptions,
  turnId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<FollowedEvent, void, void> {
  const live = options.log.follow(turnId, signal);
  if (live !== null) {
    let seen = after;
    for await (const event of withText(live)) {
      if (event.sequence > seen) {
        seen = event.sequence;
        yield event;
      }
      if (endsTurn(event, turnId)) return;
    }
    // The log closed without an end: another server has ended the turn. Its row says how.
    const session = await endedSession(options.dataSource, turnId, signal);
    if (session !== null) yield endOf(session, seen);
    return;
  }
  const session = await endedSession(options.dataSource, turnId, signal);
  if (session !== null) yield* shortForm(session, after);
}

/** Adds up each session's text along the way, which costs a reader one string a delta. */
async function* withText(events: AsyncGenerator<TurnEvent, void, void>): AsyncGenerator<FollowedEvent, void, void> {
  const texts = new Map<string, string>();
  for await (const event of events) {
    if (event.type !== "TextDelta") {
      yield event;
      continue;
    }
    const text = (texts.get(event.sessionId) ?? "") + event.delta;
    texts.set(event.sessionId, text);
    yield { ...event, text };
  }
}

/** All of an ended turn that its row still tells: the start, the whole text, the end; for a reader that has seen some, the end. */
function* shortForm(session: SessionSnapshot, after: number): Generator<FollowedEvent, void, void> {
  const about = { sessionId: session.id, buddy: session.buddySlug };
  const at = session.endedAt ?? session.startedAt;
  if (after <= 0) {
    yield { ...about, type: "TurnStarted", sequence: 1, at: session.startedAt, session };
    const { text } = session;
    if (text !== "") {
      // Whoever has seen any text drops this number as already seen, and takes the text that the end carries.
      yield { ...about, type: "TextDelta", sequence: 2, at, blockId: SHORT_FORM_BLOCK, delta: text, text };
    }
  }
  const end = endOf(session, after);
  if (end.sequence > after) yield end;
}

/**
 * The terminal event of an ended turn. A server that died may have told a reader more than it had time to keep: then the end
 * takes the number after what that reader has seen, because an end that is dropped as already seen would never come.
 */
function endOf(session: SessionSnapshot, seen: number): TurnEvent {
  const { status, lastSequence } = session;
  const sequence = status === "INTERRUPTED" ? Math.max(lastSequence, seen + 1) : lastSequence;
  return { ...terminalEvent(session), sequence, at: session.endedAt ?? session.startedAt };
}

/** Waits for the turn's end, whoever runs it. Waiting counts as following. Null: the reader has gone. */
async function endedSession(
  dataSource: DataSource,
  turnId: string,
  signal: AbortSignal,
): Promise<AgentSessionEntity | null> {
  const sessions = dataSource.getRepository(AgentSessionEntity);
  while (!signal.aborted) {
    const session = await sessions.findOneByOrFail({ id: turnId });
    if (session.endedAt !== null) return session;
    await sessions.update({ id: turnId }, { lastFollowedAt: () => "now()" });
    await wait(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
  return null;
}
