import type { ModelUsage } from "../language-model";

/** The counts that OpenAI reports, once, at the end; null or missing is "not said". */
export interface OpenAiUsage {
  input_tokens: number;
  output_tokens: number;
  input_tokens_details?: { cached_tokens?: number | null; cache_write_tokens?: number | null } | null;
  output_tokens_details?: { reasoning_tokens?: number | null } | null;
}

/** OpenAI counts cache reads and writes within the input; they are taken out of it, or they would be counted twice. */
export function mapOpenAiUsage(reported: OpenAiUsage): ModelUsage {
  const cacheReadTokens = reported.input_tokens_details?.cached_tokens ?? 0;
  const cacheWriteTokens = reported.input_tokens_details?.cache_write_tokens ?? 0;
  return {
    inputTokens: Math.max(0, reported.input_tokens - cacheReadTokens - cacheWriteTokens),
    outputTokens: reported.output_tokens,
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: reported.output_tokens_details?.reasoning_tokens ?? null,
  };
}
