import type { ModelUsage } from "../providers/language-model";

/** Tokens of a session: the sum over its model calls. */
export type TokenUsage = ModelUsage;

export const NO_TOKENS: Readonly<TokenUsage> = Object.freeze({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: null,
});

/** What is billed: every token, cached or not. Reasoning is already part of the output. */
export function totalTokens(usage: TokenUsage): number {
  return usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}

export function addUsage(left: TokenUsage, right: TokenUsage): TokenUsage {
  return {
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    cacheReadTokens: left.cacheReadTokens + right.cacheReadTokens,
    cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
    reasoningTokens:
      left.reasoningTokens === null && right.reasoningTokens === null
        ? null
        : (left.reasoningTokens ?? 0) + (right.reasoningTokens ?? 0),
  };
}
