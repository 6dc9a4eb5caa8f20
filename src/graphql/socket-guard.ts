// A socket outlives the moment at which its token was checked: whose time is over is shown out, in the middle of a stream
// too, and so is who never shows a token. Sockets are counted by the server that they are open on.
import { CloseCode } from "graphql-ws";
import type { WebSocket } from "ws";

import type { Limits } from "../limits";
import type { Logger } from "../logger";
import type { Viewer } from "../workspaces/authenticate";
import type { FindDisabledWorkspaces } from "../workspaces/disabled-workspaces";
import { TOO_MANY, TRY_AGAIN_LATER } from "./serve-socket";

export interface SocketGuard {
  /** Watches over the socket from now on, until it closes. */
  watch(socket: WebSocket): void;
  /** Makes the socket this viewer's. False: they have too many, and it has been closed. */
  admit(socket: WebSocket, viewer: Viewer): boolean;
  /** Stops the clock and waits for a round under way. */
  close(): Promise<void>;
}

export interface SocketGuardOptions {
  findDisabled: FindDisabledWorkspaces;
  limits: Pick<Limits, "socketsPerUser" | "anonymousSeconds" | "anonymousSockets">;
  logger: Logger;
}

/** Between two rounds, in milliseconds: well within the second that an expired token and the two that a disabled workspace may stay. */
const ROUND_EVERY_MS = 500;

export function createSocketGuard({ findDisabled, limits, logger }: SocketGuardOptions): SocketGuard {
  const viewers = new Map<WebSocket, Viewer>();
  /** With the moment, in milliseconds of `Date.now`, until which they may stay so. */
  const anonymous = new Map<WebSocket, number>();
  let underWay: Promise<void> = Promise.resolve();
  let busy = false;

  const showOut = (isOver: (viewer: Viewer) => boolean) => {
    for (const [socket, viewer] of viewers) if (isOver(viewer)) socket.close(CloseCode.Forbidden, "Forbidden");
  };
  const timer = setInterval(() => {
    const now = Date.now();
    for (const [socket, until] of anonymous) if (until <= now) socket.close(CloseCode.Forbidden, "Forbidden");
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
    watch(socket) {
      anonymous.set(socket, Date.now() + limits.anonymousSeconds * 1000);
      // The one that has been silent for longest: turned away instead, newcomers would be shut out by whoever opens many.
      const [oldest] = anonymous.keys();
      if (anonymous.size > limits.anonymousSockets && oldest) {
        anonymous.delete(oldest);
        oldest.close(TRY_AGAIN_LATER, "Try again later");
      }
      socket.once("close", () => {
        anonymous.delete(socket);
        viewers.delete(socket);
      });
    },

    admit(socket, viewer) {
      if (!anonymous.has(socket)) return viewers.has(socket);
      const others = [...viewers.values()].filter(({ userId }) => userId === viewer.userId).length;
      if (others >= limits.socketsPerUser) {
        socket.close(TOO_MANY, "Too many sockets");
        return false;
      }
      anonymous.delete(socket);
      viewers.set(socket, viewer);
      return true;
    },

    async close() {
      clearInterval(timer);
      await underWay;
    },
  };
}
