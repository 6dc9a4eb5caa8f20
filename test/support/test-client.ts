import { type Client, createClient } from "graphql-ws";
import { WebSocket } from "ws";

import { CancelTurnDocument, ChatTurnDocument, FollowTurnDocument } from "../generated/graphql";

/** A GraphQL response over HTTP, with the status it came with. */
export interface HttpAnswer<Data> {
  status: number;
  data: Data;
  errors?: { message: string; path?: unknown[]; extensions: { code: string } }[];
}

// biome-ignore lint/suspicious/noExplicitAny: what a document answers is known to the test that wrote it
type Answer = any;

export async function post<Data = Answer>(
  url: string,
  token: string | undefined,
  query: string,
  variables: object = {},
): Promise<HttpAnswer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as { data: Data }) };
}

/** A graphql-ws client, as an app would make it. Dispose of it. */
export function connect(url: string, token: string, options: Partial<Parameters<typeof createClient>[0]> = {}): Client {
  return createClient({
    url: `${url.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    ...options,
  });
}

export const CHAT_TURN = ChatTurnDocument.toString();
export const FOLLOW = FollowTurnDocument.toString();
export const CANCEL = CancelTurnDocument.toString();

/** The events of one stream, in order; throws GraphQL errors as `StreamRefused`. */
export async function* streamOf(client: Client, query: string, variables: object): AsyncGenerator<Answer, void, void> {
  for await (const result of client.iterate<Record<string, Answer>>({ query, variables: { ...variables } })) {
    if (result.errors !== undefined)
      throw new StreamRefused(result.errors as unknown as { extensions: { code: string } }[]);
    for (const event of Object.values(result.data ?? {})) yield event;
  }
}

/** All events of a turn, from the first to the last. */
export async function collect(stream: AsyncIterable<Answer>): Promise<Answer[]> {
  const events: Answer[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** A turn that was not accepted. */
export class StreamRefused extends Error {
  readonly code: string;

  constructor(readonly errors: { message?: string; extensions: { code: string } }[]) {
    super(errors.map((error) => error.message).join("; "));
    this.code = errors[0]?.extensions.code ?? "";
  }
}
