import type { JsonValue } from "../../providers/language-model";

/** In JSON text: an escaped backslash, a NUL, or a surrogate (`JSON.stringify` escapes only those that stand alone). */
const ESCAPES = /\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}/g;

/**
 * A value as plain JSON, without what Postgres and providers refuse inside strings and keys: NULs are left out, lone
 * surrogates replaced. `undefined` is null. Throws where `JSON.stringify` throws: for cycles, `bigint` and deep nesting.
 */
export function cleanJson(value: unknown): JsonValue {
  return JSON.parse(cleanJsonText(value));
}

/** The same as JSON text. */
export function cleanJsonText(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  return text.replace(ESCAPES, (found) => (found === "\\\\" ? found : found === "\\u0000" ? "" : "\ufffd"));
}

/** A text without NULs and lone surrogates. */
export function cleanText(text: string): string {
  return text.replaceAll("\0", "").toWellFormed();
}

/** The text's first characters, never half of a surrogate pair, with `…` where something is missing. */
export function cutText(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return `${text.slice(0, characters - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

export function isJsonObject(value: unknown): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
