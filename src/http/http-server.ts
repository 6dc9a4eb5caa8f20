import { createServer, type RequestListener, type Server } from "node:http";

import type { Limits } from "../limits";

/** How often connections are looked through for those that take too long, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** A server that does not wait for a client that sends its request byte by byte: it is told 408, and the connection is closed. */
export function createHttpServer(
  listener: RequestListener,
  { headerSeconds, requestSeconds }: Pick<Limits, "headerSeconds" | "requestSeconds">,
): Server {
  const requestTimeout = requestSeconds * 1000;
  const headersTimeout = Math.min(headerSeconds * 1000, requestTimeout);
  return createServer({ headersTimeout, requestTimeout, connectionsCheckingInterval: LOOK_EVERY_MS }, listener);
}
