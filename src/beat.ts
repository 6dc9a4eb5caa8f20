// One clock for what many streams do a moment later. A timer for each costs several times as much: the processor goes back and forth
// between them, where a beat does the same thing for all of them in a row.

/** Between two beats, in milliseconds. */
export const BEAT_MS = 40;

let waiting: (() => void)[] = [];

/** Calls back once, at the next beat. There is none while nobody waits for it. */
export function atNextBeat(callback: () => void): void {
  waiting.push(callback);
  if (waiting.length === 1) setTimeout(beat, BEAT_MS);
}

function beat(): void {
  const callbacks = waiting;
  waiting = [];
  for (const callback of callbacks) callback();
}
