// One socket for everything. Where it breaks, or the token expires, it waits for a good one, comes again and asks again: queries,
// and streams too, which attach to the turns that they were.
import { type Client, createClient } from "graphql-ws";

import type { TypedDocumentString } from "./generated/graphql";
import { identityOf, session } from "./session";
import { createStore } from "./store";

/** As the server closes a socket whose token it does not take. */
const FORBIDDEN = 4403;
const TOO_MANY = 4429;
/** As we close it ourselves. */
const TERMINATED = 4499;
/** How long the socket stays open after the last answer, in milliseconds. */
const IDLE_MS = 60_000;
const LONGEST_WAIT_MS = 10_000;
const SOMEBODY_ELSE = "You have signed out meanwhile: it was not sent again.";

/** Whether the server can be reached, as far as anybody has tried. */
export const connection = createStore<"fine" | "lost">("fine");

let tokenInUse: string | null = null;
let lossTold: ReturnType<typeof setTimeout> | undefined;

/** A client of one identity's: what it was asked is never sent again as somebody else, whoever signs in meanwhile. */
function openClient(identity: string | null): Client {
  const isTheirs = () => identityOf(session.get().token) === identity;
  const insist = () => {
    if (!isTheirs()) throw new RequestFailed(SOMEBODY_ELSE, "UNREACHABLE");
  };
  return createClient({
    url: `${location.origin.replace(/^http/, "ws")}/graphql`,
    connectionParams: () => {
      insist();
      tokenInUse = session.get().token;
      return { authorization: `Bearer ${tokenInUse}` };
    },
    lazyCloseTimeout: IDLE_MS,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: isTheirs,
    async retryWait(attempt) {
      await session.good();
      insist();
      const longest = Math.min(LONGEST_WAIT_MS, 250 * 2 ** Math.min(attempt, 10));
      await new Promise((resolve) => setTimeout(resolve, longest / 2 + (Math.random() * longest) / 2));
    },
    on: {
      connected() {
        clearTimeout(lossTold);
        connection.set("fine");
      },
      closed(event) {
        const { code, reason } = event as CloseEvent;
        if (code === FORBIDDEN) session.refuse(tokenInUse, reason);
        else if (code !== 1000 && code !== TERMINATED) {
          clearTimeout(lossTold);
          // A blink is not worth a word.
          lossTold = setTimeout(() => connection.set("lost"), 1_000);
        }
      },
    },
  });
}

let opened: { identity: string | null; client: Client } | undefined;

function clientNow(): Client {
  const identity = identityOf(session.get().token);
  if (opened?.identity !== identity) opened = { identity, client: openClient(identity) };
  return opened.client;
}

// A socket keeps the identity that opened it: whoever signs in next must not speak with it.
session.subscribe(() => {
  if (opened === undefined || opened.identity === identityOf(session.get().token)) return;
  opened.client.terminate();
  opened = undefined;
});

/** What a person may be told; `code` is for code to branch on. */
export class RequestFailed extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
    this.name = "RequestFailed";
  }
}

/** Streams an operation until it ends or the returned function is called. */
export function stream<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  sink: { next(data: Data): void; failed(error: RequestFailed): void; ended?(): void },
): () => void {
  return clientNow().subscribe<Data>(
    { query: document.toString(), variables },
    {
      next: ({ data, errors }) => {
        if (errors !== undefined) sink.failed(failureOf(errors));
        else if (data) sink.next(data);
      },
      error: (error) => sink.failed(failureOf(error)),
      complete: () => sink.ended?.(),
    },
  );
}

/** Rejects with a `RequestFailed`. Aborting leaves the promise as it is. */
export function request<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> {
  return new Promise((resolve, reject) => {
    const stop = stream(document, variables, { next: resolve, failed: reject });
    signal?.addEventListener("abort", stop, { once: true });
  });
}

function failureOf(error: unknown): RequestFailed {
  if (error instanceof RequestFailed) return error;
  const [first] = Array.isArray(error) ? error : [];
  if (first !== undefined) return new RequestFailed(first.message, String(first.extensions?.code ?? ""));
  const { code } = Object(error) as { code?: unknown };
  if (code === TERMINATED) return new RequestFailed(SOMEBODY_ELSE, "UNREACHABLE");
  const sentence =
    code === TOO_MANY
      ? "You have too many connections to the server: close other tabs and try again."
      : "The server could not be asked. Try again in a moment.";
  return new RequestFailed(sentence, "UNREACHABLE");
}
