import { anthropicErrorBody, anthropicKeyRefusal } from "./anthropic-error";
import { anthropicModel, listAnthropicModels } from "./anthropic-models";
import { promptSegments } from "./anthropic-prompt";
import {
  type AnthropicMessage,
  type AnthropicRequest,
  anthropicVersion,
  readAnthropicRequest,
} from "./anthropic-request";
import { checkAnthropicRules } from "./anthropic-rules";
import { AnthropicStream } from "./anthropic-stream";
import { AnthropicUsage } from "./anthropic-usage";
import { AnthropicWholeMessage } from "./anthropic-whole-message";
import { chooseCall, type SimulatedMessage } from "./choose-call";
import { PacedResponse } from "./paced-response";
import { playScript } from "./play-script";
import { CHARACTERS_PER_TOKEN, PromptCache } from "./prompt-cache";
import {
  type ProviderSimulator,
  type SimulatedExchange,
  type SimulatorOptions,
  sendJson,
  startProviderSimulator,
} from "./provider-simulator";
import { ScriptError, type SimulatedAction } from "./script";
import { scriptedCall } from "./script-steps";
import { SimulatedRefusal } from "./simulated-refusal";

// Milliseconds between words, so that an answer is seen to stream.
const DEFAULT_PACE = 15;

/**
 * Starts a stand-in for Anthropic's API: `GET /v1/models`, `GET /v1/models/{id}` and `POST /v1/messages`, streaming or not, with
 * Anthropic's own refusals. What it answers is scripted by the text it is sent (script.ts); how it takes a key stands in
 * simulated-keys.ts.
 */
export function startAnthropicSimulator(options: SimulatorOptions = {}): Promise<ProviderSimulator> {
  const cache = new PromptCache();
  const paceMs = options.paceMs ?? DEFAULT_PACE;
  return startProviderSimulator(
    {
      basePath: "",
      keyShape: /^sk-ant-[!-~]{1,505}$/,
      keyHeader: "x-api-key",
      modelCallPath: "/v1/messages",
      requestIdHeader: "request-id",
      keyRefusal: anthropicKeyRefusal,
      errorBody: anthropicErrorBody,
      answer: (exchange) => answer(exchange, cache, paceMs),
    },
    options,
  );
}

async function answer(exchange: SimulatedExchange, cache: PromptCache, paceMs: number): Promise<void> {
  const { request, response, url } = exchange;
  const version = anthropicVersion(request.headers["anthropic-version"]);
  const route = `${request.method} ${url.pathname}`;
  const [, modelId] = /^GET \/v1\/models\/([^/]+)$/.exec(route) ?? [];
  if (route === "POST /v1/messages") await answerMessages(exchange, version, cache, paceMs);
  else if (route === "GET /v1/models") sendJson(response, 200, listAnthropicModels(url.searchParams));
  else if (modelId !== undefined) sendJson(response, 200, anthropicModel(modelId));
  else throw new SimulatedRefusal({ status: 404 });
}

async function answerMessages(
  { response, body, key, requestId, completed, countsTokens }: SimulatedExchange,
  version: string,
  cache: PromptCache,
  paceMs: number,
): Promise<void> {
  const request = readAnthropicRequest(body, version);
  const model = anthropicModel(request.model);
  const segments = promptSegments(request);
  checkAnthropicRules(request, segments, model);
  const call = scriptedCall(chooseActions(request, paceMs));
  if (call.status !== undefined) throw new SimulatedRefusal(call.status);
  const usage = new AnthropicUsage(cache.count(`${key}\n${request.model}`, segments), call);
  const simulated = { model: request.model, finish: call.finish, usage, requestId };
  response.setHeader("content-type", request.stream ? "text/event-stream; charset=utf-8" : "application/json");
  response.setHeader("cache-control", "no-cache");
  const encoder = request.stream ? new AnthropicStream(simulated) : new AnthropicWholeMessage(simulated);
  if (encoder instanceof AnthropicStream) countsTokens(() => encoder.tokens());
  await playScript(
    call,
    encoder,
    new PacedResponse(response, { packetBytes: call.packetBytes, beforeReset: completed }),
  );
}

function chooseActions({ messages, max_tokens }: AnthropicRequest, paceMs: number): SimulatedAction[] {
  try {
    return chooseCall(messages.map(simulatedMessage), { paceMs, maxCharacters: max_tokens * CHARACTERS_PER_TOKEN });
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    throw new SimulatedRefusal({ status: 400, message: error.message });
  }
}

function simulatedMessage({ role, content }: AnthropicMessage): SimulatedMessage {
  const texts = content.flatMap((block) => (block.type === "text" ? [block.text] : []));
  return { role, text: texts.at(-1) ?? null };
}
