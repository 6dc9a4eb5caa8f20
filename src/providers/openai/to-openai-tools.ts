import type { OpenAI } from "openai";
import type { ToolDefinition } from "../language-model";

export function toOpenAiTools(tools: readonly ToolDefinition[]): OpenAI.Responses.FunctionTool[] {
  return tools.map(({ name, description, inputSchema }) => ({
    type: "function",
    name,
    description,
    // OpenAI refuses a schema without properties, which a tool without arguments may well have.
    parameters: { properties: {}, ...inputSchema, type: "object" },
    // Strict mode takes a part of JSON Schema only, and would refuse what Claude accepts.
    strict: false,
  }));
}
