import type { ModelUsage } from "../language-model";

/** The counts that Anthropic reports, at the start and again, cumulative, at the end; null or missing is "not said". */
export interface AnthropicUsage {
  input_tokens?: number | null;
  output_tokens?: number | null;
  cache_read_input_tokens?: number | null;
  cache_creation_input_tokens?: number | null;
  output_tokens_details?: { thinking_tokens?: number | null } | null;
}

/** The call's counts after `reported`. A later report replaces an earlier one; adding them would bill the tokens twice. */
export function mapAnthropicUsage(earlier: ModelUsage, reported: AnthropicUsage | null | undefined): ModelUsage {
  const thinkingTokens = reported?.output_tokens_details?.thinking_tokens;
  return {
    inputTokens: latest(earlier.inputTokens, reported?.input_tokens),
    outputTokens: latest(earlier.outputTokens, reported?.output_tokens),
    cacheReadTokens: latest(earlier.cacheReadTokens, reported?.cache_read_input_tokens),
    cacheWriteTokens: latest(earlier.cacheWriteTokens, reported?.cache_creation_input_tokens),
    reasoningTokens:
      typeof thinkingTokens === "number"
        ? latest(earlier.reasoningTokens ?? 0, thinkingTokens)
        : earlier.reasoningTokens,
  };
}

/** Cumulative counts only grow; a smaller one would take back what was already recorded. */
function latest(earlier: number, reported: number | null | undefined): number {
  return typeof reported === "number" ? Math.max(earlier, reported) : earlier;
}
