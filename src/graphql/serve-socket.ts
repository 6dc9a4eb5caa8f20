// One socket between the network and the protocol: what a client sends is counted before it is read, and once the socket is
// closing nothing more of it is. The library's own adapter does neither.
import type { Socket } from "node:net";
import { CloseCode, MessageType, type Server } from "graphql-ws";
import type { WebSocket } from "ws";

import { createAtMost } from "../at-most";
import { gatherWrites } from "./gather-writes";

export interface ServeSocketOptions {
  /** Messages, and pings of the network's own, in a minute. */
  messagesPerMinute: number;
  /** Is told what breaks by a fault of ours. */
  onFault(error: unknown): void;
}

/** What only a server may send: the library would throw at it. */
const SERVERS_OWN: ReadonlySet<unknown> = new Set([MessageType.ConnectionAck, MessageType.Next, MessageType.Error]);
const MINUTE_MS = 60_000;

/** How a client is told that it asks for too much: the usual clients do not come again by themselves. */
export const TOO_MANY = CloseCode.TooManyInitialisationRequests;
/** What a client may answer by coming again. */
export const TRY_AGAIN_LATER = 1013;

// Where the network takes everything at once, a stream that is replayed would leave no room for any other's messages, nor for its own
// end: whoever has been sent so much in a round of the event loop waits for its end, and of large messages the whole server sends one
// a round.
const ROUND_BYTES = 1_024;
const LARGE_CHARACTERS = 16_384;
const nextRound = () => new Promise<void>((resolve) => setImmediate(resolve));
const oneLarge = createAtMost(1);

export function serveSocket<Extra extends { socket: WebSocket; connection: Pick<Socket, "cork" | "uncork"> }>(
  protocol: Server<Extra>,
  extra: Extra,
  { messagesPerMinute, onFault }: ServeSocketOptions,
): void {
  const { socket, connection } = extra;
  let left = messagesPerMinute;
  let minuteEnds = Date.now() + MINUTE_MS;
  /** Whether what has come may be read. */
  const count = (): boolean => {
    if (socket.readyState !== socket.OPEN) return false;
    if (Date.now() >= minuteEnds) {
      left = messagesPerMinute;
      minuteEnds = Date.now() + MINUTE_MS;
    }
    left -= 1;
    if (left >= 0) return true;
    socket.close(TOO_MANY, "Too many messages");
    return false;
  };

  const read = async (text: string, handle: (text: string) => Promise<void>) => {
    if (SERVERS_OWN.has(typeOf(text))) return socket.close(CloseCode.BadRequest, "Invalid message received");
    try {
      await handle(text);
    } catch (error) {
      onFault(error);
      socket.close(CloseCode.InternalServerError, "Internal server error");
    }
  };

  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      // Waits until it is written, once there is enough to write, so that a slow reader slows its streams. One that is gone is no fault:
      // its socket closes.
      async send(text) {
        const isLarge = text.length > LARGE_CHARACTERS;
        if (isLarge) await oneLarge(nextRound);
        const isEnough = isLarge || socket.bufferedAmount > ROUND_BYTES;
        gatherWrites(connection);
        if (isEnough) await new Promise<void>((resolve) => socket.send(text, () => resolve()));
        else socket.send(text);
      },
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) => {
        socket.on("message", (data) => {
          if (count()) void read(String(data), handle);
        });
      },
    },
    extra,
  );
  socket.on("ping", count);
  // A frame that is too large, or none: it is no fault of ours, and the socket closes by itself.
  socket.on("error", () => undefined);
  socket.once("close", (code, reason) => void closed(code, String(reason)).catch(onFault));
}

function typeOf(text: string): unknown {
  try {
    return Object(JSON.parse(text)).type;
  } catch {
    return undefined;
  }
}
