import { introduce } from "../support/raw-socket";
import type { TestServer } from "../support/test-server";

/** What either door answers. */
export interface DoorAnswer {
  data?: unknown;
  errors?: {
    message: string;
    path?: unknown[];
    locations?: unknown[];
    extensions: { code: string; requestId?: string; retryAfterSeconds?: number };
  }[];
}

/** A request as a client sends it. */
export interface DoorRequest {
  query: string;
  variables?: unknown;
  operationName?: string;
}

/** Sends a request through one of the doors, as an admin unless another token is given. */
export type Door = (
  server: Pick<TestServer, "url" | "token">,
  request: DoorRequest,
  token?: string,
) => Promise<DoorAnswer>;

export const overHttp: Door = async (server, request, token) => {
  const response = await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token ?? (await server.token())}` },
    body: JSON.stringify(request),
  });
  return response.json();
};

/** On a socket of its own; of a subscription, the first event. */
export const overSocket: Door = async (server, request, token) => {
  const socket = await introduce(server.url, { authorization: `Bearer ${token ?? (await server.token())}` });
  socket.send({ type: "subscribe", id: "1", payload: request });
  const { type, payload } = await socket.next();
  await socket.close();
  return type === "error" ? { errors: payload } : payload;
};

export const DOORS: [string, Door][] = [
  ["HTTP", overHttp],
  ["the socket", overSocket],
];
