import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";

import { type BuddyModels, buddyModelsKey, readBuddyModels, writeBuddyModels } from "./buddy-models";
import type { ModelMode } from "./generated/graphql";
import { keptForBrowser } from "./kept";
import { createStore } from "./store";
import { useWorkspace } from "./workspace";

/** Changes of this tab; those of other tabs come as `storage` events. */
const changed = createStore(0);

function subscribe(listener: () => void): () => void {
  const stop = changed.subscribe(listener);
  window.addEventListener("storage", listener);
  return () => {
    stop();
    window.removeEventListener("storage", listener);
  };
}

/** What this browser has chosen, and how to choose: null takes a choice back. Buddies that are not among the slugs are dropped. */
export function useBuddyModels(
  slugs: readonly string[] | null,
): [BuddyModels, (slug: string, mode: ModelMode | null) => void] {
  const key = buddyModelsKey(useWorkspace().id);
  const kept = useSyncExternalStore(subscribe, () => keptForBrowser.get(key));
  const known = slugs === null ? null : slugs.join(" ");
  const models = useMemo(() => readBuddyModels(kept, known === null ? null : known.split(" ")), [kept, known]);

  // What was dropped is dropped where it is kept as well, once it is known which buddies there are.
  useEffect(() => {
    if (known === null || kept === null || kept === writeBuddyModels(models)) return;
    write(key, models);
  }, [key, kept, known, models]);

  const choose = useCallback(
    (slug: string, mode: ModelMode | null) => {
      const { [slug]: _before, ...others } = readBuddyModels(keptForBrowser.get(key), null);
      write(key, mode === null ? others : { ...others, [slug]: mode });
    },
    [key],
  );
  return [models, choose];
}

function write(key: string, models: BuddyModels): void {
  keptForBrowser.set(key, writeBuddyModels(models));
  changed.set(changed.get() + 1);
}
