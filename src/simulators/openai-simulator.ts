import { chooseCall, type SimulatedMessage } from "./choose-call";
import { openAiErrorBody, openAiKeyRefusal } from "./openai-error";
import { listOpenAiModels, openAiChatModel, openAiModel } from "./openai-models";
import { promptSegments } from "./openai-prompt";
import { type OpenAiItem, type OpenAiRequest, readOpenAiRequest } from "./openai-request";
import { checkOpenAiRules } from "./openai-rules";
import { OpenAiStream } from "./openai-stream";
import { OpenAiUsage } from "./openai-usage";
import { OpenAiWholeResponse } from "./openai-whole-response";
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
 * Starts a stand-in for OpenAI's API: `GET /v1/models`, `GET /v1/models/{id}` and `POST /v1/responses`, streaming or not, with
 * OpenAI's own refusals. What it answers is scripted by the text it is sent (script.ts); how it takes a key stands in
 * simulated-keys.ts. It stores no response, whatever `store` says.
 */
export function startOpenAiSimulator(options: SimulatorOptions = {}): Promise<ProviderSimulator> {
  const cache = new PromptCache();
  const paceMs = options.paceMs ?? DEFAULT_PACE;
  return startProviderSimulator(
    {
      basePath: "/v1",
      keyShape: /^sk-(?!ant-)[!-~]{5,509}$/,
      modelCallPath: "/v1/responses",
      requestIdHeader: "x-request-id",
      keyRefusal: openAiKeyRefusal,
      errorBody: openAiErrorBody,
      answer: (exchange) => answer(exchange, cache, paceMs),
    },
    options,
  );
}

async function answer(exchange: SimulatedExchange, cache: PromptCache, paceMs: number): Promise<void> {
  const { request, response, url } = exchange;
  const route = `${request.method} ${url.pathname}`;
  const [, modelId] = /^GET \/v1\/models\/([^/]+)$/.exec(route) ?? [];
  if (route === "POST /v1/responses") await answerResponses(exchange, cache, paceMs);
  else if (route === "GET /v1/models") sendJson(response, 200, listOpenAiModels());
  else if (modelId !== undefined) sendJson(response, 200, openAiModel(modelId));
  else throw new SimulatedRefusal({ status: 404, message: `Invalid URL (${route})` });
}

async function answerResponses(
  { response, body, key, completed }: SimulatedExchange,
  cache: PromptCache,
  paceMs: number,
): Promise<void> {
  const request = readOpenAiRequest(body);
  const model = openAiChatModel(request.model);
  const segments = promptSegments(request);
  checkOpenAiRules(request, segments, model, key);
  const call = scriptedCall(chooseActions(request, paceMs));
  if (call.status !== undefined) throw new SimulatedRefusal(call.status);
  const prompt = cache.count([key, request.model, request.prompt_cache_key].join("\n"), segments);
  const usage = new OpenAiUsage(prompt, call, model.countsCacheWrites);
  const reasons = model.efforts.length > 0 && (call.finalUsage.reasoning ?? 0) > 0;
  const simulated = { request, key, finish: call.finish, reasons, usage };
  response.setHeader("content-type", request.stream ? "text/event-stream; charset=utf-8" : "application/json");
  response.setHeader("cache-control", "no-cache");
  const encoder = request.stream ? new OpenAiStream(simulated) : new OpenAiWholeResponse(simulated);
  await playScript(
    call,
    encoder,
    new PacedResponse(response, { packetBytes: call.packetBytes, beforeReset: completed }),
  );
}

function chooseActions({ input, max_output_tokens }: OpenAiRequest, paceMs: number): SimulatedAction[] {
  try {
    const maxTokens = max_output_tokens ?? Number.POSITIVE_INFINITY;
    return chooseCall(simulatedMessages(input), { paceMs, maxCharacters: maxTokens * CHARACTERS_PER_TOKEN });
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    throw new SimulatedRefusal({ status: 400, message: error.message });
  }
}

// The items that one call has written are one message.
function simulatedMessages(input: readonly OpenAiItem[]): SimulatedMessage[] {
  const messages: SimulatedMessage[] = [];
  for (const item of input) {
    if ("role" in item && item.role !== "assistant") {
      if (item.role === "user") messages.push({ role: "user", text: item.content.at(-1)?.text ?? null });
    } else if (item.type === "function_call_output") {
      messages.push({ role: "user", text: null });
    } else if (messages.at(-1)?.role !== "assistant") {
      messages.push({ role: "assistant", text: null });
    }
  }
  return messages;
}
