// A stand-in for Claude that costs as little as it can, in a process of its own: what is measured is who reads from it. The message
// says how it answers, e.g. "deltas=400 pace=20": so many pieces of text, so many milliseconds apart, or as fast as they are taken.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { DELTA_TEXT, THINKS_MS } from "./load-shape";

const HEAD =
  sse({
    type: "message_start",
    message: {
      id: "msg_speed",
      type: "message",
      role: "assistant",
      model: "claude-opus-5-0",
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 20, output_tokens: 1 },
    },
  }) + sse({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
const DELTA = sse({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: DELTA_TEXT } });
/** Pieces that are written without a look at who else waits. */
const AT_ONCE = 20;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const [, deltas, pace] = /deltas=(\d+) pace=(\d+)/.exec(String(Buffer.concat(chunks))) ?? [];
    response.socket?.setNoDelay(true);
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "request-id": "req_speed" });
    response.write(HEAD);
    setTimeout(() => answer(response, Number(deltas), Number(pace)), THINKS_MS);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`listening at http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});

function answer(response: ServerResponse, deltas: number, paceMs: number): void {
  let left = deltas;
  const end = () =>
    response.end(
      sse({ type: "content_block_stop", index: 0 }) +
        sse({
          type: "message_delta",
          delta: { stop_reason: "end_turn", stop_sequence: null },
          usage: { output_tokens: deltas },
        }) +
        sse({ type: "message_stop" }),
    );
  if (paceMs > 0) {
    const next = () => {
      response.write(DELTA);
      left -= 1;
      if (left > 0) return;
      clearInterval(timer);
      end();
    };
    const timer = setInterval(next, paceMs);
    response.once("close", () => clearInterval(timer));
    next();
    return;
  }
  const more = () => {
    for (let count = 0; count < AT_ONCE && left > 0; count += 1) {
      left -= 1;
      response.write(DELTA);
    }
    if (left === 0) end();
    else if (response.writableNeedDrain) response.once("drain", more);
    else setImmediate(more);
  };
  more();
}

function sse(data: { type: string } & Record<string, unknown>): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
