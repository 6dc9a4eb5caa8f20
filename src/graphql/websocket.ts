// The socket door: graphql-transport-ws. It shares schema, validation and masking with the HTTP door, and adds what only a
// socket needs: who the socket belongs to, and for how long.
import type { IncomingMessage, Server } from "node:http";
import {
  type ExecutionArgs,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type ValidationRule,
} from "graphql";
import { CloseCode, type Context as SocketContext, type SubscribePayload } from "graphql-ws";
import { type Extra, useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

import { RequestError } from "../errors";
import { type Authenticate, bearerToken, type Viewer } from "../workspaces/authenticate";
import type { GraphqlContext } from "./context";
import { readDocument } from "./read-document";
import type { SocketGuard } from "./socket-guard";

export interface WebsocketDoorOptions {
  server: Server;
  path: string;
  schema: GraphQLSchema;
  rules: readonly ValidationRule[];
  authenticate: Authenticate;
  guard: SocketGuard;
  formatError: (error: unknown) => GraphQLFormattedError;
  /** Exact values of a browser's `Origin`; a client that sends none is no browser. */
  isAllowedOrigin: (origin: string) => boolean;
  /** Bytes of one frame; more closes the socket. */
  frameBytes: number;
  /** How long a client may take to introduce itself, in milliseconds. */
  initTimeoutMs?: number;
}

interface SocketState extends Record<PropertyKey, unknown> {
  /** The first one that the client showed: a socket keeps its identity. */
  token?: string | undefined;
}

type Context = SocketContext<Record<string, unknown>, Extra & Partial<SocketState>>;

const INIT_TIMEOUT_MS = 10_000;
/** What a client may answer by coming again: the token could not be checked. */
const TRY_AGAIN_LATER = 1013;

/** How long streams may take to tell their readers of the end when the server stops, in milliseconds. */
const LAST_WORDS_MS = 1_000;
/** How long a client may take to agree that its socket closes, in milliseconds. */
const CLOSING_MS = 1_000;

/** Opens the socket door. `dispose` lets streams that end tell so, then closes every socket with 1001 ("going away"). */
export function openWebsocketDoor(options: WebsocketDoorOptions): { dispose(): Promise<void> } {
  const { formatError } = options;
  let operations = 0;
  let allEnded = () => {};
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
      connectionInitWaitTimeout: options.initTimeoutMs ?? INIT_TIMEOUT_MS,
      // Otherwise the library may put an error's own text into a close reason.
      isProd: true,
      async onConnect(context) {
        context.extra.token = tokenIn(context.connectionParams);
        return context.extra.token === undefined || (await identify(options, context)) !== undefined;
      },
      async onSubscribe(context, id, payload) {
        context.extra.token ??= tokenIn(payload.extensions);
        const viewer = await identify(options, context);
        return viewer === undefined
          ? [new GraphQLError("Forbidden")]
          : readOperation(options, payload, { viewer, operationId: id });
      },
      onOperation: () => {
        operations += 1;
      },
      onComplete: () => {
        operations -= 1;
        // Not now: the message that completes the operation is sent after this.
        if (operations === 0) setImmediate(allEnded);
      },
      onError: (_context, _id, _payload, errors) => errors.map(formatError),
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors === undefined ? undefined : { ...result, errors: result.errors.map(formatError) },
    },
    sockets,
  );
  // The library prints what breaks on a socket. It is no fault of ours, and the socket closes by itself.
  sockets.on("connection", (socket) => socket.removeAllListeners("error").on("error", () => undefined));
  return {
    async dispose() {
      if (operations > 0) {
        await within(LAST_WORDS_MS, (done) => {
          allEnded = done;
        });
      }
      const closing = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, CLOSING_MS);
      await handler.dispose();
      clearTimeout(closing);
    },
  };
}

/** Resolves when `start` calls back, or after that many milliseconds. */
function within(milliseconds: number, start: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timeout = setTimeout(resolve, milliseconds);
    start(() => {
      clearTimeout(timeout);
      resolve();
    });
  });
}

/** Who the socket belongs to, checked anew. Undefined: its token is missing or not good, and the socket has been closed. */
async function identify(options: WebsocketDoorOptions, { extra }: Context): Promise<Viewer | undefined> {
  try {
    const viewer = await options.authenticate(extra.token);
    options.guard.admit(extra.socket, viewer);
    return viewer;
  } catch (error) {
    if (error instanceof RequestError && error.code === "UNAUTHENTICATED") {
      extra.socket.close(CloseCode.Forbidden, "Forbidden");
    } else {
      options.formatError(error); // which logs what is a fault of ours
      extra.socket.close(TRY_AGAIN_LATER, "Try again later");
    }
    return undefined;
  }
}

function readOperation(
  { schema, rules }: WebsocketDoorOptions,
  { query, operationName, variables }: SubscribePayload,
  contextValue: GraphqlContext,
): ExecutionArgs | readonly GraphQLError[] {
  const document = readDocument(schema, query, rules);
  if (!("kind" in document)) return document;
  return { schema, document, operationName, variableValues: variables, contextValue };
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
