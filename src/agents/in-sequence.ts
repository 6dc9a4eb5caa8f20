import type { TurnEvent } from "./turn-events";
import type { TurnEvents } from "./turn-log";

/**
 * One reader's events after another's, the second made when the first has ended; `onEvent` sees the first one's. By hand, because a
 * generator around a generator costs several times as much for each event.
 */
export function inSequence(
  first: TurnEvents,
  onEvent: (event: TurnEvent) => void,
  makeSecond: () => TurnEvents,
): TurnEvents {
  let second: TurnEvents | undefined;
  const pass = (result: IteratorResult<TurnEvent, void>) => {
    if (result.done) {
      second = makeSecond();
      return second.next();
    }
    onEvent(result.value);
    return result;
  };
  return {
    next: () => (second === undefined ? first.next().then(pass) : second.next()),
    return: () => (second ?? first).return(),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
