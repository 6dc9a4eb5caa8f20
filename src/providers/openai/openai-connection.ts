import { OpenAI } from "openai";
import { DEFAULT_LIMITS } from "../../limits";
import type { Secret } from "../../secret";
import type { ProviderConnection } from "../language-model";
import { KEY_PLACEHOLDER, providerFetch } from "../provider-fetch";
import { openAiLanguageModel } from "./openai-language-model";
import { probeOpenAiKey } from "./probe-openai-key";

export interface OpenAiConnectionOptions {
  apiKey: Secret;
  /** With `/v1` at its end; OpenAI's own where it is left out. */
  baseUrl?: string | undefined;
  /** How long it may say nothing, before an answer's first byte and between two, in seconds. */
  silenceSeconds?: number;
}

const BASE_URL = "https://api.openai.com/v1";

export function connectOpenAi({
  apiKey,
  baseUrl,
  silenceSeconds = DEFAULT_LIMITS.providerSilenceSeconds,
}: OpenAiConnectionOptions): ProviderConnection {
  const silenceMs = silenceSeconds * 1000;
  const client = new OpenAI({
    apiKey: KEY_PLACEHOLDER,
    fetch: providerFetch(apiKey, silenceMs),
    // Null keeps the SDK from reading them from the environment: only this key's own account may be billed.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    // The SDK also sends the headers of OPENAI_CUSTOM_HEADERS: none of them may name another account.
    defaultHeaders: [
      ["openai-organization", null],
      ["openai-project", null],
    ],
    baseURL: baseUrl ?? BASE_URL,
    maxRetries: 0,
    timeout: silenceMs,
    logLevel: "off",
  });
  return {
    provider: "OPENAI",
    languageModel: (modelId) => openAiLanguageModel(client, modelId),
    probeKey: () => probeOpenAiKey(client),
  };
}
