import type { Anthropic } from "@anthropic-ai/sdk";
import { dropSpentReasoning } from "../drop-spent-reasoning";
import type { AssistantBlock, Message, UserBlock } from "../language-model";
import { toProviderToolCallId } from "../tool-call-id";
import { toProviderToolName } from "../tool-name";
import { toolResultText } from "../tool-result-text";
import { type AnthropicThinking, readAnthropicThinking } from "./anthropic-thinking";

/** A message whose content is blocks, which this mapper always makes. */
export interface AnthropicMessage {
  role: "user" | "assistant";
  content: AnthropicBlock[];
}

export type AnthropicBlock =
  | Anthropic.TextBlockParam
  | Anthropic.ToolUseBlockParam
  | Anthropic.ToolResultBlockParam
  | AnthropicThinking;

/**
 * The conversation as Anthropic wants it: roles alternate, a user message begins with its tool results, no text is blank.
 * A block of blank text is left out, and so is a message that has no other.
 */
export function toAnthropicMessages(messages: readonly Message[]): AnthropicMessage[] {
  const joined: AnthropicMessage[] = [];
  for (const message of dropSpentReasoning(messages, "CLAUDE")) {
    const content = toAnthropicBlocks(message);
    if (content.length === 0) continue;
    const last = joined.at(-1);
    if (last?.role === message.role) last.content.push(...content);
    else joined.push({ role: message.role, content });
  }
  return joined.map(({ role, content }) => ({ role, content: toolResultsFirst(content) }));
}

function toAnthropicBlocks({ content }: Message): AnthropicBlock[] {
  return content.flatMap(toAnthropicBlock);
}

function toAnthropicBlock(block: UserBlock | AssistantBlock): AnthropicBlock[] {
  switch (block.type) {
    case "text":
      return block.text.trim() === "" ? [] : [{ type: "text", text: block.text }];
    case "tool-call":
      return [
        {
          type: "tool_use",
          id: toProviderToolCallId(block.id),
          name: toProviderToolName(block.name),
          input: block.arguments,
        },
      ];
    case "tool-result":
      return [
        {
          type: "tool_result",
          tool_use_id: toProviderToolCallId(block.toolCallId),
          content: toolResultText(block.result),
          is_error: block.isError,
        },
      ];
    case "reasoning":
      return readAnthropicThinking(block.data);
  }
}

function toolResultsFirst(content: AnthropicBlock[]): AnthropicBlock[] {
  return [
    ...content.filter((block) => block.type === "tool_result"),
    ...content.filter((block) => block.type !== "tool_result"),
  ];
}
