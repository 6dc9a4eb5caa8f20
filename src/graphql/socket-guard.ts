// Who has a socket open, and how many: whose time is over is shown out, and so is who never shows a token. Sockets are
// counted by the server that they are open on.
import type { WebSocket } from "ws";

import type { Limits } from "../limits";
import type { Viewer } from "../workspaces/authenticate";
import type { ViewerWatch } from "../workspaces/viewer-watch";
import { closeForbidden } from "./close-forbidden";
import { TOO_MANY, TRY_AGAIN_LATER } from "./serve-socket";

export interface SocketGuard {
  /** Watches over the socket from now on, until it closes. */
  watch(socket: WebSocket): void;
  /** Makes the socket this viewer's. False: they have too many, and it has been closed. */
  admit(socket: WebSocket, viewer: Viewer): boolean;
  /** Stops the clock. */
  close(): void;
}

export interface SocketGuardOptions {
  viewers: ViewerWatch;
  limits: Pick<Limits, "socketsPerUser" | "anonymousSeconds" | "anonymousSockets">;
}

/** Between two looks for those who never show a token, in milliseconds. */
const LOOK_EVERY_MS = 500;
const NO_TOKEN = "No token was shown: connect again with one.";

export function createSocketGuard({ viewers, limits }: SocketGuardOptions): SocketGuard {
  /** Whose each socket is, by user. */
  const owners = new Map<WebSocket, string>();
  /** With the moment, in milliseconds of `Date.now`, until which they may stay so. */
  const anonymous = new Map<WebSocket, number>();

  const timer = setInterval(() => {
    const now = Date.now();
    for (const [socket, until] of anonymous) if (until <= now) closeForbidden(socket, NO_TOKEN);
  }, LOOK_EVERY_MS);

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
        owners.delete(socket);
      });
    },

    admit(socket, viewer) {
      if (!anonymous.has(socket)) return owners.has(socket);
      const others = [...owners.values()].filter((userId) => userId === viewer.userId).length;
      if (others >= limits.socketsPerUser) {
        socket.close(TOO_MANY, "Too many sockets");
        return false;
      }
      anonymous.delete(socket);
      owners.set(socket, viewer.userId);
      socket.once(
        "close",
        viewers.watch(viewer, ({ message }) => closeForbidden(socket, message)),
      );
      return true;
    },

    close: () => clearInterval(timer),
  };
}
