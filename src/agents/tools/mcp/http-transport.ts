import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { FetchLike, Transport } from "@modelcontextprotocol/sdk/shared/transport.js";

import { endsWithin } from "../../../ends-within";
import { MCP_END_MS, MCP_MESSAGE_BYTES } from "../tool-limits";

export interface HttpServer {
  url: string;
  headers: Readonly<Record<string, string>>;
}

/** A transport for the SDK's client. It closes itself when the line breaks, so that no call waits for what cannot come. */
export function createHttpTransport({ url, headers }: HttpServer): Transport {
  let closing: Promise<void> | undefined;
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { ...headers } },
    fetch: createBoundedFetch(() => {
      closing ??= closeLine();
    }),
  });
  const closeLine = transport.close.bind(transport);
  transport.close = () => {
    closing ??= endSession(transport).then(closeLine);
    return closing;
  };
  return transport;
}

/** Lets the server forget the session. One that does not answer is not waited for. */
async function endSession(transport: StreamableHTTPClientTransport): Promise<void> {
  await endsWithin(MCP_END_MS, transport.terminateSession()).catch(() => undefined);
}

/** `fetch`, with messages of bounded length. Tells when the server cannot be reached or breaks off an answer. */
function createBoundedFetch(onBroken: () => void): FetchLike {
  return async (url, init) => {
    const failed = (error: unknown) => {
      // Whoever waits for this answer hears of the error first, and not only that the line was closed.
      if (init?.signal?.aborted !== true) setImmediate(onBroken);
      return error;
    };
    let response: Response;
    try {
      response = await fetch(url, init);
    } catch (error) {
      throw failed(error);
    }
    if (response.body === null) return response;
    // The stream of notifications may break off; the SDK opens it again, and no call depends on it.
    const body = boundedBody(response, init?.method === "GET" ? (error) => error : failed);
    return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
  };
}

function boundedBody(response: Response, failed: (error: unknown) => unknown): ReadableStream<Uint8Array> {
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  const chunks = response.body?.[Symbol.asyncIterator]();
  let size = 0;
  let cancelled = false;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done = true, value = new Uint8Array() } = (await chunks?.next()) ?? {};
        if (cancelled) return;
        if (done) return controller.close();
        size += value.length;
        if (size > MCP_MESSAGE_BYTES) throw new Error("a message was too long");
        // Each event of a stream is a message of its own.
        if (isStream && endsEvent(Buffer.from(value))) size = 0;
        controller.enqueue(value);
      } catch (error) {
        if (!cancelled) controller.error(failed(error));
        await chunks?.return?.().catch(() => undefined);
      }
    },
    async cancel() {
      cancelled = true;
      await chunks?.return?.();
    },
  });
}

function endsEvent(bytes: Buffer): boolean {
  return bytes.includes("\n\n") || bytes.includes("\r\n\r\n");
}
