import type { JsonValue } from "../../providers/language-model";
import { cleanJsonText, cleanText, cutText } from "./clean-json";
import { ToolFailure } from "./tool";
import { RESULT_CHARACTERS, RESULT_DEPTH } from "./tool-limits";

/** What a tool returned, made fit to be stored and sent. Throws a `ToolFailure` when it cannot be written as JSON. */
export function toToolResult(returned: unknown): JsonValue {
  if (typeof returned === "string") return cutResult(cleanText(returned));
  let text: string;
  try {
    text = cleanJsonText(returned);
  } catch (error) {
    throw new ToolFailure("The tool has run, but its result cannot be read. Go on without it.", { cause: error });
  }
  return text.length > RESULT_CHARACTERS || isDeep(text) ? cutResult(text) : JSON.parse(text);
}

function cutResult(text: string): string {
  if (text.length <= RESULT_CHARACTERS) return text;
  const shown = cutText(text, RESULT_CHARACTERS);
  return `${shown}\n[Cut here: the result has ${text.length} characters. Ask for less to see the rest.]`;
}

function isDeep(json: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index];
    if (inString) {
      if (character === "\\") index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") {
      depth += 1;
      if (depth > RESULT_DEPTH) return true;
    } else if (character === "}" || character === "]") depth -= 1;
  }
  return false;
}
