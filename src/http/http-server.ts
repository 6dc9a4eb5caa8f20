import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { Limits } from "../limits";

/** How often connections are looked through for those that take too long, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** How long a connection may stand still, also while it is being answered, in milliseconds: nobody reads what is not taken. */
const STANDSTILL_MS = 60_000;
/** How long requests under way may take to be answered when the server stops, in milliseconds. */
const LAST_ANSWERS_MS = 1_000;

/** A server that does not wait for a client that sends its request byte by byte: it is told 408, and the connection is closed. */
export function createHttpServer(
  listener: RequestListener,
  { headerSeconds, requestSeconds }: Pick<Limits, "headerSeconds" | "requestSeconds">,
): Server {
  const requestTimeout = requestSeconds * 1000;
  const headersTimeout = Math.min(headerSeconds * 1000, requestTimeout);
  const settings = { headersTimeout, requestTimeout, connectionsCheckingInterval: LOOK_EVERY_MS };
  return createServer(settings, listener).setTimeout(STANDSTILL_MS);
}

/** Resolves with the port. Rejects when it cannot be had. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve(portOf(server));
    });
  });
}

/** Lets requests under way be answered, for a moment. */
export function closeHttpServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A connection that has got its answer stays open for the next request, which will not come.
    const idle = setInterval(() => server.closeIdleConnections(), 10);
    const deadline = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(deadline);
      resolve();
    });
  });
}

/** Of a server that listens. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
