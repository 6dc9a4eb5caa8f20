// What stays open outlives the moment at which its token was checked: whose time is over is shown out, in the middle of a
// stream too.
import type { Logger } from "../logger";
import type { Viewer } from "./authenticate";
import type { FindDisabledWorkspaces } from "./disabled-workspaces";

export interface ViewerWatch {
  /** Calls back once the token expires or the workspace is disabled. The function that is returned ends the watch. */
  watch(viewer: Viewer, showOut: () => void): () => void;
  /** Stops the clock and waits for a round under way. */
  close(): Promise<void>;
}

interface Watched {
  viewer: Viewer;
  showOut: () => void;
}

/** Between two rounds, in milliseconds: well within the second that an expired token and the two that a disabled workspace may stay. */
const ROUND_EVERY_MS = 500;

export function createViewerWatch(findDisabled: FindDisabledWorkspaces, logger: Logger): ViewerWatch {
  const everybody = new Set<Watched>();
  let underWay: Promise<void> = Promise.resolve();
  let busy = false;

  const showOut = (isOver: (viewer: Viewer) => boolean) => {
    for (const watched of everybody) {
      if (!isOver(watched.viewer)) continue;
      everybody.delete(watched);
      watched.showOut();
    }
  };
  const timer = setInterval(() => {
    const now = Date.now();
    showOut((viewer) => viewer.expiresAt.getTime() <= now);
    if (busy || everybody.size === 0) return;
    busy = true;
    underWay = findDisabled([...new Set([...everybody].map(({ viewer }) => viewer.workspaceId))])
      .then((disabled) => showOut((viewer) => disabled.has(viewer.workspaceId)))
      .catch((error) => logger.warn({ err: error }, "looking for disabled workspaces failed"))
      .finally(() => {
        busy = false;
      });
  }, ROUND_EVERY_MS);

  return {
    watch(viewer, showOut) {
      const watched = { viewer, showOut };
      everybody.add(watched);
      return () => {
        everybody.delete(watched);
      };
    },
    async close() {
      clearInterval(timer);
      await underWay;
    },
  };
}
