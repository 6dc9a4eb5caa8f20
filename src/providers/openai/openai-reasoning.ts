import type { OpenAI } from "openai";
import type { JsonValue, ReasoningBlock } from "../language-model";

/** Reasoning to be kept. Unsealed, it is on OpenAI's side only, where nothing of ours is stored: then there is none. */
export function sealedReasoning({ id, encrypted_content }: OpenAI.Responses.ResponseReasoningItem): ReasoningBlock[] {
  return encrypted_content ? [{ type: "reasoning", provider: "OPENAI", data: { id, encrypted_content } }] : [];
}

/** The item that a reasoning block of OpenAI's holds; none where it holds something else. */
export function readOpenAiReasoning(data: JsonValue): OpenAI.Responses.ResponseReasoningItem[] {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return [];
  const { id, encrypted_content } = data;
  if (typeof id !== "string" || typeof encrypted_content !== "string") return [];
  return [{ type: "reasoning", id, summary: [], encrypted_content }];
}
