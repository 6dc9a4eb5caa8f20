import { Anthropic } from "@anthropic-ai/sdk";
import { DEFAULT_LIMITS } from "../../limits";
import type { Secret } from "../../secret";
import type { ProviderConnection } from "../language-model";
import { KEY_PLACEHOLDER, providerFetch } from "../provider-fetch";
import { anthropicLanguageModel } from "./anthropic-language-model";
import { probeAnthropicKey } from "./probe-anthropic-key";

export interface AnthropicConnectionOptions {
  apiKey: Secret;
  /** Without `/v1` at its end; Anthropic's own where it is left out. */
  baseUrl?: string | undefined;
  /** How long it may say nothing, before an answer's first byte and between two, in seconds. */
  silenceSeconds?: number;
}

const BASE_URL = "https://api.anthropic.com";

export function connectAnthropic({
  apiKey,
  baseUrl,
  silenceSeconds = DEFAULT_LIMITS.providerSilenceSeconds,
}: AnthropicConnectionOptions): ProviderConnection {
  const silenceMs = silenceSeconds * 1000;
  const client = new Anthropic({
    apiKey: KEY_PLACEHOLDER,
    fetch: providerFetch(apiKey, silenceMs),
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
    timeout: silenceMs,
    logLevel: "off",
    openTelemetry: false,
  });
  return {
    provider: "CLAUDE",
    languageModel: (modelId) => anthropicLanguageModel(client, modelId),
    probeKey: () => probeAnthropicKey(client),
  };
}
