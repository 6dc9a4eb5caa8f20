import { request as httpRequest } from "node:http";
import Anthropic from "@anthropic-ai/sdk";
import type {
  Message,
  MessageCreateParamsNonStreaming,
  MessageParam,
  RawMessageStreamEvent,
} from "@anthropic-ai/sdk/resources/messages";
import { afterEach } from "@jest/globals";
import { startAnthropicSimulator } from "../../src/simulators/anthropic-simulator";
import type { ProviderSimulator, SimulatorOptions } from "../../src/simulators/provider-simulator";
import { type SimulatedAction, simulate } from "../../src/simulators/script";

export const KEY = "sk-ant-api03-simulated-0001";

const running: ProviderSimulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

/** Closes it after the test. */
export function closeLater(simulator: ProviderSimulator): ProviderSimulator {
  running.push(simulator);
  return simulator;
}

/** A simulator for this test, and the official SDK pointed at it. */
export async function simulatedAnthropic({ key = KEY, ...options }: SimulatorOptions & { key?: string } = {}) {
  const simulator = closeLater(await startAnthropicSimulator({ paceMs: 0, ...options }));
  return { simulator, client: anthropicClient(simulator, key) };
}

export function anthropicClient(simulator: ProviderSimulator, key = KEY): Anthropic {
  return new Anthropic({ apiKey: key, baseURL: simulator.url, maxRetries: 0, logLevel: "off" });
}

/** A request whose user message plays these model calls. */
export function scripted(...calls: SimulatedAction[][]): MessageCreateParamsNonStreaming {
  return asking([{ role: "user", content: simulate(calls) }]);
}

export function asking(messages: MessageParam[]): MessageCreateParamsNonStreaming {
  return { model: "claude-sonnet-4-6", max_tokens: 1000, messages };
}

/** The events of one streaming model call, and the error that ended them, if one did. */
export async function eventsOf(client: Anthropic, request: MessageCreateParamsNonStreaming) {
  const events: RawMessageStreamEvent[] = [];
  try {
    for await (const event of await client.messages.create({ ...request, stream: true })) events.push(event);
    return { events, error: null };
  } catch (error) {
    return { events, error };
  }
}

export function textOf(events: readonly RawMessageStreamEvent[]): string {
  return events
    .map((event) => (event.type === "content_block_delta" && event.delta.type === "text_delta" ? event.delta.text : ""))
    .join("");
}

/** A message without what differs from call to call. */
export function comparable(message: Message): object {
  // The SDK adds `parsed_output` to what it put together itself.
  const varying = ["id", "_request_id", "parsed_output"];
  return JSON.parse(JSON.stringify(message, (key, value) => (varying.includes(key) ? undefined : value)));
}

/** Posts a model call without the SDK, and gives back the pieces of the answer's body as they came. */
export function rawPieces(simulator: ProviderSimulator, body: object): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const headers = { "x-api-key": KEY, "anthropic-version": "2026-10-21" };
    const sent = httpRequest(`${simulator.url}/v1/messages`, { method: "POST", headers }, (response) => {
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.once("end", () => resolve(pieces));
    });
    sent.once("error", reject);
    sent.end(JSON.stringify(body));
  });
}

export function errorOf(promise: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(promise).then(
    () => null,
    (error: unknown) => error,
  );
}

/** An API error of the SDK. */
export async function apiError(promise: PromiseLike<unknown>) {
  const error = await errorOf(promise);
  if (!(error instanceof Anthropic.APIError)) throw new Error(`expected an API error, not ${error}`);
  return error;
}
