import { once } from "node:events";
import {
  createServer as createHttp,
  type IncomingMessage,
  Agent as PlainAgent,
  request,
  type ServerResponse,
} from "node:http";
import { createServer as createHttps, request as requestSecurely, Agent as SecureAgent } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";

import { BEAT_MS } from "../../src/beat";
import { EventStreamResponse } from "../../src/providers/event-stream-response";
import { READING } from "../../src/providers/rest-until-beat";
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from "../support/localhost-certificate";

const EVERYTHING_BUT_BEATS = [
  "Date",
  "hrtime",
  "nextTick",
  "performance",
  "queueMicrotask",
  "setImmediate",
  "setInterval",
] as const;

const DOORS = {
  http: {
    open: () => createHttp(),
    agent: new PlainAgent({ keepAlive: true, onread: READING }),
    request,
  },
  https: {
    open: () => createHttps({ key: LOCALHOST_KEY, cert: LOCALHOST_CERTIFICATE }),
    agent: new SecureAgent({ keepAlive: true, onread: READING, ca: LOCALHOST_CERTIFICATE }),
    request: requestSecurely,
  },
};

describe.each(["http", "https"] as const)("over %s", (protocol) => {
  const { open, agent, request } = DOORS[protocol];
  let server: ReturnType<typeof open>;
  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: [...EVERYTHING_BUT_BEATS] });
    server = open().listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    jest.advanceTimersByTime(BEAT_MS);
    jest.useRealTimers();
    agent.destroy();
    server.closeAllConnections();
    server.close();
  });

  async function beginStream() {
    const asked = request({ port: (server.address() as AddressInfo).port, host: "127.0.0.1", agent }).end();
    asked.on("error", () => undefined);
    const [, sender]: [IncomingMessage, ServerResponse] = (await once(server, "request")) as never;
    sender.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    const [answer]: [IncomingMessage] = (await once(asked, "response")) as never;
    const told: string[][] = [];
    const listeners: (() => void)[] = [];
    const response = new EventStreamResponse(answer, { status: 200 });
    const read = response.readEvents((events) => {
      told.push(events.map(({ data }) => data));
      for (const listener of listeners.splice(0)) listener();
      return events.at(-1)?.data.startsWith("text") ?? false;
    });
    return {
      sender,
      asked,
      answer,
      read,
      told,
      toldMore: () => new Promise<void>((resolve) => listeners.push(resolve)),
      async end() {
        sender.end();
        await rounds();
        jest.advanceTimersByTime(BEAT_MS);
        await read;
      },
      /** Resolves once the system has it. */
      send: (data: string) => new Promise<void>((resolve) => sender.write(`data: ${data}\n\n`, () => resolve())),
    };
  }

  /** Long enough for the process to read whatever it would read. */
  async function rounds() {
    for (let round = 0; round < 50; round += 1) await new Promise(setImmediate);
  }

  test("what comes after text is read at the next beat, together", async () => {
    const { send, end, told, toldMore } = await beginStream();
    const first = toldMore();
    await send("text 1");
    await first;
    // Whoever rests has begun to.
    await rounds();
    await send("text 2");
    await send("text 3");
    await rounds();
    expect(told).toEqual([["text 1"]]);

    const rest = toldMore();
    jest.advanceTimersByTime(BEAT_MS);
    await rest;
    expect(told).toEqual([["text 1"], ["text 2", "text 3"]]);
    await end();
  });

  test("what comes after anything else is read at once", async () => {
    const { send, end, told, toldMore } = await beginStream();
    for (const data of ["a call", "another", "text"]) {
      const more = toldMore();
      await send(data);
      await more;
    }
    expect(told).toEqual([["a call"], ["another"], ["text"]]);
    await end();
  });

  test("an answer that ends while it rests is whole, and its connection is used again", async () => {
    const { send, sender, read, told, toldMore } = await beginStream();
    const first = toldMore();
    await send("text");
    await first;
    await rounds();
    sender.end("data: the end\n\n");
    await once(sender, "finish");
    jest.advanceTimersByTime(BEAT_MS);
    await read;
    expect(told).toEqual([["text"], ["the end"]]);

    const again = await beginStream();
    expect(again.asked.reusedSocket).toBe(true);
    again.sender.end("data: text again\n\n");
    await again.read;
    expect(again.told).toEqual([["text again"]]);
  });

  test("a connection that breaks or is given up while it rests is done with", async () => {
    for (const breakIt of ["sender", "reader"] as const) {
      const { send, sender, answer, read, told, toldMore } = await beginStream();
      const failed = expect(read).rejects.toMatchObject({ code: breakIt === "sender" ? "ECONNRESET" : "GIVEN_UP" });
      const first = toldMore();
      await send("text");
      await first;
      await rounds();
      if (breakIt === "sender") sender.socket?.destroy();
      else answer.destroy(Object.assign(new Error("given up"), { code: "GIVEN_UP" }));
      await rounds();
      jest.advanceTimersByTime(BEAT_MS);
      await failed;
      expect(told).toEqual([["text"]]);
    }
  });
});
