// A socket outlives the moment at which its token was checked: whose time is over is shown out, in the middle of a stream too.
import { CloseCode } from "graphql-ws";
import type { WebSocket } from "ws";

import type { Logger } from "../logger";
import type { Viewer } from "../workspaces/authenticate";
import type { FindDisabledWorkspaces } from "../workspaces/disabled-workspaces";

export interface SocketGuard {
  /** Watches over the socket from now on, until it closes. */
  admit(socket: WebSocket, viewer: Viewer): void;
  /** Stops the clock and waits for a round under way. */
  close(): Promise<void>;
}

/** Between two rounds, in milliseconds: well within the second that an expired token and the two that a disabled workspace may stay. */
const ROUND_EVERY_MS = 500;

export function createSocketGuard(findDisabled: FindDisabledWorkspaces, logger: Logger): SocketGuard {
  const viewers = new Map<WebSocket, Viewer>();
  let underWay: Promise<void> = Promise.resolve();
  let busy = false;

  const showOut = (isOver: (viewer: Viewer) => boolean) => {
    for (const [socket, viewer] of viewers) if (isOver(viewer)) socket.close(CloseCode.Forbidden, "Forbidden");
  };
  const timer = setInterval(() => {
    const now = Date.now();
    showOut((viewer) => viewer.expiresAt.getTime() <= now);
    if (busy || viewers.size === 0) return;
    busy = true;
    underWay = findDisabled([...new Set([...viewers.values()].map((viewer) => viewer.workspaceId))])
      .then((disabled) => showOut((viewer) => disabled.has(viewer.workspaceId)))
      .catch((error) => logger.warn({ err: error }, "looking for disabled workspaces failed"))
      .finally(() => {
        busy = false;
      });
  }, ROUND_EVERY_MS);

  return {
    admit(socket, viewer) {
      if (viewers.has(socket) || socket.readyState !== socket.OPEN) return;
      viewers.set(socket, viewer);
      socket.once("close", () => viewers.delete(socket));
    },
    async close() {
      clearInterval(timer);
      await underWay;
    },
  };
}
