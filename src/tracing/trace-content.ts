// What people and models said, as a trace holds it: JSON text, and no more of it than is useful to look at.
import type { Message } from "../providers/language-model";
import { CONTENT_CHARACTERS } from "./trace-limits";

/** The content where it may be sent; undefined where it may not, and then it is not even put together. */
export type CaptureContent = (content: () => string) => string | undefined;

/** A value as JSON text, cut where it is long. */
export function contentOf(value: unknown): string {
  return cutContent(JSON.stringify(value) ?? "null");
}

/** What a model was sent: the instructions, and as many of the newest messages as there is room for, whole. */
export function conversationContent(instructions: string, messages: readonly Message[]): string {
  const opening = JSON.stringify({ role: "system", content: instructions });
  const newest: string[] = [];
  let room = CONTENT_CHARACTERS - opening.length;
  for (const message of messages.toReversed()) {
    const text = JSON.stringify(withoutSeals(message));
    room -= text.length;
    if (room < 0 && newest.length > 0) break;
    newest.unshift(text);
  }
  const leftOut = messages.length - newest.length;
  const gap = leftOut === 0 ? [] : [JSON.stringify({ role: "system", content: `[${leftOut} earlier messages]` })];
  return cutContent(`[${[opening, ...gap, ...newest].join(",")}]`);
}

/** Sealed reasoning is long, and nobody but its provider can read it. */
function withoutSeals({ role, content }: Message): object {
  return { role, content: content.map((block) => (block.type === "reasoning" ? { type: block.type } : block)) };
}

function cutContent(text: string): string {
  if (text.length <= CONTENT_CHARACTERS) return text;
  return `${text.slice(0, CONTENT_CHARACTERS)}… [cut: ${text.length} characters]`;
}
