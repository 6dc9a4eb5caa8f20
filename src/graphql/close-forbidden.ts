import { CloseCode } from "graphql-ws";
import type { WebSocket } from "ws";

/** What a frame that closes a socket has room for, in bytes. */
const REASON_BYTES = 123;

/** Shows a socket out with 4403 and a sentence that says why. */
export function closeForbidden(socket: WebSocket, why: string): void {
  socket.close(CloseCode.Forbidden, Buffer.from(why).subarray(0, REASON_BYTES));
}
