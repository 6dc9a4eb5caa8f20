// What the SDKs send their requests with. Node's own HTTP client in place of `fetch`, whose web streams cost several times as much
// for each piece of an answer (docs/performance.md); and the one place that has the key in plain text.
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";

import type { Secret } from "../secret";
import { EventStreamResponse } from "./event-stream-response";
import { READING } from "./rest-until-beat";

/** What an SDK's client holds in the key's place: it prints what it holds when it is inspected, and hands it on. */
export const KEY_PLACEHOLDER = "kept-out-of-the-client";

/** A connection that nobody uses is closed before the other side is likely to, in milliseconds. */
const IDLE_MS = 4_000;
const AGENT = { keepAlive: true, timeout: IDLE_MS, onread: READING };
const http = { request: requestHttp, agent: new HttpAgent(AGENT) };
const https = { request: requestHttps, agent: new HttpsAgent(AGENT) };

/**
 * A `fetch` that puts the key on the request at the last moment, whatever authorization the SDK gave it. A successful answer in
 * server-sent events is an `EventStreamResponse`; of any other the body has come before it resolves. Follows no redirect: the key
 * goes nowhere else. Where no byte comes for so long it fails with the code `SILENT`, before the answer and in the middle of it.
 */
export function providerFetch(apiKey: Secret, silenceMs: number): typeof fetch {
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const { request, agent } = url.protocol === "http:" ? http : https;
      const headers = Object.fromEntries(new Headers(init.headers));
      apiKey.use((plaintext) => {
        headers.authorization = `Bearer ${plaintext}`;
      });
      // Both SDKs send JSON.
      const body = typeof init.body === "string" ? init.body : undefined;
      if (body !== undefined) headers["content-length"] = String(Buffer.byteLength(body));
      const asked = request(url, {
        method: init.method ?? "GET",
        headers,
        agent,
        timeout: silenceMs,
        ...(init.signal ? { signal: init.signal } : {}),
      });
      let answering: ClientRequest | IncomingMessage = asked;
      asked.once("timeout", () => {
        answering.destroy(Object.assign(new Error("the provider has gone silent"), { code: "SILENT" }));
      });
      asked.once("error", reject);
      asked.once("response", (answer) => {
        answering = answer;
        toResponse(answer).then(resolve, reject);
      });
      asked.end(body);
    });
}

async function toResponse(answer: IncomingMessage): Promise<Response> {
  const { statusCode: status = 0, statusMessage = "", headers } = answer;
  const init = { status, statusText: statusMessage, headers: new Headers() };
  for (const [name, value] of Object.entries(headers)) {
    for (const each of [value ?? []].flat()) init.headers.append(name, each);
  }
  if (status === 200 && headers["content-type"]?.startsWith("text/event-stream")) {
    return new EventStreamResponse(answer, init);
  }
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return new Response(chunks.length === 0 ? null : Buffer.concat(chunks), init);
}
