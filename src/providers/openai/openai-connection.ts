import { OpenAI } from "openai";
import type { Secret } from "../../secret";
import { KEY_PLACEHOLDER, keyedFetch } from "../keyed-fetch";
import type { ProviderConnection } from "../language-model";
import { ANSWER_TIMEOUT_MS } from "../provider-failure";
import { openAiLanguageModel } from "./openai-language-model";
import { probeOpenAiKey } from "./probe-openai-key";

export interface OpenAiConnectionOptions {
  apiKey: Secret;
  /** With `/v1` at its end; OpenAI's own where it is left out. */
  baseUrl?: string | undefined;
}

const BASE_URL = "https://api.openai.com/v1";

export function connectOpenAi({ apiKey, baseUrl }: OpenAiConnectionOptions): ProviderConnection {
  const client = new OpenAI({
    apiKey: KEY_PLACEHOLDER,
    fetch: keyedFetch(apiKey),
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
    timeout: ANSWER_TIMEOUT_MS,
    logLevel: "off",
  });
  return {
    provider: "OPENAI",
    languageModel: (modelId) => openAiLanguageModel(client, modelId),
    probeKey: () => probeOpenAiKey(client),
  };
}
