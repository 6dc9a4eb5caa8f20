// The chat for clients without GraphQL: a turn as server-sent events. Closing the connection does not stop the turn.
import { type Request, type RequestHandler, type Response, Router } from "express";
import type { ExecutionResult, GraphQLError, GraphQLFormattedError, GraphQLSchema } from "graphql";

import { RequestError } from "../errors";
import type { OperationGate } from "../graphql/operation-gate";
import { subscribe } from "../graphql/subscribe";
import type { Limits } from "../limits";
import type { Viewer } from "../workspaces/authenticate";
import { viewerOf } from "../workspaces/identify";
import type { ViewerWatch } from "../workspaces/viewer-watch";
import { type ApiDoor, answerFailure, only } from "./api-door";
import { CHAT_OPERATION, renderEvent, type StreamedEvent } from "./chat-operation";
import { type EventStream, openEventStream } from "./event-stream";

export interface ChatDoorOptions {
  door: ApiDoor;
  schema: GraphQLSchema;
  gate: OperationGate;
  viewers: ViewerWatch;
  formatError: (error: unknown) => GraphQLFormattedError;
  limits: Pick<Limits, "answerCharacters" | "streamsPerUser">;
  /** How often a silent stream gives a sign of life, in milliseconds. */
  keepAliveMs?: number;
}

type Events = AsyncGenerator<ExecutionResult<{ chatTurn: StreamedEvent }>, void, void>;

const LAST_SEQUENCE = 2 ** 31 - 1;
/** How long streams may take to tell of the end when the server stops, in milliseconds. */
const LAST_WORDS_MS = 1_000;

/** One request that is being answered with a stream, or about to be. */
interface Reader {
  userId: string;
  stream?: EventStream;
}

/** `POST /`: mount the returned routes at `/api/chat`. `dispose` lets streams that end tell so, then ends every one. */
export function openChatDoor(options: ChatDoorOptions): { routes: Router; dispose(): Promise<void> } {
  const { door, gate, formatError } = options;
  const document = gate.parse(CHAT_OPERATION);
  if ("errors" in document) throw new Error("the chat's own operation cannot be read", { cause: document.errors });
  const readers = new Set<Reader>();
  let closing = false;
  let allGone = () => {};

  const begin = async (request: Request, viewer: Viewer): Promise<Events | readonly GraphQLError[]> => {
    const variables = { input: request.body, after: lastSeen(request) };
    const admitted = await gate.admit(viewer, document, { variables });
    if ("errors" in admitted) return admitted.errors;
    const contextValue = { viewer, operationId: null };
    const { schema, limits } = options;
    const args = { schema, document, variableValues: variables, contextValue };
    const result = await subscribe(args, limits.answerCharacters);
    return "next" in result ? (result as Events) : (result.errors ?? []);
  };

  const serve = async (request: Request, response: Response, reader: Reader) => {
    const viewer = viewerOf(response);
    const begun = await begin(request, viewer);
    if (!("next" in begun)) return answerFailure(response, inWordsOfTheBody(formatError(begun[0])));
    const stream = openEventStream(response, options.keepAliveMs);
    reader.stream = stream;
    if (closing || response.destroyed) stream.end();
    const stopWatching = options.viewers.watch(viewer, ({ message }) => stream.end(`: ${message}\n\n`));
    await tell(begun, stream, formatError);
    stopWatching();
  };

  const chat: RequestHandler = async (request, response) => {
    const { userId } = viewerOf(response);
    const most = options.limits.streamsPerUser;
    if ([...readers].filter((reader) => reader.userId === userId).length >= most) {
      throw new RequestError("RATE_LIMITED", `You may have up to ${most} streams open: end one first.`, undefined, 1);
    }
    const reader: Reader = { userId };
    readers.add(reader);
    try {
      await serve(request, response, reader);
    } finally {
      readers.delete(reader);
      if (readers.size === 0) allGone();
    }
  };

  return {
    routes: Router()
      .all("/", only("POST"), door.identify, ...door.readBody, chat)
      .use(door.answerError),
    async dispose() {
      if (readers.size === 0) return;
      const end = setTimeout(() => {
        closing = true;
        for (const { stream } of readers) stream?.end(": this server is shutting down\n\n");
      }, LAST_WORDS_MS);
      await new Promise<void>((resolve) => {
        allGone = resolve;
      });
      clearTimeout(end);
    },
  };
}

/** Tells a turn to its end, or to the reader's. Never rejects: by now it is too late for another answer. */
async function tell(events: Events, stream: EventStream, formatError: ChatDoorOptions["formatError"]): Promise<void> {
  // Takes effect at once, also while the next event is waited for.
  if (stream.over.aborted) await events.return();
  else stream.over.addEventListener("abort", () => void events.return(), { once: true });
  try {
    for await (const { data, errors } of events) {
      for (const error of errors ?? []) formatError(error); // which logs what is a fault of ours
      // A stream that ends without the turn's end is known to be broken; one with a hole is not.
      if (!data) break;
      await stream.send(renderEvent(data.chatTurn));
    }
  } catch (error) {
    formatError(error);
  }
  stream.end();
}

/** What `Last-Event-ID` says; 0 without one. */
function lastSeen(request: Request): number {
  const header = request.get("last-event-id");
  if (header === undefined || header === "") return 0;
  const after = /^\d{1,10}$/.test(header) ? Number(header) : Number.NaN;
  if (!(after <= LAST_SEQUENCE)) {
    throw new RequestError("BAD_USER_INPUT", "`Last-Event-ID` is the `id` of the last event seen, a whole number.");
  }
  const { idempotencyKey } = request.body as { idempotencyKey?: unknown };
  if (idempotencyKey === undefined || idempotencyKey === null) {
    const sentence =
      "`Last-Event-ID` resumes the turn that an `idempotencyKey` names: send the one it was started with. Without it, another turn would start.";
    throw new RequestError("BAD_USER_INPUT", sentence);
  }
  return after;
}

/** Who sends JSON does not know of the variable that it becomes. */
function inWordsOfTheBody(error: GraphQLFormattedError): GraphQLFormattedError {
  const message = error.message.replace(
    /^Variable "\$input" got an invalid value:/,
    "The body is not what is expected:",
  );
  return { ...error, message: message.replaceAll(' by type "ChatTurnInput"', "") };
}
