import type { MessageDeltaUsage, Usage } from "@anthropic-ai/sdk/resources/messages";
import { type PromptTokens, tokensOf } from "./prompt-cache";
import type { SimulatedUsage } from "./script";
import type { ScriptedCall } from "./script-steps";

/** What a model call costs: derived from the texts, except where the script says otherwise. */
export class AnthropicUsage {
  readonly #prompt: PromptTokens;
  readonly #call: ScriptedCall;

  constructor(prompt: PromptTokens, call: ScriptedCall) {
    this.#prompt = prompt;
    this.#call = call;
  }

  /** As `message_start` has it, before anything was written. */
  opening(): Usage {
    const { written5m, written1h } = this.#prompt;
    const { cacheWrite } = this.#call.openingUsage;
    return {
      ...this.#input(this.#call.openingUsage),
      cache_creation: {
        ephemeral_5m_input_tokens: cacheWrite ?? written5m,
        ephemeral_1h_input_tokens: cacheWrite === undefined ? written1h : 0,
      },
      output_tokens: 1,
      output_tokens_details: null,
      server_tool_use: null,
      service_tier: "standard",
      inference_geo: null,
      speed: null,
    };
  }

  /** As `message_delta` has it: totals of the whole call, not what came since. */
  final(outputCharacters: number): MessageDeltaUsage {
    const { output, reasoning } = this.#call.finalUsage;
    return {
      ...this.#input(this.#call.finalUsage),
      output_tokens: output ?? Math.max(1, tokensOf(outputCharacters) + (reasoning ?? 0)),
      output_tokens_details: reasoning === undefined ? null : { thinking_tokens: reasoning },
      server_tool_use: null,
    };
  }

  /** All tokens of an answer that broke off after so many characters, or that has ended; only an end has the output that a script claims. */
  total(outputCharacters: number, ended: boolean): number {
    const { output_tokens, ...prompt } = ended
      ? this.final(outputCharacters)
      : { ...this.#input(this.#call.openingUsage), output_tokens: Math.max(1, tokensOf(outputCharacters)) };
    const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens } = prompt;
    return (input_tokens ?? 0) + (cache_read_input_tokens ?? 0) + (cache_creation_input_tokens ?? 0) + output_tokens;
  }

  #input({ input, cacheRead, cacheWrite }: SimulatedUsage) {
    const { uncached, read, written5m, written1h } = this.#prompt;
    return {
      input_tokens: input ?? uncached,
      cache_read_input_tokens: cacheRead ?? read,
      cache_creation_input_tokens: cacheWrite ?? written5m + written1h,
    };
  }
}
