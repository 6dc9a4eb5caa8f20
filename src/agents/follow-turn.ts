// Tells a turn to one reader: event by event from the log, as far as it goes, and what the log does not tell from the rows.
import { type DataSource, In } from "typeorm";

import { outlastOutage } from "../database/outlast-outage";
import { abortOnReturn } from "./abort-on-return";
import { AgentSessionEntity } from "./agent-session.entity";
import type { SettledTurns } from "./settled-turns";
import { terminalEvent } from "./terminal-event";
import { endsTurn, isTerminal, type SessionSnapshot, type TurnEvent } from "./turn-events";
import type { TurnLog } from "./turn-log";

/** An event as a reader gets it. */
export type FollowedEvent = TurnEvent & {
  /** Of a piece of text: its session's whole text up to its own end, for a reader who wants it. */
  text?: string;
};

export interface Telling {
  /** Default: no. */
  wholeTexts?: boolean;
}

export interface FollowTurnOptions extends Telling {
  dataSource: DataSource;
  log: TurnLog;
  settledTurns: SettledTurns;
}

/** All that is held of a turn's row for each of its readers, of whom there may be many. */
export type FollowedTurn = Pick<AgentSessionEntity, "id" | "endedAt">;

/** The block that a turn's text comes in when it is told in its short form. */
const SHORT_FORM_BLOCK = "text";

/**
 * The turn's events with a greater number than `after`, up to its terminal event. `return()` takes effect at once.
 * A turn that is no longer in the log is told in its short form.
 */
export function followTurn(
  options: FollowTurnOptions,
  turn: FollowedTurn,
  after: number,
): AsyncIterableIterator<FollowedEvent, void, void> {
  return abortOnReturn((signal) => follow(options, turn, after, signal));
}

async function* follow(
  { dataSource, log, settledTurns, wholeTexts }: FollowTurnOptions,
  turn: FollowedTurn,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<FollowedEvent, void, void> {
  const { settled, close } = settledTurns.watch(turn);
  let seen = after;
  /** Delegated sessions whose end has not come. */
  const open = new Set<string>();
  try {
    const told = log.follow(turn.id, { signal, settled });
    for await (const event of wholeTexts ? withText(told) : told) {
      if (event.sessionId !== turn.id && event.type === "TurnStarted") open.add(event.sessionId);
      if (isTerminal(event)) open.delete(event.sessionId);
      if (event.sequence > seen) {
        seen = event.sequence;
        yield event;
      }
      if (endsTurn(event, turn.id)) return;
    }
    // The log goes no further: it has expired, or the server that wrote it is gone. The rows say how the turn ends, once it has.
    if (turn.endedAt === null) await aborted(settled, signal);
    if (signal.aborted) return;
    const find = () => dataSource.getRepository(AgentSessionEntity).findBy({ id: In([turn.id, ...open]) });
    yield* fromRows(await outlastOutage(find, signal), turn.id, seen, seen > after);
  } finally {
    close();
  }
}

/** Resolves once one of them is aborted. */
function aborted(...signals: AbortSignal[]): Promise<void> {
  const any = AbortSignal.any(signals);
  return new Promise((resolve) => {
    if (any.aborted) resolve();
    else any.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Adds up each session's text along the way, which costs a reader one string a delta. */
async function* withText(events: AsyncIterable<TurnEvent>): AsyncGenerator<FollowedEvent, void, void> {
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

/**
 * What is told of an ended turn, by its row and those of its delegated sessions that may have ended behind the log. `toldHere`: the
 * log has told this reader all up to `seen`, and those ends were not among it.
 */
function* fromRows(
  rows: readonly AgentSessionEntity[],
  turnId: string,
  seen: number,
  toldHere: boolean,
): Generator<FollowedEvent, void, void> {
  const delegated = rows.filter(({ id, endedAt }) => id !== turnId && endedAt !== null);
  const turn = rows.find(({ id }) => id === turnId);
  // This reader was told more than was kept, by a server that had lost the turn: no number that it has seen was one of these ends.
  const isAhead = toldHere || (turn !== undefined && turn.lastSequence <= seen);
  let last = seen;
  for (const session of delegated.toSorted((one, other) => one.lastSequence - other.lastSequence)) {
    if (session.lastSequence <= last && !isAhead) continue;
    last = Math.max(session.lastSequence, last + 1);
    yield { ...endOf(session, last), sequence: last };
  }
  if (turn !== undefined) yield* shortForm(turn, last);
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
 * The terminal event of an ended session. A server that died may have told a reader more than was kept of it: then the end takes
 * the number after what that reader has seen, because an end that is dropped as already seen would never come.
 */
function endOf(session: SessionSnapshot, seen: number): TurnEvent {
  const { status, lastSequence } = session;
  const sequence = status === "INTERRUPTED" ? Math.max(lastSequence, seen + 1) : lastSequence;
  return { ...terminalEvent(session), sequence, at: session.endedAt ?? session.startedAt };
}
