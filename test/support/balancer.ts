// One address before several servers, connection by connection: whatever a connection carries, a socket, events or requests, it passes
// as it comes. A server that does not call itself ready gets no new connection; those that it has go on.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Balancer {
  url: string;
  /** Connections that each server has been given, in the order of the servers. */
  readonly given: readonly number[];
  /** Resolves once exactly these servers are taken for ready, by their places. */
  untilReady(...places: number[]): Promise<void>;
  close(): void;
}

/** Between two questions to a server whether it is ready, and how long it may take to say so, in milliseconds. */
const ASK_EVERY_MS = 250;
const ANSWER_MS = 2_000;
const NOBODY = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/** Passes connections on to servers in turn. `port` 0: any. Close it. */
export async function startBalancer(urls: readonly string[], port = 0): Promise<Balancer> {
  const targets = urls.map((url) => new URL(url));
  const given = urls.map(() => 0);
  const ready = new Set<number>();
  const sockets = new Set<Socket>();
  const listeners = new Set<() => void>();
  let turn = 0;

  const ask = async (place: number) => {
    const answer = await fetch(`${urls[place]}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(
      () => undefined,
    );
    await answer?.body?.cancel();
    if (answer?.ok) ready.add(place);
    else ready.delete(place);
    for (const listener of listeners) listener();
  };
  const askAll = () => Promise.all(urls.map((_, place) => ask(place)));

  /** Connects to the first that can be had. */
  const pass = (client: Socket, [place, ...others]: readonly number[]): void => {
    const target = place === undefined ? undefined : targets[place];
    if (place === undefined || target === undefined) {
      client.end(NOBODY);
      return;
    }
    const server = connect({ host: target.hostname, port: Number(target.port) });
    server.once("error", () => {
      ready.delete(place);
      pass(client, others);
    });
    server.once("connect", () => {
      given[place] = (given[place] ?? 0) + 1;
      server.removeAllListeners("error");
      join(client, server);
    });
  };
  const join = (client: Socket, server: Socket) => {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true).pipe(to);
      // An abrupt end on one side is one on the other.
      from
        .on("error", () => to.destroy())
        .on("close", () => {
          sockets.delete(from);
          to.destroySoon();
        });
    }
  };

  const listener = createServer({ pauseOnConnect: true }, (client) => {
    client.on("error", () => undefined);
    turn += 1;
    const order = urls.map((_, index) => (turn + index) % urls.length);
    pass(
      client,
      order.filter((place) => ready.has(place)),
    );
  });
  await askAll();
  await once(listener.listen(port, "127.0.0.1"), "listening");
  const timer = setInterval(askAll, ASK_EVERY_MS);

  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    given,
    untilReady: (...places) =>
      new Promise((resolve) => {
        const look = () => {
          if (ready.size !== places.length || !places.every((place) => ready.has(place))) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
    close() {
      clearInterval(timer);
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
