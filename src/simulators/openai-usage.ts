import type { ResponseUsage } from "openai/resources/responses/responses";
import { type PromptTokens, tokensOf } from "./prompt-cache";
import type { ScriptedCall } from "./script-steps";

// Tokens below which OpenAI caches nothing.
const MIN_CACHED = 1024;

/** What a model call costs: derived from the texts, except where the script says otherwise. */
export class OpenAiUsage {
  readonly #prompt: PromptTokens;
  readonly #call: ScriptedCall;
  readonly #countsCacheWrites: boolean;

  constructor(prompt: PromptTokens, call: ScriptedCall, countsCacheWrites: boolean) {
    this.#prompt = prompt;
    this.#call = call;
    this.#countsCacheWrites = countsCacheWrites;
  }

  /** As the last event has it, and no earlier one. A script's `input` excludes what was cached, OpenAI's own count includes it. */
  final(outputCharacters: number): ResponseUsage {
    const { input, cacheRead, cacheWrite, output, reasoning } = this.#call.finalUsage;
    const { uncached, read, written5m, written1h } = this.#prompt;
    const prompt = uncached + read + written5m + written1h;
    const cached = read < MIN_CACHED ? 0 : read;
    const written = this.#countsCacheWrites && prompt >= MIN_CACHED ? prompt - cached : 0;
    const cached_tokens = cacheRead ?? cached;
    const cache_write_tokens = cacheWrite ?? written;
    const input_tokens = (input ?? prompt - cached - written) + cached_tokens + cache_write_tokens;
    const output_tokens = output ?? Math.max(1, tokensOf(outputCharacters) + (reasoning ?? 0));
    return {
      input_tokens,
      input_tokens_details: { cached_tokens, cache_write_tokens },
      output_tokens,
      output_tokens_details: { reasoning_tokens: reasoning ?? 0 },
      total_tokens: input_tokens + output_tokens,
    };
  }
}
