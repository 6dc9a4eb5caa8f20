// What no simulator of a well-behaved provider shows: bytes and headers as they are on the wire.

import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { connectAnthropic } from "../../src/providers/anthropic/anthropic-connection";
import type { ModelFinish, ModelPart } from "../../src/providers/language-model";
import { connectOpenAi } from "../../src/providers/openai/openai-connection";
import { Secret } from "../../src/secret";

interface Received {
  headers: IncomingHttpHeaders;
  url: string;
  port: number | undefined;
}

let server: Server;
let origin: string;
let received: Received[];
let answer: (response: ServerResponse, url: string) => void;

beforeEach(async () => {
  received = [];
  server = createServer((request, response) => {
    received.push({ headers: request.headers, url: request.url ?? "", port: request.socket.remotePort });
    request.resume().once("end", () => answer(response, request.url ?? ""));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  origin = `http://127.0.0.1:${address.port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function event(data: { type: string; [key: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function sendStream(response: ServerResponse, text: string): ServerResponse {
  response.setHeader("content-type", "text/event-stream");
  response.write(text);
  return response;
}

const CLAUDE = {
  name: "Claude",
  connect: () => connectAnthropic({ apiKey: new Secret("sk-ant-wire-0123456789"), baseUrl: origin }),
  modelId: "claude-sonnet-4-6",
  wholeAnswer: [
    event({ type: "message_start", message: { usage: { input_tokens: 3, output_tokens: 1 } } }),
    event({ type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } }),
    event({ type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "c2ln" } }),
    event({ type: "content_block_stop", index: 0 }),
    event({ type: "content_block_start", index: 1, content_block: { type: "text", text: "" } }),
    event({ type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "well" } }),
    event({ type: "content_block_stop", index: 1 }),
    event({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } }),
    event({ type: "message_stop" }),
  ].join(""),
  eventWithoutParts: event({ type: "message_start" }),
  reasoning: { type: "thinking", thinking: "", signature: "c2ln" },
};

const OPENAI = {
  name: "OpenAI",
  connect: () => connectOpenAi({ apiKey: new Secret("sk-wire-0123456789"), baseUrl: `${origin}/v1` }),
  modelId: "gpt-5.2",
  wholeAnswer: [
    event({ type: "response.created", response: { usage: null } }),
    event({
      type: "response.output_item.done",
      output_index: 0,
      item: { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "c2VhbGVk" },
    }),
    event({ type: "response.output_text.delta", output_index: 1, content_index: 0, delta: "well" }),
    event({ type: "response.completed", response: { usage: { input_tokens: 3, output_tokens: 2 } } }),
  ].join(""),
  eventWithoutParts: event({ type: "response.completed" }),
  reasoning: { id: "rs_1", encrypted_content: "c2VhbGVk" },
};

async function ask(
  { connect, modelId }: Pick<typeof CLAUDE, "connect" | "modelId"> | Pick<typeof OPENAI, "connect" | "modelId">,
  onPart: (part: ModelPart) => void = () => {},
): Promise<ModelFinish> {
  return connect()
    .languageModel(modelId)
    .respond(
      {
        system: "",
        messages: [{ role: "user", content: [{ type: "text", text: "Hello." }] }],
        tools: [],
        maxOutputTokens: 100,
        signal: new AbortController().signal,
      },
      onPart,
    );
}

describe.each([CLAUDE, OPENAI])("$name's stream", (provider) => {
  test("is complete though the connection is torn down behind the end marker", async () => {
    let tearDown = () => {};
    answer = (response) => {
      sendStream(response, provider.wholeAnswer);
      tearDown = () => response.socket?.resetAndDestroy();
    };
    // Only once the answer has arrived: a reset may take with it what was not read yet.
    const asked = ask(provider, (part) => {
      if (part.type === "usage" && part.usage.outputTokens === 2) setImmediate(tearDown);
    });
    await expect(asked).resolves.toMatchObject({ reason: { unified: "STOP" }, usage: { outputTokens: 2 } });
  });

  test("tells what the model reasoned, before what it said", async () => {
    answer = (response) => sendStream(response, provider.wholeAnswer).end();
    const parts: ModelPart[] = [];
    await ask(provider, (part) => parts.push(part));
    expect(parts.filter(({ type }) => type !== "usage")).toMatchObject([
      { type: "reasoning", data: provider.reasoning },
      { type: "text-delta", delta: "well" },
    ]);
  });

  test("keeps its connection for later calls once it was read to its end", async () => {
    answer = (response) => sendStream(response, provider.wholeAnswer).end();
    for (let calls = 0; calls < 6; calls += 1) await ask(provider);
    // Not one: a connection is free again only a moment after its answer's end, so the very next call may open another.
    expect(new Set(received.map(({ port }) => port)).size).toBeLessThanOrEqual(2);
  });

  test.each([
    ["a page of a proxy", "text/html", "<p>Please sign in.</p>"],
    ["an event that is null", "text/event-stream", "event: some_event\ndata: null\n\n"],
    ["an event without its parts", "text/event-stream", provider.eventWithoutParts],
    ["an end marker that was cut off", "text/event-stream", provider.wholeAnswer.slice(0, -2)],
  ])("is broken when it is %s", async (_what, contentType, body) => {
    answer = (response) => response.setHeader("content-type", contentType).end(body);
    await expect(ask(provider)).rejects.toMatchObject({ code: "PROVIDER_STREAM_BROKEN", retryable: true });
  });
});

describe("OpenAI's errors in a stream", () => {
  const events = {
    "a flat one": event({ type: "error", code: "context_length_exceeded", message: "words", param: null }),
    "one within an event": event({
      type: "error",
      error: { type: "invalid_request_error", code: "context_length_exceeded", message: "words", param: null },
    }),
    "a failed answer": event({
      type: "response.failed",
      response: { status: "failed", error: { code: "context_length_exceeded", message: "words" } },
    }),
  };

  test.each(Object.entries(events))(
    "%s is as good as a status before output, and breaks it afterwards",
    async (_, text) => {
      answer = (response) => sendStream(response, text).end();
      await expect(ask(OPENAI)).rejects.toMatchObject({ code: "CONTEXT_TOO_LONG" });
      const delta = event({ type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "half an" });
      answer = (response) => sendStream(response, delta + text).end();
      await expect(ask(OPENAI)).rejects.toMatchObject({ code: "PROVIDER_STREAM_BROKEN" });
    },
  );

  test("a failed answer tells its counts, so that it can be billed", async () => {
    const response = {
      status: "failed",
      error: { code: "server_error" },
      usage: { input_tokens: 9, output_tokens: 4 },
    };
    answer = (to) => sendStream(to, event({ type: "response.failed", response })).end();
    const parts: ModelPart[] = [];
    await expect(ask(OPENAI, (part) => parts.push(part))).rejects.toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
    expect(parts).toMatchObject([{ type: "usage", usage: { inputTokens: 9, outputTokens: 4 } }]);
  });
});

describe("the list of models", () => {
  test("is read page by page, and not for ever", async () => {
    let page = 0;
    answer = (response) => {
      page += 1;
      response.setHeader("content-type", "application/json").end(
        JSON.stringify({
          data: [{ type: "model", id: `m${page}`, display_name: `Model ${page}` }],
          has_more: true,
          last_id: `m${page}`,
        }),
      );
    };
    const probe = await connectAnthropic({ apiKey: new Secret("sk-ant-wire-0123456789"), baseUrl: origin }).probeKey();
    expect(probe).toEqual({
      outcome: "ACCEPTED",
      models: [1, 2, 3, 4, 5].map((n) => ({ id: `m${n}`, displayName: `Model ${n}` })),
    });
    expect(received.map(({ url }) => url)).toEqual([
      "/v1/models?limit=1000",
      ...[1, 2, 3, 4].map((n) => `/v1/models?limit=1000&after_id=m${n}`),
    ]);
  });
});

describe("the environment", () => {
  const VARIABLES = {
    ANTHROPIC_API_KEY: "sk-ant-foreign",
    ANTHROPIC_AUTH_TOKEN: "foreign-token",
    ANTHROPIC_BASE_URL: "http://127.0.0.1:1",
    ANTHROPIC_CUSTOM_HEADERS: "Authorization: Bearer foreign\nx-api-key: foreign\nanthropic-workspace-id: foreign",
    ANTHROPIC_LOG: "debug",
    OPENAI_API_KEY: "sk-foreign",
    OPENAI_ADMIN_KEY: "sk-foreign-admin",
    OPENAI_BASE_URL: "http://127.0.0.1:1",
    OPENAI_ORG_ID: "foreign",
    OPENAI_PROJECT_ID: "foreign",
    OPENAI_CUSTOM_HEADERS: "authorization: Bearer foreign\nOpenAI-Organization: foreign\nOpenAI-Project: foreign",
    OPENAI_LOG: "debug",
  };
  const before = { ...process.env };

  beforeEach(() => {
    Object.assign(process.env, VARIABLES);
    answer = (response) => response.setHeader("content-type", "application/json").end('{"data":[{"id":"m"}]}');
  });

  afterEach(() => {
    for (const name of Object.keys(VARIABLES)) {
      delete process.env[name];
      if (before[name] !== undefined) process.env[name] = before[name];
    }
    jest.restoreAllMocks();
  });

  test.each([
    [
      "Claude",
      () => connectAnthropic({ apiKey: new Secret("sk-ant-own-0123"), baseUrl: origin }),
      "Bearer sk-ant-own-0123",
    ],
    [
      "OpenAI",
      () => connectOpenAi({ apiKey: new Secret("sk-own-0123"), baseUrl: `${origin}/v1` }),
      "Bearer sk-own-0123",
    ],
  ])("names no other account to %s, and makes it log nothing", async (_name, connect, authorization) => {
    const spies = (["debug", "info", "log", "warn", "error"] as const).map((method) => jest.spyOn(console, method));
    await expect(connect().probeKey()).resolves.toMatchObject({ outcome: "ACCEPTED" });
    const [request] = received;
    expect(request?.headers.authorization).toBe(authorization);
    expect(JSON.stringify(request?.headers)).not.toContain("foreign");
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  test.each([CLAUDE, OPENAI])("makes $name log nothing of a stream that cannot be read", async (provider) => {
    const spy = jest.spyOn(console, "error");
    answer = (response) => sendStream(response, "event: message_start\ndata: {not JSON\n\n").end();
    await expect(ask(provider)).rejects.toMatchObject({ code: "PROVIDER_STREAM_BROKEN" });
    expect(spy).not.toHaveBeenCalled();
  });
});
