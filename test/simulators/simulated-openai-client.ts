import { request as httpRequest } from "node:http";
import OpenAI from "openai";
import type {
  Response,
  ResponseCreateParamsNonStreaming,
  ResponseInput,
  ResponseInputItem,
  ResponseOutputItem,
  ResponseStreamEvent,
} from "openai/resources/responses/responses";
import { startOpenAiSimulator } from "../../src/simulators/openai-simulator";
import type { ProviderSimulator, SimulatorOptions } from "../../src/simulators/provider-simulator";
import { type SimulatedAction, simulate } from "../../src/simulators/script";
import { closeLater, errorOf } from "./simulated-client";

const KEY = "sk-proj-simulated-0001";

/** A simulator for this test, and the official SDK pointed at it. */
export async function simulatedOpenAi({ key = KEY, ...options }: SimulatorOptions & { key?: string } = {}) {
  const simulator = closeLater(await startOpenAiSimulator({ paceMs: 0, ...options }));
  return { simulator, client: openAiClient(simulator, key) };
}

export function openAiClient(simulator: ProviderSimulator, key = KEY): OpenAI {
  return new OpenAI({ apiKey: key, baseURL: simulator.url, maxRetries: 0, logLevel: "off" });
}

/** A request whose user message plays these model calls. */
export function scripted(...calls: SimulatedAction[][]) {
  return asking([{ role: "user", content: simulate(calls) }]);
}

export function asking(input: ResponseInput): ResponseCreateParamsNonStreaming & { input: ResponseInput } {
  return { model: "gpt-5.6-luna", store: false, input };
}

/** What a model has written, as it is sent back. Everything that these tests make it write can be. */
export function sentBack(output: readonly ResponseOutputItem[]): ResponseInputItem[] {
  return output.map((item) => {
    if (item.type === "message" || item.type === "function_call" || item.type === "reasoning") return item;
    throw new Error(`unexpected ${item.type}`);
  });
}

/** The events of one streaming model call, and the error that ended them, if one did. */
export async function eventsOf(client: OpenAI, request: ResponseCreateParamsNonStreaming) {
  const events: ResponseStreamEvent[] = [];
  try {
    for await (const event of await client.responses.create({ ...request, stream: true })) events.push(event);
    return { events, error: null };
  } catch (error) {
    return { events, error };
  }
}

/** The response that a stream ended with. */
export async function finalOf(client: OpenAI, request: ResponseCreateParamsNonStreaming): Promise<Response> {
  const { events } = await eventsOf(client, request);
  const last = events.at(-1);
  if (last === undefined || !("response" in last)) throw new Error(`expected a response, not ${last?.type}`);
  return last.response;
}

export function deltasOf(events: readonly ResponseStreamEvent[]): string[] {
  return events.flatMap((event) => (event.type === "response.output_text.delta" ? [event.delta] : []));
}

export function textOf(events: readonly ResponseStreamEvent[]): string {
  return deltasOf(events).join("");
}

/** A response without what differs from call to call. */
export function comparable(response: Response): object {
  // The SDK adds `output_text` to what it puts together itself.
  const varying = ["id", "call_id", "_request_id", "created_at", "completed_at", "encrypted_content", "output_text"];
  return JSON.parse(JSON.stringify(response, (key, value) => (varying.includes(key) ? undefined : value)));
}

/** Posts a model call without the SDK. */
export async function post(simulator: ProviderSimulator, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${simulator.url}/responses`, {
    method: "POST",
    headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", ...headers },
    body,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Posts a model call without the SDK, and gives back the pieces of the answer's body as they came. */
export function rawPieces(simulator: ProviderSimulator, body: object): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const headers = { authorization: `Bearer ${KEY}` };
    const sent = httpRequest(`${simulator.url}/responses`, { method: "POST", headers }, (response) => {
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.once("end", () => resolve(pieces));
    });
    sent.once("error", reject);
    sent.end(JSON.stringify(body));
  });
}

/** An API error of the SDK. */
export async function apiError(promise: PromiseLike<unknown>) {
  const error = await errorOf(promise);
  if (!(error instanceof OpenAI.APIError)) throw new Error(`expected an API error, not ${error}`);
  return error;
}
