import { createHash } from "node:crypto";
import type { Anthropic } from "@anthropic-ai/sdk";
import type { AssistantBlock, JsonValue, Message, UserBlock } from "../language-model";

/** A message whose content is blocks, which this mapper always makes. */
export interface AnthropicMessage {
  role: "user" | "assistant";
  content: AnthropicBlock[];
}

export type AnthropicBlock = Anthropic.TextBlockParam | Anthropic.ToolUseBlockParam | Anthropic.ToolResultBlockParam;

/** What Anthropic takes as the id of a tool call. */
const TOOL_ID = /^[a-zA-Z0-9_-]+$/;

/** Stands where a tool said nothing: Anthropic refuses an empty result of a failed tool. */
const EMPTY_RESULT = "(empty)";

/**
 * The conversation as Anthropic wants it: roles alternate, a user message begins with its tool results, no text is blank.
 * A block of blank text is left out, and so is a message that has no other.
 */
export function toAnthropicMessages(messages: readonly Message[]): AnthropicMessage[] {
  const joined: AnthropicMessage[] = [];
  for (const message of messages) {
    const content = toAnthropicBlocks(message);
    if (content.length === 0) continue;
    const last = joined.at(-1);
    if (last?.role === message.role) last.content.push(...content);
    else joined.push({ role: message.role, content });
  }
  return joined.map(({ role, content }) => ({ role, content: toolResultsFirst(content) }));
}

function toAnthropicBlocks({ content }: Message): AnthropicBlock[] {
  return content.filter((block) => block.type !== "text" || block.text.trim() !== "").map(toAnthropicBlock);
}

function toAnthropicBlock(block: UserBlock | AssistantBlock): AnthropicBlock {
  switch (block.type) {
    case "text":
      return { type: "text", text: block.text };
    case "tool-call":
      return { type: "tool_use", id: toAnthropicToolId(block.id), name: block.name, input: block.arguments };
    case "tool-result":
      return {
        type: "tool_result",
        tool_use_id: toAnthropicToolId(block.toolCallId),
        content: toResultText(block.result),
        is_error: block.isError,
      };
  }
}

/** Derived from the id alone, so that a call and its result agree and the cached prefix stays the same from call to call. */
function toAnthropicToolId(id: string): string {
  return TOOL_ID.test(id) ? id : `call_${createHash("sha256").update(id).digest("hex").slice(0, 24)}`;
}

function toResultText(result: JsonValue): string {
  const text = typeof result === "string" ? result : JSON.stringify(result);
  return text.trim() === "" ? EMPTY_RESULT : text;
}

function toolResultsFirst(content: AnthropicBlock[]): AnthropicBlock[] {
  return [
    ...content.filter((block) => block.type === "tool_result"),
    ...content.filter((block) => block.type !== "tool_result"),
  ];
}
