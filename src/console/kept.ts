// What a browser keeps for a page. It may not be asked for at all, by its owner's settings: then nothing is kept, and the page works.
export interface Kept {
  get(key: string): string | null;
  /** Null keeps nothing under the key. */
  set(key: string, value: string | null): void;
}

/** Until the tab is closed. */
export const keptForTab = keptIn(() => sessionStorage);
/** Until the browser forgets it. */
export const keptForBrowser = keptIn(() => localStorage);

/** The storage is asked for each time: to name it alone may throw. */
function keptIn(storage: () => Storage): Kept {
  /** What could not be kept counts for as long as the page does. */
  const instead = new Map<string, string>();
  return {
    get(key) {
      try {
        return instead.get(key) ?? storage().getItem(key);
      } catch {
        return instead.get(key) ?? null;
      }
    },
    set(key, value) {
      instead.delete(key);
      try {
        if (value === null) storage().removeItem(key);
        else storage().setItem(key, value);
      } catch {
        if (value !== null) instead.set(key, value);
      }
    },
  };
}
