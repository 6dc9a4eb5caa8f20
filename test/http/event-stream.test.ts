// The stream itself, on a server of its own: signs of life, slow readers, readers that go.
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, expect, test } from "@jest/globals";

import { type EventStream, openEventStream } from "../../src/http/event-stream";

const BLOCK = `data: ${"x".repeat(64 * 1024)}\n\n`;

let close = async () => {};
afterEach(() => close());

/** A stream with its reader, who has not begun to read. */
async function open(keepAliveMs?: number): Promise<{ stream: EventStream; response: ServerResponse; reader: Socket }> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const reader = connect((server.address() as AddressInfo).port, "127.0.0.1");
  reader.write("GET / HTTP/1.1\r\nhost: here\r\n\r\n");
  const [, response] = await once(server, "request");
  close = async () => {
    reader.destroy();
    server.close();
    await once(server, "close");
  };
  return { stream: openEventStream(response, keepAliveMs), response, reader };
}

/** Reads until the text fits. */
async function readUntil(reader: Socket, pattern: RegExp): Promise<string> {
  let text = "";
  for await (const chunk of reader.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (pattern.test(text)) return text;
  }
  throw new Error(`the stream ended with: ${text}`);
}

/** Sends until the reader does not keep up. */
async function fill(stream: EventStream): Promise<{ blocked: Promise<void>; blocks: number }> {
  for (let blocks = 1; blocks < 1_000; blocks += 1) {
    const sent = stream.send(BLOCK);
    const kept = await Promise.race([sent.then(() => true), new Promise<boolean>((r) => setTimeout(r, 100, false))]);
    if (!kept) return { blocked: sent, blocks };
  }
  throw new Error("nothing ever held the writer back");
}

test("the head is sent at once, and silence is broken by comments", async () => {
  const { reader, stream } = await open(20);
  const text = await readUntil(reader, /(: still here[\s\S]*){3}/);
  expect(text).toMatch(/content-type: text\/event-stream; charset=utf-8/i);
  stream.end();
});

test("a slow reader holds the writer back, and then gets everything", async () => {
  const { stream, response, reader } = await open(10);
  const { blocked, blocks } = await fill(stream);
  // What waits here is about one block, whatever there is to tell; signs of life are not heaped upon it.
  expect(response.writableLength).toBeLessThan(3 * BLOCK.length);

  const everything = readUntil(reader, /the end/);
  await blocked;
  stream.end(": the end\n\n");
  expect((await everything).match(/x{65536}/g)).toHaveLength(blocks);
});

test("a reader that goes ends the stream, also while the writer waits for them", async () => {
  const { stream, reader } = await open();
  const { blocked } = await fill(stream);
  reader.destroy();
  await blocked;
  expect(stream.over.aborted).toBe(true);
  await stream.send(BLOCK);
});

test("a reader that reads nothing is cut off soon after the end", async () => {
  const { stream, response } = await open();
  await fill(stream);
  stream.end();
  await once(response, "close");
  expect(stream.over.aborted).toBe(true);
});
