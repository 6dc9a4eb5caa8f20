// One clock for what many streams do a moment later. A timer for each costs several times as much: the processor goes back and forth
// between them, where a beat does the same thing for many of them in a row. All of them at once would keep whoever has just come
// waiting, and so they take turns.

/** Between two beats of one stream, in milliseconds. */
export const BEAT_MS = 40;
/** Groups of streams, each with a beat of its own. */
const GROUPS = 4;

/** The group that is next comes first; the last one is joined by whoever comes. */
let groups = emptyGroups();
let isTicking = false;

/** Calls back once, at the next beat: in `BEAT_MS`, or up to a quarter of it sooner. The clock stands while nobody waits for it. */
export function atNextBeat(callback: () => void): void {
  groups.at(-1)?.push(callback);
  if (!isTicking) wind();
}

function wind(): void {
  isTicking = groups.some(({ length }) => length > 0);
  if (isTicking) setTimeout(beat, BEAT_MS / GROUPS);
}

function beat(): void {
  const [due = [], ...others] = groups;
  groups = [...others, []];
  wind();
  for (const callback of due) callback();
}

function emptyGroups(): (() => void)[][] {
  return Array.from({ length: GROUPS }, () => []);
}
