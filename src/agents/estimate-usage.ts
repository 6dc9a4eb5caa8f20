import type { UsageSource } from "./agent-session.entity";
import type { TokenUsage } from "./token-usage";

/** Characters that make up one token of ordinary text, counted low, so that an estimate is never more than was used. */
const CHARACTERS_PER_TOKEN = 4;

/** The model call that was under way: what had been counted before it, and the characters that it has said since. */
export interface LastCall {
  outputTokensBefore: number;
  textLength: number;
}

/**
 * The counts of a session that was cut short: the last ones its provider reported, or, where the text received speaks of
 * more output than that, the output counted from the text.
 */
export function usageOfCutSession(
  reported: TokenUsage,
  lastCall: LastCall,
): { usage: TokenUsage; usageSource: UsageSource } {
  const counted = lastCall.outputTokensBefore + Math.floor(lastCall.textLength / CHARACTERS_PER_TOKEN);
  if (counted <= reported.outputTokens) return { usage: reported, usageSource: "CHECKPOINT" };
  return { usage: { ...reported, outputTokens: counted }, usageSource: "ESTIMATED" };
}
