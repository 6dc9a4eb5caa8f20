/** What each piece of a simulated answer says. */
export const DELTA_TEXT = "some words ";
/** How long the simulated provider thinks before its first piece, in milliseconds: what comes on top is the server's own. */
export const THINKS_MS = 50;

/** How the answers come that are asked for at once. */
export interface Load {
  streams: number;
  deltas: number;
  /** Between two pieces of an answer, in milliseconds; 0: as fast as they are taken. */
  paceMs: number;
  /** Between the starts of two streams, in milliseconds. */
  spreadMs: number;
}

/** What asks for such an answer; with the same `key` it is the same turn, where there are turns. */
export function messageFor({ deltas, paceMs }: Pick<Load, "deltas" | "paceMs">, key?: string): string {
  return `Write, please: deltas=${deltas} pace=${paceMs}${key === undefined ? "" : ` key=${key}`}`;
}
