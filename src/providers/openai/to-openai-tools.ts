import type { OpenAI } from "openai";
import type { ToolDefinition } from "../language-model";

export function toOpenAiTools(tools: readonly ToolDefinition[]): OpenAI.Responses.FunctionTool[] {
  return tools.map(({ name, description, inputSchema }) => ({
    type: "function",
    name,
    description,
    parameters: { ...inputSchema, type: "object" },
    // Strict mode takes a part of JSON Schema only, and would refuse what Claude accepts.
    strict: false,
  }));
}
