// What stays open outlives the moment at which its token was checked: whose time is over is shown out, in the middle of a
// stream too.
import type { RequestError } from "../errors";
import type { Logger } from "../logger";
import { startRounds } from "../rounds";
import type { Viewer } from "./authenticate";
import type { FindDisabledWorkspaces } from "./disabled-workspaces";
import { tokenExpired, workspaceDisabled } from "./unauthenticated";

export interface ViewerWatch {
  /** Calls back, with what to tell, once the token expires or the workspace is disabled. The function that is returned ends the watch. */
  watch(viewer: Viewer, showOut: (refusal: RequestError) => void): () => void;
  /** Whether a workspace that somebody is watched in was never disabled from that moment on, in milliseconds of `Date.now`, up to now. */
  foundOpen(workspaceId: string, since: number): boolean;
  /** Stops the clock and waits for a round under way. */
  close(): Promise<void>;
}

interface Watched {
  viewer: Viewer;
  showOut: (refusal: RequestError) => void;
}

/** Between two rounds, in milliseconds: well within the second that an expired token and the two that a disabled workspace may stay. */
const ROUND_EVERY_MS = 500;
/** How long what a round has found counts, in milliseconds: a disabled workspace is out within two seconds, whatever holds up the rounds. */
const FOUND_FOR_MS = 1_000;

export function createViewerWatch(findDisabled: FindDisabledWorkspaces, logger: Logger): ViewerWatch {
  const everybody = new Set<Watched>();
  /** With the moment since which each has been open, as far as rounds have followed each other. */
  let found: { open: ReadonlyMap<string, number>; until: number } = { open: new Map(), until: 0 };

  const showOut = (isOver: (viewer: Viewer) => boolean, refusal: RequestError) => {
    for (const watched of everybody) {
      if (!isOver(watched.viewer)) continue;
      everybody.delete(watched);
      watched.showOut(refusal);
    }
  };
  const showOutExpired = () => {
    const now = Date.now();
    showOut((viewer) => viewer.expiresAt.getTime() <= now, tokenExpired());
  };
  const lookForDisabled = async () => {
    if (everybody.size === 0) return;
    const now = Date.now();
    const watched = [...new Set([...everybody].map(({ viewer }) => viewer.workspaceId))];
    const disabled = await findDisabled(watched);
    const before = found.until > now ? found.open : new Map<string, number>();
    const open = watched.filter((id) => !disabled.has(id));
    // Nobody is watched without having been looked at, by whoever let them in, within the round before.
    const since = (id: string) => before.get(id) ?? now - ROUND_EVERY_MS;
    found = { open: new Map(open.map((id) => [id, since(id)])), until: now + FOUND_FOR_MS };
    showOut((viewer) => disabled.has(viewer.workspaceId), workspaceDisabled());
  };
  // Of its own: a token expires however long the database takes.
  const clock = setInterval(showOutExpired, ROUND_EVERY_MS).unref();
  const rounds = startRounds(ROUND_EVERY_MS, lookForDisabled, (error) =>
    logger.warn({ err: error }, "looking for disabled workspaces failed"),
  );

  return {
    watch(viewer, showOut) {
      const watched = { viewer, showOut };
      everybody.add(watched);
      return () => {
        everybody.delete(watched);
      };
    },
    foundOpen: (workspaceId, since) =>
      (found.open.get(workspaceId) ?? Number.POSITIVE_INFINITY) <= since && Date.now() < found.until,
    close() {
      clearInterval(clock);
      return rounds.close();
    },
  };
}
