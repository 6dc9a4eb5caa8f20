// Between the network and the protocol: large messages go out one at a time, whichever sockets they are for, and small ones do not
// wait for them. A fault of ours closes the socket that it happened on.
import { EventEmitter } from "node:events";
import { expect, test } from "@jest/globals";
import type { Server } from "graphql-ws";
import type { WebSocket } from "ws";

import { serveSocket } from "../../src/graphql/serve-socket";

type Send = (text: string) => Promise<void> | void;

/** How the protocol sends on a socket whose network takes everything at once; what is sent is noted by name. */
function socketNamed(name: string, sent: string[]): Send {
  let send: Send = () => undefined;
  const protocol = {
    opened(socket: { send: Send }) {
      send = socket.send;
      return async () => undefined;
    },
  } as unknown as Server<{ socket: WebSocket }>;
  const socket = Object.assign(new EventEmitter(), {
    protocol: "",
    send(_text: string, written: () => void) {
      sent.push(name);
      written();
    },
  }) as unknown as WebSocket;
  serveSocket(protocol, { socket }, { messagesPerMinute: 1, onFault: () => undefined });
  return send;
}

test("of large messages one goes out in a turn of the loop, and a small one at once", async () => {
  const sent: string[] = [];
  const [one, other, third] = ["one", "other", "small"].map((name) => socketNamed(name, sent));
  const large = "x".repeat(100_000);
  const all = [one?.(large), other?.(large), third?.("{}")];
  expect(sent).toEqual(["small"]);
  await all[0];
  expect(sent.slice(0, 2)).toEqual(["small", "one"]);
  await Promise.all(all);
  expect(sent).toEqual(["small", "one", "other"]);
});

test("a fault of ours closes the socket with 4500, and is told to the server alone", async () => {
  const fault = new Error("a bug");
  const protocol = {
    opened({ onMessage }: { onMessage(handle: () => Promise<void>): void }) {
      onMessage(() => Promise.reject(fault));
      return async () => undefined;
    },
  } as unknown as Server<{ socket: WebSocket }>;
  const faults: unknown[] = [];
  const network = new EventEmitter();
  const closed = new Promise((resolve) => {
    const close = (...how: unknown[]) => resolve(how);
    const socket = Object.assign(network, { OPEN: 1, readyState: 1, close }) as unknown as WebSocket;
    serveSocket(protocol, { socket }, { messagesPerMinute: 1, onFault: (error) => faults.push(error) });
  });
  network.emit("message", "{}");
  expect(await closed).toEqual([4500, "Internal server error"]);
  expect(faults).toEqual([fault]);
});
