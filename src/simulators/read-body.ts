import type { IncomingMessage } from "node:http";
import type { Refusal } from "./simulated-refusal";

/** A request's body as it came; `trouble` says why it cannot be used. */
export interface ReceivedBody {
  /** Null where there was none, or too much of it. */
  text: string | null;
  json: unknown;
  trouble: Refusal | null;
}

// Bytes of a request that Anthropic takes at most.
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Reads a request to its end. What is over the limit is read and dropped, so that the client lives to see its refusal. */
export async function readBody(request: IncomingMessage): Promise<ReceivedBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) {
    return { text: null, json: undefined, trouble: { status: 413, message: "Request exceeds the maximum size" } };
  }
  if (bytes === 0) return { text: null, json: undefined, trouble: null };
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    return { text, json: JSON.parse(text), trouble: null };
  } catch {
    return { text, json: undefined, trouble: { status: 400, message: "The request body is not valid JSON" } };
  }
}
