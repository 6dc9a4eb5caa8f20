import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";

export interface PacedResponseOptions {
  /** Bytes of a packet; undefined leaves that to the system. */
  packetBytes: number | undefined;
  /** Called right before `reset` tears the connection down. */
  beforeReset(): void;
}

// Characters gathered before they are written: one system call for many deltas where nothing asks for a pause.
const BUFFER = 16_384;

/**
 * An HTTP response that is written as fast as its reader reads and no faster than its script says. Every wait ends when the
 * client goes away; check `closed` after it. At most one timer runs at a time.
 */
export class PacedResponse {
  readonly #response: ServerResponse;
  readonly #options: PacedResponseOptions;
  #pending = "";
  #closed: boolean;
  #due = 0;
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;

  constructor(response: ServerResponse, options: PacedResponseOptions) {
    this.#response = response;
    this.#options = options;
    this.#closed = response.destroyed;
    response.once("close", () => {
      this.#closed = true;
      clearTimeout(this.#timer);
      this.#wake?.();
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Takes text for sending. True asks the caller to await `flush` before writing more. */
  write(text: string): boolean {
    this.#pending += text;
    return this.#pending.length >= BUFFER;
  }

  /** Sends what was written, and waits until the reader has taken enough of it. */
  async flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = "";
    if (text === "" || this.#closed) return;
    const { packetBytes } = this.#options;
    if (packetBytes !== undefined) await this.#writePackets(Buffer.from(text), packetBytes);
    else if (!this.#response.write(text)) await this.#until((wake) => this.#response.once("drain", wake));
  }

  /** Sends what was written and waits. Times add up from the first pause, so that late timers do not slow a stream down. */
  async pause(ms: number): Promise<void> {
    const now = performance.now();
    this.#due = (this.#due === 0 ? now : this.#due) + ms;
    if (this.#due <= now) return;
    await this.flush();
    await this.#until((wake) => {
      this.#timer = setTimeout(wake, this.#due - performance.now());
    });
  }

  /** Sends what was written, then nothing more until the client goes away. */
  async stall(): Promise<void> {
    await this.flush();
    await this.#until(() => {});
  }

  /** Sends what was written and ends the response cleanly. */
  async end(): Promise<void> {
    await this.flush();
    if (!this.#closed) this.#response.end();
  }

  /** Sends what was written, then tears the connection down. */
  async reset(): Promise<void> {
    await this.flush();
    // A reset discards what the socket still holds: let it go first. The response writes to the socket only at the end of the tick.
    await nextTurn();
    const socket = this.#response.socket;
    if (socket !== null && socket.writableLength > 0) await this.#until((wake) => socket.once("drain", wake));
    this.#options.beforeReset();
    socket?.resetAndDestroy();
  }

  async #writePackets(bytes: Buffer, packetBytes: number): Promise<void> {
    for (let start = 0; start < bytes.length && !this.#closed; start += packetBytes) {
      this.#response.write(bytes.subarray(start, start + packetBytes));
      // A turn of the event loop between them, so that the packets leave one by one.
      await nextTurn();
    }
  }

  async #until(arm: (wake: () => void) => void): Promise<void> {
    if (this.#closed) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      arm(resolve);
    });
  }
}
