// Prompt caching: three of the four breakpoints that Anthropic allows, each at the end of what stays the same from call to
// call: the tools, the system text, the conversation so far. Without them every step of a tool loop pays for all of it again.

import type { Anthropic } from "@anthropic-ai/sdk";
import type { ModelRequest } from "../language-model";
import { toAnthropicMessages } from "./to-anthropic-messages";
import { toAnthropicTools } from "./to-anthropic-tools";

/** Kept by Anthropic for five minutes after its last use. */
const BREAKPOINT: Anthropic.CacheControlEphemeral = { type: "ephemeral" };

export function toAnthropicRequest(
  modelId: string,
  { system, messages, tools, maxOutputTokens }: ModelRequest,
): Anthropic.MessageCreateParamsStreaming {
  return {
    model: modelId,
    max_tokens: maxOutputTokens,
    ...(tools.length === 0 ? {} : { tools: endWithBreakpoint(toAnthropicTools(tools)) }),
    ...(system.trim() === ""
      ? {}
      : { system: endWithBreakpoint<Anthropic.TextBlockParam>([{ type: "text", text: system }]) }),
    messages: toAnthropicMessages(messages).map((message, index, all) =>
      index === all.length - 1 ? { ...message, content: endWithBreakpoint(message.content) } : message,
    ),
    stream: true,
  };
}

// Thinking takes no breakpoint, but never stands last: a conversation ends with the user's words or a tool's result.
function endWithBreakpoint<
  Part extends { type?: string | null; cache_control?: Anthropic.CacheControlEphemeral | null },
>(parts: Part[]): Part[] {
  return parts.map((part, index) => (index === parts.length - 1 ? { ...part, cache_control: BREAKPOINT } : part));
}
