// The socket door: graphql-transport-ws. It shares gate and masking with the HTTP door, and adds what only a socket needs:
// who the socket belongs to, for how long, and how much may go on on it.
import type { Server } from "node:http";
import type { Socket } from "node:net";
import {
  type ExecutionArgs,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  OperationTypeNode,
} from "graphql";
import { handleProtocols, makeServer, type Context as SocketContext, type SubscribePayload } from "graphql-ws";
import { type WebSocket, WebSocketServer } from "ws";

import { RequestError } from "../errors";
import type { Limits } from "../limits";
import { type Authenticate, bearerToken, type Viewer } from "../workspaces/authenticate";
import { closeForbidden } from "./close-forbidden";
import type { GraphqlContext } from "./context";
import { createFarewell } from "./farewell";
import { keepAlive } from "./keep-alive";
import type { OperationGate } from "./operation-gate";
import { serveSocket, TRY_AGAIN_LATER } from "./serve-socket";
import type { SocketGuard } from "./socket-guard";
import { subscribe } from "./subscribe";

export interface WebsocketDoorOptions {
  server: Server;
  path: string;
  schema: GraphQLSchema;
  gate: OperationGate;
  authenticate: Authenticate;
  guard: SocketGuard;
  formatError: (error: unknown) => GraphQLFormattedError;
  /** Exact values of a browser's `Origin`; a client that sends none is no browser. */
  isAllowedOrigin: (origin: string) => boolean;
  limits: Pick<Limits, "answerCharacters" | "frameBytes" | "messagesPerMinute" | "subscriptionsPerSocket">;
  /** How long a client may take to introduce itself, in milliseconds. */
  initTimeoutMs?: number;
  /** How often a client is asked for a sign of life, in milliseconds. */
  keepAliveMs?: number;
  /** Sockets that are sent away in a second when the server stops. */
  farewellsPerSecond?: number;
}

export interface WebsocketDoor {
  /** Lets nobody in any more, and sends away whoever has nothing under way, within so many seconds. */
  leave(seconds: number): void;
  /** Lets streams that end tell so, then closes every socket with 1001 ("going away"). */
  dispose(): Promise<void>;
}

interface SocketState {
  socket: WebSocket;
  /** What it is carried by. */
  connection: Socket;
  /** The first one that the client showed: a socket keeps its identity. */
  token?: string | undefined;
  /** The subscriptions that have begun and not wound up, with their operations' ids, which a client may use again. */
  subscriptions: Map<SubscribePayload, string>;
}

type Context = SocketContext<Record<string, unknown>, SocketState>;

const INIT_TIMEOUT_MS = 10_000;
/** Twice as long, and a peer that is gone is found: within 30 seconds. */
const KEEP_ALIVE_MS = 12_000;
/** How long a client may take to agree that its socket closes, in milliseconds. */
const CLOSING_MS = 1_000;

export function openWebsocketDoor(options: WebsocketDoorOptions): WebsocketDoor {
  const { formatError, guard, limits } = options;
  /** Of those who have introduced themselves. */
  const contexts = new WeakMap<WebSocket, Context>();
  let leaving = false;
  const protocol = makeServer<Record<string, unknown>, SocketState>({
    subscribe: (args) => subscribe(args, limits.answerCharacters),
    connectionInitWaitTimeout: options.initTimeoutMs ?? INIT_TIMEOUT_MS,
    async onConnect(context) {
      contexts.set(context.extra.socket, context);
      context.extra.token = tokenIn(context.connectionParams);
      return context.extra.token === undefined || (await identify(options, context)) !== undefined;
    },
    async onSubscribe(context, id, payload) {
      context.extra.token ??= tokenIn(payload.extensions);
      const viewer = await identify(options, context);
      return viewer === undefined
        ? [new GraphQLError("Forbidden")]
        : readOperation(options, context, payload, { viewer, operationId: id });
    },
    onComplete: ({ extra }, _id, payload) => {
      extra.subscriptions.delete(payload);
    },
    onError: (_context, _id, _payload, errors) => errors.map(formatError),
    onNext: (_context, _id, _payload, _args, result) =>
      result.errors === undefined ? undefined : { ...result, errors: result.errors.map(formatError) },
  });

  const settings = {
    server: options.server,
    path: options.path,
    handleProtocols,
    maxPayload: limits.frameBytes,
    perMessageDeflate: false,
    closeTimeout: CLOSING_MS,
    verifyClient: ({ origin }: { origin: string | undefined }, answer: (ok: boolean, status?: number) => void) => {
      if (origin !== undefined && !options.isAllowedOrigin(origin)) answer(false, 403);
      else answer(!leaving, 503);
    },
  };
  const sockets = new WebSocketServer(settings);
  sockets.on("connection", (socket, { socket: connection }) => {
    guard.watch(socket);
    const { messagesPerMinute } = limits;
    serveSocket(
      protocol,
      { socket, connection, subscriptions: new Map<SubscribePayload, string>() },
      { messagesPerMinute, onFault: formatError },
    );
  });
  // What comes of the server's own, e.g. no memory for one more connection: unheard it would end the process, and all its turns.
  sockets.on("error", formatError);
  const stopKeepingAlive = keepAlive(sockets, options.keepAliveMs ?? KEEP_ALIVE_MS);
  const farewell = createFarewell(sockets, {
    // The library forgets an operation once the message that completes it is out.
    isBusy: (socket) => Object.keys(contexts.get(socket)?.subscriptions ?? {}).length > 0,
    perSecond: options.farewellsPerSecond,
  });

  return {
    leave(seconds) {
      leaving = true;
      farewell.begin(seconds);
    },
    async dispose() {
      leaving = true;
      await farewell.finish();
      stopKeepingAlive();
      await new Promise((resolve) => sockets.close(resolve));
    },
  };
}

/** Who the socket belongs to, checked anew. Undefined: it has been closed, e.g. because its token is not good. */
async function identify(options: WebsocketDoorOptions, { extra }: Context): Promise<Viewer | undefined> {
  try {
    const viewer = await options.authenticate(extra.token);
    return options.guard.admit(extra.socket, viewer) ? viewer : undefined;
  } catch (error) {
    if (error instanceof RequestError && error.code === "UNAUTHENTICATED") {
      closeForbidden(extra.socket, error.message);
    } else {
      options.formatError(error); // which logs what is a fault of ours
      extra.socket.close(TRY_AGAIN_LATER, "Try again later");
    }
    return undefined;
  }
}

/** What to execute. Notes a subscription as begun, until it has wound up. */
async function readOperation(
  { schema, gate, limits }: WebsocketDoorOptions,
  { extra, subscriptions }: Context,
  payload: SubscribePayload,
  contextValue: GraphqlContext & { operationId: string },
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const document = gate.parse(payload.query);
  if ("errors" in document) return document.errors;
  // The library holds the message as long as the subscription: it shares the text with all others to the same document.
  Object.assign(payload, { query: document.loc?.source.body });
  const admitted = await gate.admit(contextValue.viewer, document, payload);
  if ("errors" in admitted) return admitted.errors;
  if (admitted.operation === OperationTypeNode.SUBSCRIPTION) {
    const most = limits.subscriptionsPerSocket;
    // One that the client has ended makes room at once.
    const running = [...extra.subscriptions.values()].filter((id) => id in subscriptions);
    if (running.length >= most) {
      const sentence = `Up to ${most} subscriptions may run on a socket: end one, or open another socket.`;
      return [new GraphQLError(sentence, { extensions: { code: "RATE_LIMITED" } })];
    }
    extra.subscriptions.set(payload, contextValue.operationId);
  }
  const { operationName, variables } = payload;
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
