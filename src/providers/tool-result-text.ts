import type { JsonValue } from "./language-model";

/** Stands where a tool said nothing: an empty result of a failed tool is refused, and tells a model nothing. */
const EMPTY_RESULT = "(empty)";

/** A tool's result as the model reads it. */
export function toolResultText(result: JsonValue): string {
  const text = typeof result === "string" ? result : JSON.stringify(result);
  return text.trim() === "" ? EMPTY_RESULT : text;
}
