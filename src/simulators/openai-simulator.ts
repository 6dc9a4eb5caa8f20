import { openAiErrorBody, openAiKeyRefusal } from "./openai-error";
import { listOpenAiModels, openAiModel } from "./openai-models";
import {
  type ProviderSimulator,
  type SimulatedExchange,
  type SimulatorOptions,
  sendJson,
  startProviderSimulator,
} from "./provider-simulator";
import { SimulatedRefusal } from "./simulated-refusal";

/** Starts a stand-in for OpenAI's API: `GET /v1/models` and `GET /v1/models/{id}`. How it takes a key stands in simulated-keys.ts. */
export function startOpenAiSimulator(options: SimulatorOptions = {}): Promise<ProviderSimulator> {
  return startProviderSimulator(
    {
      basePath: "/v1",
      keyShape: /^sk-(?!ant-)[!-~]{5,509}$/,
      modelCallPath: "/v1/responses",
      requestIdHeader: "x-request-id",
      keyRefusal: openAiKeyRefusal,
      errorBody: openAiErrorBody,
      answer,
    },
    options,
  );
}

function answer({ request, response, url }: SimulatedExchange): void {
  const route = `${request.method} ${url.pathname}`;
  const [, modelId] = /^GET \/v1\/models\/([^/]+)$/.exec(route) ?? [];
  if (route === "GET /v1/models") sendJson(response, 200, listOpenAiModels());
  else if (modelId !== undefined) sendJson(response, 200, openAiModel(modelId));
  else throw new SimulatedRefusal({ status: 404, message: `Invalid URL (${route})` });
}
