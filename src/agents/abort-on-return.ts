import { OVER } from "../over";

/**
 * An iterator whose `return()` takes effect at once. A generator that waits cannot be interrupted from outside; here the
 * signal that it was made with aborts first, so whatever it waits for must listen to that signal.
 */
export function abortOnReturn<Item>(
  start: (signal: AbortSignal) => AsyncGenerator<Item, void, void>,
): AsyncIterableIterator<Item, void, void> {
  const abort = new AbortController();
  const generator = start(abort.signal);
  return {
    next: () => generator.next(),
    return: () => {
      abort.abort(OVER);
      return generator.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
