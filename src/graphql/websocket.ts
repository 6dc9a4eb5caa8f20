// The socket door: graphql-transport-ws. It shares schema, validation and masking with the HTTP door, and adds what only a
// socket needs: who the socket belongs to, and for how long.
import type { IncomingMessage, Server } from "node:http";
import type { GraphQLFormattedError, GraphQLSchema } from "graphql";
import { CloseCode, type Context as SocketContext } from "graphql-ws";
import { type Extra, useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

import { RequestError } from "../errors";
import { type Authenticate, bearerToken, type Viewer } from "../workspaces/authenticate";
import type { GraphqlContext } from "./context";

export interface WebsocketDoorOptions {
  server: Server;
  path: string;
  schema: GraphQLSchema;
  authenticate: Authenticate;
  formatError: (error: unknown) => GraphQLFormattedError;
  /** Exact values of a browser's `Origin`; a client that sends none is no browser. */
  isAllowedOrigin: (origin: string) => boolean;
  /** Bytes of one frame; more closes the socket. */
  frameBytes: number;
}

interface SocketState extends Record<PropertyKey, unknown> {
  /** A socket keeps its first identity. */
  viewer?: Viewer;
  expiry?: NodeJS.Timeout;
}

type Context = SocketContext<Record<string, unknown>, Extra & Partial<SocketState>>;

/** How long a client may take to introduce itself, in milliseconds. */
const INIT_TIMEOUT_MS = 10_000;
/** The longest delay that a timer takes, in milliseconds: about 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Opens the socket door. `dispose` closes every socket with 1001 ("going away"). */
export function openWebsocketDoor(options: WebsocketDoorOptions): { dispose(): Promise<void> } {
  const sockets = new WebSocketServer({
    server: options.server,
    path: options.path,
    maxPayload: options.frameBytes,
    perMessageDeflate: false,
    verifyClient: ({ origin }: { origin: string; req: IncomingMessage }) =>
      origin === undefined || options.isAllowedOrigin(origin),
  });

  const handler = useServer<Record<string, unknown>, SocketState>(
    {
      schema: options.schema,
      connectionInitWaitTimeout: INIT_TIMEOUT_MS,
      context: (context, id): GraphqlContext => {
        const { viewer } = context.extra;
        if (viewer === undefined) throw new Error("an operation without a viewer got past the door");
        return { viewer, operationId: id };
      },
      async onConnect(context) {
        const token = tokenIn(context.connectionParams);
        return token === undefined || (await identify(options.authenticate, context, token));
      },
      async onSubscribe(context, _id, payload) {
        const known = context.extra.viewer;
        const alive = known !== undefined && known.expiresAt.getTime() > Date.now();
        if (!alive && !(await identify(options.authenticate, context, tokenIn(payload.extensions)))) {
          context.extra.socket.close(CloseCode.Forbidden, "Forbidden");
        }
      },
      onDisconnect: (context) => clearTimeout(context.extra.expiry),
      onError: (_context, _id, _payload, errors) => errors.map(options.formatError),
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors === undefined ? undefined : { ...result, errors: result.errors.map(options.formatError) },
    },
    sockets,
  );
  return { dispose: async () => handler.dispose() };
}

/** Gives the socket its identity. False: the token is missing or not good. */
async function identify(authenticate: Authenticate, context: Context, token: string | undefined): Promise<boolean> {
  if (context.extra.viewer !== undefined) return false;
  try {
    const viewer = await authenticate(token);
    context.extra.viewer = viewer;
    const remaining = Math.min(viewer.expiresAt.getTime() - Date.now(), LONGEST_TIMER_MS);
    const { socket } = context.extra;
    context.extra.expiry = setTimeout(() => socket.close(CloseCode.Forbidden, "Forbidden"), remaining).unref();
    return true;
  } catch (error) {
    if (error instanceof RequestError && error.code === "UNAUTHENTICATED") return false;
    throw error;
  }
}

/** `Authorization` in connection parameters or in an operation's extensions, at the top or under `headers`. */
function tokenIn(place: unknown): string | undefined {
  if (typeof place !== "object" || place === null) return undefined;
  const top = headerIn(place);
  return bearerToken(top) ?? ("headers" in place ? bearerToken(headerIn(place.headers)) : undefined);
}

function headerIn(headers: unknown): unknown {
  if (typeof headers !== "object" || headers === null) return undefined;
  const entry = Object.entries(headers).find(([name]) => name.toLowerCase() === "authorization");
  return entry?.[1];
}
