// Between the network and the protocol: large messages go out one at a time, whichever sockets they are for, and small ones do not
// wait for them. A fault of ours closes the socket that it happened on.
import { EventEmitter, on, once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import { WebSocket, WebSocketServer } from "ws";

import { serveSocket } from "../../src/graphql/serve-socket";

type Send = (text: string) => Promise<void> | void;

type Protocol = Parameters<typeof serveSocket>[0];

const OPTIONS = { messagesPerMinute: 1, onFault: () => undefined };
const NO_CONNECTION = { cork: () => undefined, uncork: () => undefined };

/** How the protocol sends on a socket that is served. */
function sendOn(serve: (protocol: Protocol) => void): Send {
  let send: Send = () => undefined;
  const protocol = {
    opened(opened: { send: Send }) {
      send = opened.send;
      return async () => undefined;
    },
  };
  serve(protocol as unknown as Protocol);
  return send;
}

/** A socket whose network takes everything at once; what is sent is noted by name. */
function socketNamed(name: string, sent: string[]): Send {
  const socket = Object.assign(new EventEmitter(), {
    protocol: "",
    send(_text: string, written?: () => void) {
      sent.push(name);
      written?.();
    },
  }) as unknown as WebSocket;
  return sendOn((protocol) => serveSocket(protocol, { socket, connection: NO_CONNECTION }, OPTIONS));
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
  } as unknown as Protocol;
  const faults: unknown[] = [];
  const network = new EventEmitter();
  const closed = new Promise((resolve) => {
    const close = (...how: unknown[]) => resolve(how);
    const socket = Object.assign(network, { OPEN: 1, readyState: 1, close }) as unknown as WebSocket;
    serveSocket(
      protocol,
      { socket, connection: NO_CONNECTION },
      { messagesPerMinute: 1, onFault: (error) => faults.push(error) },
    );
  });
  network.emit("message", "{}");
  expect(await closed).toEqual([4500, "Internal server error"]);
  expect(faults).toEqual([fault]);
});

test("what is sent in a round is written at its end at once, and who has been sent enough waits until then", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket, { socket: connection }] = await once(server, "connection");
  const send = sendOn((protocol) => serveSocket(protocol, { socket, connection }, OPTIONS));
  const received = on(client, "message");

  await send("one");
  await send("x".repeat(2_000));
  expect(connection.writableLength).toBeGreaterThan(2_000);
  let isSent = false;
  const third = Promise.resolve(send("three")).then(() => {
    isSent = true;
  });
  await Promise.resolve();
  expect(isSent).toBe(false);
  await third;
  expect(connection.writableLength).toBe(0);
  for (const expected of ["one", "x".repeat(2_000), "three"]) {
    const { value } = await received.next();
    expect(String(value[0])).toBe(expected);
  }

  await received.return?.();
  client.terminate();
  server.close();
  await once(server, "close");
});
