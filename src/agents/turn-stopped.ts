export type StopCause =
  /** `cancelTurn`. */
  | "CANCELLED"
  /** Nobody has followed it for too long. */
  | "UNATTENDED"
  /** It took longer than the server allows. */
  | "TIMEOUT"
  /** This server is shutting down. */
  | "SHUTDOWN"
  /** Another server has settled it: nothing more may be written. */
  | "LEASE_LOST";

/** The reason that a turn's signal aborts with: stopped from outside, not failed by itself. */
export class TurnStopped extends Error {
  readonly why: StopCause;

  constructor(why: StopCause) {
    super(`the turn was stopped: ${why}`);
    this.name = "TurnStopped";
    this.why = why;
  }
}
