import type { OpenAI } from "openai";
import { dropSpentReasoning } from "../drop-spent-reasoning";
import type { AssistantBlock, Message, UserBlock } from "../language-model";
import { toProviderToolCallId } from "../tool-call-id";
import { toProviderToolName } from "../tool-name";
import { toolResultText } from "../tool-result-text";
import { readOpenAiReasoning } from "./openai-reasoning";

export type OpenAiItem =
  | OpenAI.Responses.EasyInputMessage
  | OpenAI.Responses.ResponseFunctionToolCall
  | OpenAI.Responses.ResponseInputItem.FunctionCallOutput
  | OpenAI.Responses.ResponseReasoningItem;

/** The conversation as OpenAI wants it: one list, each block an item of its own. A block of blank text is left out. */
export function toOpenAiMessages(messages: readonly Message[]): OpenAiItem[] {
  return dropSpentReasoning(messages, "OPENAI").flatMap(({ role, content }) =>
    content.flatMap((block) => toOpenAiItem(role, block)),
  );
}

function toOpenAiItem(role: Message["role"], block: UserBlock | AssistantBlock): OpenAiItem[] {
  switch (block.type) {
    case "text":
      return block.text.trim() === "" ? [] : [{ type: "message", role, content: block.text }];
    case "tool-call":
      return [
        {
          type: "function_call",
          call_id: toProviderToolCallId(block.id),
          name: toProviderToolName(block.name),
          arguments: JSON.stringify(block.arguments),
        },
      ];
    case "tool-result":
      return [
        {
          type: "function_call_output",
          call_id: toProviderToolCallId(block.toolCallId),
          // OpenAI has no field for it.
          output: `${block.isError ? "The tool failed: " : ""}${toolResultText(block.result)}`,
        },
      ];
    case "reasoning":
      return readOpenAiReasoning(block.data);
  }
}
