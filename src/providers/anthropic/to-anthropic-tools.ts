import type { Anthropic } from "@anthropic-ai/sdk";
import type { ToolDefinition } from "../language-model";

export function toAnthropicTools(tools: readonly ToolDefinition[]): Anthropic.Tool[] {
  return tools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    input_schema: { ...inputSchema, type: "object" },
  }));
}
