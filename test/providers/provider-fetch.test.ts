import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { Anthropic } from "@anthropic-ai/sdk";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { OpenAI } from "openai";

import { EventStreamResponse } from "../../src/providers/event-stream-response";
import { KEY_PLACEHOLDER, providerFetch } from "../../src/providers/provider-fetch";
import { Secret } from "../../src/secret";

const CANARY = "sk-ant-canary-7f3a9c51e2b84d06";

let server: Server;
let url: string;
beforeEach(async () => {
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const nextRequest = () => once(server, "request") as Promise<[IncomingMessage, ServerResponse]>;
const ask = (init?: RequestInit, silenceMs = 60_000) => providerFetch(new Secret(CANARY), silenceMs)(url, init);

/** A stream of events that has begun, as its reader has it, and as its sender. */
async function beginStream(silenceMs?: number): Promise<[EventStreamResponse, ServerResponse]> {
  const asked = ask({}, silenceMs);
  const [, sender] = await nextRequest();
  sender.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" }).flushHeaders();
  const response = await asked;
  if (!(response instanceof EventStreamResponse)) throw new Error("not a stream of events");
  return [response, sender];
}

test("the key is on the request, in place of whatever was there, and the rest is as it was given", async () => {
  const asked = ask({
    method: "POST",
    body: '{"ü":1}',
    headers: { Authorization: "Bearer another", "content-type": "application/json" },
  });
  const [request, response] = await nextRequest();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  response.writeHead(202, "Taken", { "x-name": "value" }).end("answered");

  const { method, headers } = request;
  expect([
    method,
    headers.authorization,
    headers["content-type"],
    headers["content-length"],
    String(Buffer.concat(chunks)),
  ]).toEqual(["POST", `Bearer ${CANARY}`, "application/json", "8", '{"ü":1}']);
  const answer = await asked;
  expect([answer.status, answer.statusText, answer.headers.get("x-name"), await answer.text()]).toEqual([
    202,
    "Taken",
    "value",
    "answered",
  ]);
});

test("a redirect is not followed: the key goes nowhere else", async () => {
  const asked = ask();
  const [, response] = await nextRequest();
  response.writeHead(307, { location: "http://127.0.0.1:1/" }).end();
  expect((await asked).status).toBe(307);
});

test.each([
  ["Anthropic's", (baseURL: string) => new Anthropic({ ...options(baseURL), maxRetries: 0 })],
  ["OpenAI's", (baseURL: string) => new OpenAI({ ...options(baseURL), maxRetries: 0 })],
])("%s client sends the key and holds none: it can be printed, and so can its copies", async (_name, create) => {
  const client: Anthropic | OpenAI = create(url);
  const listed = client.models.list();
  const [request, response] = await nextRequest();
  response.writeHead(200, { "content-type": "application/json" }).end('{"data":[]}');
  await listed;
  expect(request.headers.authorization).toBe(`Bearer ${CANARY}`);
  for (const value of [client, client.models, client.withOptions({ timeout: 1 })]) {
    expect(inspect(value, { depth: null, showHidden: true })).not.toContain("canary");
    expect(inspect(value, { depth: null, showHidden: true })).toContain(KEY_PLACEHOLDER);
  }
});

function options(baseURL: string) {
  return { apiKey: KEY_PLACEHOLDER, fetch: providerFetch(new Secret(CANARY), 1_000), baseURL };
}

test("events are told one by one, wherever their bytes are cut, and a connection is used again", async () => {
  const [response, sender] = await beginStream();
  const told: string[] = [];
  const read = response.readEvents((events) => {
    for (const { event, data } of events) told.push(`${event}: ${data}`);
    return false;
  });
  for (const byte of Buffer.from("event: one\ndata: ä\n\n: a comment\n\ndata: €\ndata: 2\n\n")) {
    sender.write(Buffer.of(byte));
  }
  sender.end();
  await read;
  expect(told).toEqual(["one: ä", "undefined: €\n2"]);

  const again = ask();
  const [request, answer] = await nextRequest();
  answer.end();
  await again;
  expect(request.socket.remotePort).toBe(sender.req.socket.remotePort);
});

test("after so long without a byte an answer fails, before its head and in the middle, and the connection is closed", async () => {
  const refused = expect(ask({}, 200)).rejects.toMatchObject({ code: "SILENT" });
  const [, silent] = await nextRequest();
  await Promise.all([refused, once(silent, "close")]);

  const [response, sender] = await beginStream(200);
  sender.write("data: half an ans");
  await Promise.all([
    expect(response.readEvents(() => false)).rejects.toMatchObject({ code: "SILENT" }),
    once(sender, "close"),
  ]);
});

test("an answer that breaks before or while it is read fails", async () => {
  for (const readFirst of [true, false]) {
    const [response, sender] = await beginStream();
    const early = readFirst ? response.readEvents(() => false) : undefined;
    const closed = once(sender, "close");
    sender.write("data: half", () => sender.socket?.resetAndDestroy());
    await closed;
    await expect(early ?? response.readEvents(() => false)).rejects.toMatchObject({ code: "ECONNRESET" });
  }
});

test("an abort closes the connection, and so does a reader that throws, which is told nothing more", async () => {
  const abort = new AbortController();
  const asked = ask({ signal: abort.signal });
  const [, waiting] = await nextRequest();
  abort.abort();
  await Promise.all([expect(asked).rejects.toMatchObject({ name: "AbortError" }), once(waiting, "close")]);

  const [response, sender] = await beginStream();
  let told = 0;
  const read = response.readEvents(() => {
    told += 1;
    throw new Error("the reader's own");
  });
  sender.write("data: 1\n\ndata: 2\n\n");
  await Promise.all([expect(read).rejects.toThrow("the reader's own"), once(sender, "close")]);
  expect(told).toBe(1);
});
