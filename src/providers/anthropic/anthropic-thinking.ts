import type { Anthropic } from "@anthropic-ai/sdk";
import type { JsonValue } from "../language-model";

/** What Claude thought, signed or sealed. Handed back changed in any way, it is refused. */
export type AnthropicThinking = Anthropic.ThinkingBlockParam | Anthropic.RedactedThinkingBlockParam;

/** The thinking that a reasoning block of Claude's holds; none where it holds something else. */
export function readAnthropicThinking(data: JsonValue): AnthropicThinking[] {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return [];
  const { type, thinking, signature, data: sealed } = data;
  if (type === "thinking" && typeof thinking === "string" && typeof signature === "string") {
    return [{ type, thinking, signature }];
  }
  return type === "redacted_thinking" && typeof sealed === "string" ? [{ type, data: sealed }] : [];
}
