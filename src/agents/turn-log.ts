// Keeps the numbered events of turns, so that any number of readers can follow one, late or again, on this server or another.
// Readers pull: a slow one holds nothing back and misses nothing, because it reads the same list later.
import type { SealedLog } from "./sealed-log";
import type { TurnEvent } from "./turn-events";

export interface FollowOptions {
  /** Aborts when the reader goes. */
  signal: AbortSignal;
  /** Aborts once the turn has its end in the database: then nothing more is waited for but what is on its way. */
  settled: AbortSignal;
}

/** A turn's events as one reader pulls them. */
export interface TurnEvents extends AsyncIterableIterator<TurnEvent, void, void> {
  return(): Promise<IteratorResult<TurnEvent, void>>;
}

export interface TurnLog {
  /**
   * Begins a turn's log, before the turn's row can be seen, so that whoever finds the row finds the log.
   * Events are appended by the server that runs the turn, and by nobody else. None of this waits for anything.
   */
  open(turnId: string): void;
  /** Forgets a log that was opened for a turn that was then not accepted. */
  discard(turnId: string): void;
  append(turnId: string, event: TurnEvent): void;
  /**
   * This server's lease on the turn was renewed at this moment, in milliseconds of `performance.now`. A log that others may end holds
   * back what is appended once the lease may have run out, until it is renewed.
   */
  renew(turnId: string, at: number): void;
  /** No more events will come. Readers end, and the log is forgotten after a while. */
  close(turnId: string): void;
  /** Closes it for a turn that another server ends: what that one says is told, and what is still held back here is not. */
  abandon(turnId: string): void;
  /** Whether this server writes the turn's log. */
  isOpen(turnId: string): boolean;
  /**
   * All events from the first without a gap, then each as it comes. Ends with the log, when the reader goes, or when the next
   * event cannot be had: of a log that is not known, at once.
   */
  follow(turnId: string, options: FollowOptions): TurnEvents;
  /** How many read this turn from this server's memory now. */
  followers(turnId: string): number;
  /**
   * Ends the log of another server's turn for good: whatever that server still appends is refused. Safe to repeat, and then says
   * the same. Null: there is no log that can be told from its beginning. Rejects when the log cannot be reached.
   */
  seal(turnId: string): Promise<SealedLog | null>;
  /** Calls `listener` when a log that this server writes turns out to be sealed. */
  onSealed(listener: (turnId: string) => void): void;
  /** Turns whose events this server keeps in memory. */
  turnsKept(): number;
  /** Events that other servers cannot read yet. */
  eventsUnsent(): number;
  /** Gives what is still to be sent a moment, then stops. */
  dispose(): Promise<void>;
}
