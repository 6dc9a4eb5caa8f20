// Nothing of a workspace's is stored at OpenAI. So a model's reasoning must come back sealed, to be handed back within a tool
// loop; asking a model that does not reason for it is refused.

import type { OpenAI } from "openai";
import type { ModelRequest } from "../language-model";
import { findModel } from "../model-catalog";
import { toOpenAiMessages } from "./to-openai-messages";
import { toOpenAiTools } from "./to-openai-tools";

/** Tokens; OpenAI refuses a lower limit. */
const LOWEST_OUTPUT_LIMIT = 16;

export function toOpenAiRequest(
  modelId: string,
  { system, messages, tools, maxOutputTokens }: ModelRequest,
): OpenAI.Responses.ResponseCreateParamsStreaming {
  return {
    model: modelId,
    max_output_tokens: Math.max(LOWEST_OUTPUT_LIMIT, maxOutputTokens),
    ...(tools.length === 0 ? {} : { tools: toOpenAiTools(tools) }),
    ...(system.trim() === "" ? {} : { instructions: system }),
    input: toOpenAiMessages(messages),
    ...(findModel(modelId)?.reasoning ? { include: ["reasoning.encrypted_content"] } : {}),
    store: false,
    stream: true,
  };
}
