import { createHash } from "node:crypto";

import type { RunningServer } from "../../src/server";
import { redisUrl } from "../support/redis";
import { startTestServer, type TestServer } from "../support/test-server";

/** Two servers on one database and one Redis. Close the first. */
export interface TwoServers {
  server: TestServer;
  sibling: RunningServer;
  token: string;
}

/** Without limits that one busy user would meet. */
const NO_LIMITS = {
  LIMIT_SOCKETS_PER_USER: "100000",
  LIMIT_SUBSCRIPTIONS_PER_SOCKET: "100000",
  LIMIT_MESSAGES_PER_MINUTE: "1000000",
};

export async function startTwoServers(environment: Record<string, string> = {}): Promise<TwoServers> {
  const server = await startTestServer({ REDIS_URL: redisUrl(), ...NO_LIMITS, ...environment });
  const sibling = await server.startSibling();
  return { server, sibling, token: await server.token() };
}

/** The same for the same bytes alone, and short enough to be shown where they differ. */
export function digestOf(events: unknown): string {
  return createHash("sha256").update(JSON.stringify(events)).digest("hex");
}
