/** One server-sent event, its data parsed; or a comment. */
export interface SentEvent {
  id: string | undefined;
  event: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: events of every type
  data: any;
  comment: string | undefined;
}

/** What a stream sends, block by block, to its end. */
export async function* sentEvents(response: Response): AsyncGenerator<SentEvent, void, void> {
  if (response.body === null) return;
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    yield* blocks.map(readBlock);
  }
  if (text !== "") throw new Error(`the stream ended within a block: ${text}`);
}

/** Events alone, in order. */
export async function allEvents(response: Response): Promise<SentEvent[]> {
  const events: SentEvent[] = [];
  for await (const sent of sentEvents(response)) if (sent.event !== undefined) events.push(sent);
  return events;
}

function readBlock(block: string): SentEvent {
  const lines = block.split("\n").map((line) => /^(\w*):? ?(.*)$/s.exec(line));
  const field = (name: string) => lines.find((line) => line?.[1] === name)?.[2];
  const data = field("data");
  return {
    id: field("id"),
    event: field("event"),
    data: data === undefined ? undefined : JSON.parse(data),
    comment: field(""),
  };
}

/** Asks by `POST /api/chat`. */
export function postChat(
  url: string,
  token: string,
  body: unknown,
  init: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(`${url}/api/chat`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}`, ...init.headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(init.signal === undefined ? {} : { signal: init.signal }),
  });
}
