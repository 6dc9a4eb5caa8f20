// pg's client, for a server that goes on when its database does not: a connection whose packets vanish, as after a failover or when
// a firewall forgets it, has no end of its own for a quarter of an hour, and pg would lend it out again and again.
import { Socket } from "node:net";
import { Client, type ClientConfig } from "pg";

import type { DatabaseLine } from "./database-line";

export interface HeardClientConfig extends ClientConfig {
  /** How long a statement may go without a word, in milliseconds; then the connection counts as dead. */
  silenceMs: number;
  line: DatabaseLine;
}

export class HeardClient extends Client {
  /** In milliseconds of `performance.now`; of a connection that has not been made yet, none. */
  private heardAt = Number.POSITIVE_INFINITY;
  private askedAt = 0;
  private waiting = false;

  constructor(config: HeardClientConfig) {
    super(config);
    const { silenceMs, line } = config;
    // Pool and query runner each listen for a connection's end, but nobody does while it is handed from one to the other. An end
    // that comes with the very last bytes of a greeting falls between them, and unheard it would end the process.
    this.on("error", () => undefined);

    const look = () => {
      const { bytesRead } = this.socket();
      // When this process was held up itself, the answer may be there and not have been read yet: first it is.
      setImmediate(() => {
        if (!this.waiting) return;
        if (this.socket().bytesRead === bytesRead) line.fellSilent(this.askedAt);
        else this.socket().setTimeout(silenceMs, look);
      });
    };
    const heard = () => {
      this.heardAt = performance.now();
      if (!this.waiting) return;
      this.waiting = false;
      this.socket().setTimeout(0, look);
    };
    const ask = (...asked: unknown[]) => {
      if (!this.waiting) {
        this.waiting = true;
        this.askedAt = performance.now();
        this.socket().setTimeout(silenceMs, look);
      }
      return Reflect.apply(super.query, this, asked);
    };
    // Its overloads are too many to be declared again.
    Object.assign(this, { query: ask });
    this.on("connect", heard).on("drain", heard);
    line.add(this);
    this.once("end", () => line.remove(this));
  }

  /** Whether its last answer is older than `moment`, in milliseconds of `performance.now`. */
  isUnheardSince(moment: number): boolean {
    return this.heardAt < moment;
  }

  /** Breaks the connection: the pool drops it, and its statements fail as those of any connection that ends. */
  giveUp(why: string): void {
    this.socket().destroy(new Error(`Connection terminated: ${why}`));
  }

  /** With TLS it is another one once it is encrypted. */
  private socket(): Socket {
    const { stream } = this.connection;
    if (!(stream instanceof Socket)) throw new TypeError("the database is not reached through a socket");
    return stream;
  }
}
