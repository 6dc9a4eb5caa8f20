import { expect, test } from "@jest/globals";
import type { WebSocket, WebSocketServer } from "ws";

import { createFarewell } from "../../src/graphql/farewell";

/** So many open sockets, to each of which so many bytes are still to be written. */
function socketsOf(count: number, bufferedAmount = 0) {
  const closed: number[] = [];
  const clients = Array.from({ length: count }, (_, number) => ({
    OPEN: 1,
    readyState: 1,
    bufferedAmount,
    close() {
      this.readyState = 2;
      closed.push(number);
    },
  }));
  return { clients, closed, server: { clients: new Set(clients as unknown as WebSocket[]) } as WebSocketServer };
}

test("those that are left at the end go faster than before, so that all of them have gone in time", async () => {
  const { server, closed } = socketsOf(1_000);
  const farewell = createFarewell(server, { isBusy: () => false, perSecond: 1 });
  farewell.begin(1_000);
  const finished = farewell.finish();
  expect(closed).toHaveLength(10);
  await finished;
  expect(closed).toHaveLength(1_000);
});

test("a socket to which something is still to be written is not sent away before it is", async () => {
  const { server, clients, closed } = socketsOf(1, 100);
  const farewell = createFarewell(server, { isBusy: () => false });
  farewell.begin(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(closed).toEqual([]);
  const finished = farewell.finish();
  expect(closed).toEqual([]);
  for (const socket of clients) socket.bufferedAmount = 0;
  await finished;
  expect(closed).toEqual([0]);
});
