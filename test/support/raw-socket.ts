import { once } from "node:events";
import { WebSocket } from "ws";

/** A socket at the lowest level that tests need: messages as they are on the wire. */
export interface RawSocket {
  send(message: object | string): void;
  /** The next message, in order. Rejects when the socket closes before one comes. */
  next(): Promise<WireMessage>;
  /** How the server closed it. */
  closed: Promise<{ code: number; reason: string }>;
  /** Reads nothing more from the wire, until it is thawed. */
  freeze(): void;
  thaw(): void;
  /** Closes it, and resolves once it is closed. */
  close(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: what a message carries is known to the test that asked for it
export type WireMessage = { type: string; id?: string; payload?: any };

export interface RawSocketOptions {
  /** As a browser would send it. */
  origin?: string;
  protocols?: string[];
}

/** Opens a socket at `url`'s GraphQL path. Rejects with the server's answer when the upgrade is refused. */
export async function openSocket(url: string, options: RawSocketOptions = {}): Promise<RawSocket> {
  const { origin, protocols = ["graphql-transport-ws"] } = options;
  const socket = new WebSocket(`${url.replace("http", "ws")}/graphql`, protocols, {
    ...(origin === undefined ? {} : { origin }),
  });
  const messages: WireMessage[] = [];
  let wake = () => {};
  let over: { code: number; reason: string } | undefined;
  socket.on("message", (data) => {
    messages.push(JSON.parse(String(data)));
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once("close", (code, reason) => {
      over = { code, reason: String(reason) };
      resolve(over);
      wake();
    });
  });
  await once(socket, "open");

  return {
    send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    async next() {
      for (;;) {
        const message = messages.shift();
        if (message !== undefined) return message;
        if (over !== undefined) throw new Error(`closed with ${over.code}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    closed,
    freeze: () => socket.pause(),
    thaw: () => socket.resume(),
    async close() {
      socket.resume();
      socket.close();
      await closed;
    },
  };
}

/** A socket that has introduced itself. */
export async function introduce(url: string, payload?: object, options?: RawSocketOptions): Promise<RawSocket> {
  const socket = await openSocket(url, options);
  socket.send({ type: "connection_init", ...(payload === undefined ? {} : { payload }) });
  const { type } = await socket.next();
  if (type !== "connection_ack") throw new Error(`expected connection_ack, got ${type}`);
  return socket;
}
