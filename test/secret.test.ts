import { format, inspect } from "node:util";
import { deserialize, serialize } from "node:v8";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { expect, test } from "@jest/globals";

import { createLogger } from "../src/logger";
import { connectAnthropic } from "../src/providers/anthropic/anthropic-connection";
import { connectOpenAi } from "../src/providers/openai/openai-connection";
import { Secret } from "../src/secret";

/** Of no shape that the net below would know: what hides it is its type alone. */
const CANARY = "canary-7f3a9c51e2b84d06";
const secret = new Secret(CANARY);

/** The line that a logger writes. */
function logged(value: unknown): string {
  const lines: string[] = [];
  const logger = createLogger("trace", { write: (line) => lines.push(line) });
  logger.info({ value, list: [value], err: value }, "%s %j %o", ...([value, value, value] as [string, object, object]));
  return lines.join("");
}

function posted(value: unknown): unknown {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(value);
  const received = receiveMessageOnPort(port2)?.message;
  port1.close();
  return received;
}

const SHOWN: [string, (value: Secret) => unknown][] = [
  ["a template string", (value) => `${value}`],
  ["adding it to a text", (value) => `key: ${String(value)}`.concat(value as unknown as string)],
  ["joining it with others", (value) => [value, value].join()],
  ["JSON", (value) => JSON.stringify({ value, nested: [{ value }] })],
  ["inspecting it", (value) => inspect(value)],
  [
    "inspecting it with hidden properties",
    (value) => inspect({ value }, { showHidden: true, depth: null, getters: true }),
  ],
  ["inspecting it past its own description", (value) => inspect(value, { customInspect: false, showHidden: true })],
  ["formatting it", (value) => format("%s %j %o %O %d", value, value, value, value, value)],
  ["spreading it", (value) => inspect({ ...value })],
  ["its own keys", (value) => Reflect.ownKeys(value)],
  ["copying it to an object", (value) => inspect(Object.assign({}, value))],
  ["a structured clone", (value) => inspect(structuredClone(value))],
  ["a message to a worker", (value) => inspect(posted({ value }))],
  ["serialising it", (value) => inspect(deserialize(serialize(value))) + serialize({ value }).toString("latin1")],
  ["an error about it", (value) => inspect(new Error(`${value} failed`, { cause: value }), { depth: null })],
  ["a log line", logged],
];

test.each(SHOWN)("%s shows nothing of it", (_name, show) => {
  expect(inspect(show(secret), { depth: null })).not.toContain("canary");
});

test("it is reached in `use` alone", () => {
  expect(secret.use((plaintext) => plaintext.length)).toBe(CANARY.length);
});

const CONNECTIONS = [
  ["Claude", connectAnthropic({ apiKey: secret, baseUrl: "http://127.0.0.1:1" })],
  ["OpenAI", connectOpenAi({ apiKey: secret, baseUrl: "http://127.0.0.1:1/v1" })],
] as const;

test.each(CONNECTIONS)(
  "a connection to %s can be printed: it shows no key, and neither does what fails in it",
  async (_name, connection) => {
    const model = connection.languageModel("a-model");
    const request = {
      system: "",
      messages: [{ role: "user" as const, content: [{ type: "text" as const, text: "Hello." }] }],
      tools: [],
      maxOutputTokens: 10,
      signal: new AbortController().signal,
    };
    const failure = await model.respond(request, () => undefined).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
    for (const value of [connection, model, failure, await connection.probeKey()]) {
      expect(inspect(value, { depth: null, showHidden: true })).not.toContain("canary");
      expect(logged(value)).not.toContain("canary");
    }
  },
);
