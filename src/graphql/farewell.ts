// A server that stops sends its clients to another one: each socket once nothing is under way on it, and not all at once, because
// all at once they would come back.
import { setTimeout as wait } from "node:timers/promises";
import type { WebSocket, WebSocketServer } from "ws";

export interface Farewell {
  /** From now on, sockets on which nothing is under way are closed with 1001 ("going away"), all within so many seconds. */
  begin(seconds: number): void;
  /** Lets what is under way say its last words, then closes all sockets. Resolves when every one is closing. */
  finish(): Promise<void>;
}

export interface FarewellOptions {
  isBusy: (socket: WebSocket) => boolean;
  /** Sockets closed in a second; more where they would outlast the seconds that there are. */
  perSecond?: number | undefined;
}

const GOING_AWAY = 1001;
const PER_SECOND = 500;
/** How long streams may take to tell their readers of the end, in milliseconds. */
const LAST_WORDS_MS = 1_000;
/** How long those that are left then may take, in milliseconds, with as many at once as it takes: the stage that they leave in ends. */
const LEAVE_WITHIN_MS = 2_000;
/** Between two looks at who can go, in milliseconds. */
const LOOK_EVERY_MS = 20;

export function createFarewell(
  sockets: WebSocketServer,
  { isBusy, perSecond = PER_SECOND }: FarewellOptions,
): Farewell {
  let atOnce = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const open = () => [...sockets.clients].filter((socket) => socket.readyState === socket.OPEN);
  /** What is told and not written yet would be lost with its socket. */
  const isWaiting = (socket: WebSocket) => isBusy(socket) || socket.bufferedAmount > 0;
  const sendAway = (mayGo: WebSocket[]) => {
    for (const socket of mayGo.slice(0, atOnce)) socket.close(GOING_AWAY, "Going away");
  };
  return {
    begin(seconds) {
      atOnce = Math.ceil((Math.max(perSecond, sockets.clients.size / seconds) * LOOK_EVERY_MS) / 1000);
      timer = setInterval(() => sendAway(open().filter((socket) => !isWaiting(socket))), LOOK_EVERY_MS);
    },
    async finish() {
      const deadline = performance.now() + LAST_WORDS_MS;
      while (open().some(isWaiting) && performance.now() < deadline) await wait(LOOK_EVERY_MS);
      clearInterval(timer);
      atOnce = Math.max(atOnce, Math.ceil((open().length * LOOK_EVERY_MS) / LEAVE_WITHIN_MS));
      for (let left = open(); left.length > 0; left = open()) {
        sendAway(left);
        await wait(LOOK_EVERY_MS);
      }
    },
  };
}
