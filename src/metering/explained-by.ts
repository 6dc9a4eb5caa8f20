/** More than this are not tried out: the ways to choose among them double with each. */
const EVENTS_AT_MOST = 16;

/**
 * The events that are the reason for a difference, out of those that may or may not have been counted: the one choice whose values
 * add up to it. `NONE` does, or it may be `SEVERAL`, of other values, so that nobody can tell which.
 */
export function explainedBy<Event extends { value: number }>(
  events: readonly Event[],
  difference: number,
): Event[] | "NONE" | "SEVERAL" {
  if (difference === 0) return [];
  // All of them is the one choice that needs no trying.
  if (events.length > EVENTS_AT_MOST) return total(events) === difference ? [...events] : "SEVERAL";
  let found: Event[] | null = null;
  for (let choice = 1; choice < 2 ** events.length; choice += 1) {
    const chosen = events.filter((_, index) => choice & (1 << index));
    if (total(chosen) !== difference) continue;
    // Which of two equal events was counted cannot be told: whoever acts on it must not depend on that.
    if (found !== null && valuesOf(found) !== valuesOf(chosen)) return "SEVERAL";
    found ??= chosen;
  }
  return found ?? "NONE";
}

function total(events: readonly { value: number }[]): number {
  return events.reduce((sum, { value }) => sum + value, 0);
}

function valuesOf(events: readonly { value: number }[]): string {
  return events
    .map(({ value }) => value)
    .sort((left, right) => left - right)
    .join();
}
