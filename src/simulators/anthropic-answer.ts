import { randomBytes } from "node:crypto";
import type { Message, RefusalStopDetails, TextBlock, ToolUseBlock } from "@anthropic-ai/sdk/resources/messages";
import type { AnthropicUsage } from "./anthropic-usage";
import type { ScriptedCall } from "./script-steps";

/** What the two ways of answering a model call, streaming and at once, are made from. */
export interface AnthropicAnswer {
  /** The model id as the request wrote it. */
  model: string;
  finish: ScriptedCall["finish"];
  usage: AnthropicUsage;
  requestId: string;
}

// `unknown` is a reason that no client has heard of yet.
const STOP_REASONS: Record<ScriptedCall["finish"], string> = {
  stop: "end_turn",
  "max-tokens": "max_tokens",
  "tool-calls": "tool_use",
  refusal: "refusal",
  "content-filter": "refusal",
  unknown: "simulated_unknown",
};

/** The message as it stands before anything was written. */
export function emptyMessage({ model, usage }: AnthropicAnswer): Message {
  return {
    id: simulatedId("msg_"),
    type: "message",
    role: "assistant",
    model,
    content: [],
    container: null,
    diagnostics: null,
    stop_details: null,
    stop_reason: null,
    stop_sequence: null,
    usage: usage.opening(),
  };
}

export function emptyTextBlock(): TextBlock {
  return { type: "text", text: "", citations: null };
}

export function emptyToolUseBlock(name: string): ToolUseBlock {
  return { type: "tool_use", id: simulatedId("toolu_"), name, input: {}, caller: { type: "direct" } };
}

/** How the message ends. */
export function stopOf({ finish }: AnthropicAnswer): { stop_reason: string; stop_details: RefusalStopDetails | null } {
  const stop_reason = STOP_REASONS[finish];
  return {
    stop_reason,
    stop_details: stop_reason === "refusal" ? { type: "refusal", category: null, explanation: null } : null,
  };
}

function simulatedId(prefix: string): string {
  return `${prefix}01${randomBytes(11).toString("hex")}`;
}
