import type { ModelUsage } from "../providers/language-model";

/** Tokens by the names that Langfuse has prices for. It adds them up, so that each token stands under one name. */
export function usageDetails(usage: ModelUsage): Record<string, number> {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } = usage;
  return {
    input: inputTokens,
    input_cache_read: cacheReadTokens,
    input_cache_creation: cacheWriteTokens,
    output: outputTokens - (reasoningTokens ?? 0),
    ...(reasoningTokens === null ? {} : { output_reasoning: reasoningTokens }),
    total: inputTokens + cacheReadTokens + cacheWriteTokens + outputTokens,
  };
}
