import type { ServerResponse } from "node:http";

export interface EventStream {
  /** Resolves once there is room for more, so that a slow reader slows what it reads; at once when nobody reads any more. */
  send(block: string): Promise<void>;
  /** Ends the stream. A reader that does not take what is left is cut off after a moment. */
  end(lastWords?: string): void;
  /** Aborts when the stream has ended, whoever ended it. */
  readonly over: AbortSignal;
}

/** How often a silent stream gives a sign of life, so that nothing on the way takes it for dead, in milliseconds. */
const KEEP_ALIVE_MS = 12_000;
/** How long a reader may take to read the end, in milliseconds. */
const LAST_WORDS_MS = 1_000;

/** Begins to answer with events. */
export function openEventStream(response: ServerResponse, keepAliveMs = KEEP_ALIVE_MS): EventStream {
  const over = new AbortController();
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    // Proxies that buffer answers would hold the events back.
    "x-accel-buffering": "no",
  });
  response.flushHeaders();
  const keepAlive = setInterval(() => {
    if (!response.writableNeedDrain) response.write(": still here\n\n");
  }, keepAliveMs);
  const close = () => {
    clearInterval(keepAlive);
    over.abort();
  };
  // Whoever is gone already says so no more.
  if (response.destroyed) close();
  else response.once("close", close);
  // A reader that goes away in the middle of a write is no fault.
  response.on("error", () => undefined);

  return {
    over: over.signal,
    async send(block) {
      if (over.signal.aborted || response.writableEnded || response.write(block)) return;
      await new Promise<void>((resolve) => {
        const go = () => {
          response.off("drain", go);
          over.signal.removeEventListener("abort", go);
          resolve();
        };
        response.once("drain", go);
        over.signal.addEventListener("abort", go, { once: true });
      });
    },
    end(lastWords = "") {
      if (response.writableEnded) return;
      clearInterval(keepAlive);
      response.end(lastWords);
      const cutOff = setTimeout(() => response.destroy(), LAST_WORDS_MS);
      response.once("close", () => clearTimeout(cutOff));
    },
  };
}
