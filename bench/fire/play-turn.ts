import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import type { PlannedTurn } from "./plan-turns";

/** What a client saw of its turn. */
export interface PlayedTurn {
  /** Terminal events of the turn itself; anything but one is a fault. */
  ends: number;
  /** Status in the first of them; null where there was none in time. */
  status: string | null;
  /** Why it failed, where it did. */
  error: string | null;
  /** The code that the server refused the turn with; null where it took it. */
  refused: string | null;
  /** Errors that blame the server itself. */
  faults: string[];
  /** Sockets opened after the first. */
  reconnects: number;
  /** From the first try to the end. */
  seconds: number;
}

export interface PlayTurnOptions {
  turn: PlannedTurn;
  /** Base URLs of the servers, the one to begin with first. */
  urls: readonly string[];
  token: string;
  idempotencyKey: string;
}

interface ChatEvent {
  __typename: string;
  sequence: number;
  sessionId: string;
  session?: { status: string; parent: { id: string } | null };
  error?: { code: string };
}

const CHAT = `subscription ($input: ChatTurnInput!) {
  chatTurn(input: $input) {
    __typename sequence sessionId
    ... on TurnStarted { session { status parent { id } } }
    ... on TurnFinished { session { status parent { id } } }
    ... on TurnFailed { error { code } session { status parent { id } } }
  }
}`;
const CANCEL = "mutation ($id: ID!) { cancelTurn(input: { sessionId: $id }) { userErrors { code } } }";

/** Before a client tries again, in milliseconds. */
const AGAIN_MS = 100;
/** How long a client stays with its turn, in milliseconds: much longer than a dead server's lease. */
const PATIENCE_MS = 300_000;

/**
 * One turn as an app would have it: one idempotency key, and on a dropped socket the other server with the same key, until the
 * terminal event has come.
 */
export async function playTurn({ turn, urls, token, idempotencyKey }: PlayTurnOptions): Promise<PlayedTurn> {
  const played: PlayedTurn = {
    ends: 0,
    status: null,
    error: null,
    refused: null,
    faults: [],
    reconnects: -1,
    seconds: 0,
  };
  const begunAt = performance.now();
  const variables = { input: { message: turn.message, buddyModels: turn.buddyModels, idempotencyKey } };
  let attempts = 0;
  const nextUrl = (): string => urls[attempts++ % urls.length] ?? "";
  const client = createClient({
    url: () => `${nextUrl().replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: Number.MAX_SAFE_INTEGER,
    shouldRetry: () => true,
    retryWait: () => wait(AGAIN_MS),
    on: {
      connected: () => {
        played.reconnects += 1;
      },
    },
  });
  const over = new AbortController();
  const patience = setTimeout(() => {
    over.abort();
    client.terminate();
    void client.dispose();
  }, PATIENCE_MS);
  let seen = 0;
  let cancelling: Promise<void> | undefined;
  try {
    while (played.ends === 0 && played.refused === null && !over.signal.aborted) {
      try {
        for await (const { data, errors } of client.iterate<{ chatTurn: ChatEvent }>({ query: CHAT, variables })) {
          if (errors !== undefined && errors !== null) throw errors;
          const event = data?.chatTurn;
          if (event === undefined || event.sequence <= seen) continue;
          seen = event.sequence;
          if (event.session?.parent !== null) continue;
          if (event.__typename !== "TurnStarted") {
            played.ends += 1;
            played.status ??= event.session.status;
            played.error ??= event.error?.code ?? null;
          } else if (turn.cancelAfterMs !== null) {
            cancelling ??= cancel(event.sessionId, turn.cancelAfterMs);
          }
        }
        if (played.ends === 0 && !over.signal.aborted) played.faults.push("STREAM_WITHOUT_END");
      } catch (error) {
        const code = codeOf(error);
        if (code === "INTERNAL_SERVER_ERROR") played.faults.push(code);
        else if (code !== null && code !== "SERVICE_UNAVAILABLE") played.refused = code;
      }
      if (played.ends === 0) await wait(AGAIN_MS);
    }
  } finally {
    clearTimeout(patience);
    over.abort();
    await cancelling;
    await client.dispose();
  }
  played.seconds = (performance.now() - begunAt) / 1000;
  return played;

  /** Asks whichever server answers, until the turn is over. */
  async function cancel(sessionId: string, afterMs: number): Promise<void> {
    await wait(afterMs, undefined, { signal: over.signal }).catch(() => undefined);
    for (let tries = 0; !over.signal.aborted; tries += 1) {
      if (await asked(urls[tries % urls.length] ?? "", sessionId)) return;
      await wait(AGAIN_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  }

  async function asked(url: string, id: string): Promise<boolean> {
    try {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: CANCEL, variables: { id } }),
        signal: over.signal,
      });
      const { errors } = (await response.json()) as { errors?: unknown[] };
      return response.ok && errors === undefined;
    } catch {
      return false;
    }
  }
}

/** The code of a GraphQL error; null for a socket that broke. */
function codeOf(error: unknown): string | null {
  if (!Array.isArray(error)) return null;
  const [first] = error;
  return String(first?.extensions?.code ?? first?.message ?? "UNKNOWN");
}
