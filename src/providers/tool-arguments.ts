import type { JsonObject, ModelPart } from "./language-model";

type ToolCallPart = Extract<ModelPart, { type: "tool-call" }>;

/** A tool call's arguments from the text a model wrote. No text at all means no arguments. */
export function readToolArguments(text: string): Pick<ToolCallPart, "arguments" | "invalidArguments"> {
  const value = text.trim() === "" ? {} : parse(text);
  return isJsonObject(value) ? { arguments: value } : { arguments: {}, invalidArguments: text };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value that came out of `JSON.parse` is an object. */
function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
