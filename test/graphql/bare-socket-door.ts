import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buildSchema, GraphQLError } from "graphql";

import { createOperationGate } from "../../src/graphql/operation-gate";
import { createSocketGuard } from "../../src/graphql/socket-guard";
import { openWebsocketDoor, type WebsocketDoor, type WebsocketDoorOptions } from "../../src/graphql/websocket";
import { DEFAULT_LIMITS, type Limits } from "../../src/limits";
import { createLogger } from "../../src/logger";
import { createRateLimits } from "../../src/rate-limits";
import { createViewerWatch } from "../../src/workspaces/viewer-watch";

export interface BareDoor extends Pick<WebsocketDoor, "leave"> {
  url: string;
  server: Server;
  close(): Promise<void>;
}

/** The socket door alone, where every token is good: for what takes too long on a whole server. */
export async function openBareDoor(
  options: Partial<WebsocketDoorOptions>,
  bounds: Partial<Limits> = {},
): Promise<BareDoor> {
  const limits = { ...DEFAULT_LIMITS, ...bounds };
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const schema = buildSchema("type Query { a: String }");
  const viewers = createViewerWatch(async () => new Set(), createLogger("silent"));
  const guard = createSocketGuard({ viewers, limits });
  const door = openWebsocketDoor({
    server,
    path: "/graphql",
    schema,
    gate: createOperationGate({ schema, introspection: false, limits, rateLimits: createRateLimits(limits) }),
    authenticate: async (token) => ({
      workspaceId: "acme",
      userId: token ?? "",
      role: "MEMBER",
      expiresAt: new Date(Date.now() + 3_600_000),
    }),
    guard,
    formatError: (error) => (error as GraphQLError).toJSON(),
    isAllowedOrigin: () => false,
    limits,
    ...options,
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    leave: (seconds) => door.leave(seconds),
    async close() {
      await door.dispose();
      guard.close();
      await viewers.close();
      server.close();
    },
  };
}
