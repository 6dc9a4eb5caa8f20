import { Anthropic } from "@anthropic-ai/sdk";
import type { Secret } from "../../secret";
import { KEY_PLACEHOLDER, keyedFetch } from "../keyed-fetch";
import type { ProviderConnection } from "../language-model";
import { ANSWER_TIMEOUT_MS } from "../provider-failure";
import { anthropicLanguageModel } from "./anthropic-language-model";
import { probeAnthropicKey } from "./probe-anthropic-key";

export interface AnthropicConnectionOptions {
  apiKey: Secret;
  /** Without `/v1` at its end; Anthropic's own where it is left out. */
  baseUrl?: string | undefined;
}

const BASE_URL = "https://api.anthropic.com";

export function connectAnthropic({ apiKey, baseUrl }: AnthropicConnectionOptions): ProviderConnection {
  const client = new Anthropic({
    apiKey: KEY_PLACEHOLDER,
    fetch: keyedFetch(apiKey),
    // Null keeps the SDK from reading them from the environment: only this key's own account may be billed.
    authToken: null,
    webhookKey: null,
    // The SDK also sends the headers of ANTHROPIC_CUSTOM_HEADERS: none of them may name another account.
    defaultHeaders: [
      ["x-api-key", null],
      ["anthropic-workspace-id", null],
    ],
    baseURL: baseUrl ?? BASE_URL,
    maxRetries: 0,
    timeout: ANSWER_TIMEOUT_MS,
    logLevel: "off",
    openTelemetry: false,
  });
  return {
    provider: "CLAUDE",
    languageModel: (modelId) => anthropicLanguageModel(client, modelId),
    probeKey: () => probeAnthropicKey(client),
  };
}
