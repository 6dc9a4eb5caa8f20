// Text that comes soon after other text is told with it, at the next beat: until then it need not be read. The system gathers it
// meanwhile, and one read brings what would have been several, of all streams in a row (docs/performance.md).
import type { IncomingMessage } from "node:http";
import type { OnReadOpts, Socket } from "node:net";

import { atNextBeat } from "../beat";

/** What one read takes at most, in bytes. */
const READ_BYTES = 65_536;

/**
 * For the agents whose connections may rest: only one that reads into a given buffer stops reading when it is paused. All may read into the same
 * one, because what was read has been taken out of it before the next read.
 */
export const READING: OnReadOpts = {
  buffer: new Uint8Array(READ_BYTES),
  callback(this: Socket, length: number, buffer: Uint8Array) {
    this.emit("data", Buffer.from(buffer.buffer, 0, length));
    return true;
  },
};

/**
 * Reads no more of the answer up to the next beat. Not to be called while something is read: the HTTP client makes its connection go on
 * after each read.
 */
export function restUntilBeat({ complete, socket }: IncomingMessage): void {
  // That of a complete answer is not its own any more.
  if (complete) return;
  socket.pause();
  atNextBeat(() => socket.resume());
}
