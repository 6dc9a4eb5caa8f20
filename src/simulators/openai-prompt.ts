import type { OpenAiItem, OpenAiRequest } from "./openai-request";
import type { PromptSegment } from "./prompt-cache";

/** A prompt in the order in which OpenAI reads and caches it: tools, instructions, items. */
export function promptSegments({ tools = [], instructions, input }: OpenAiRequest): PromptSegment[] {
  return [
    ...tools.map((tool) => segment("tool", JSON.stringify(tool))),
    ...(instructions ? [segment("instructions", instructions)] : []),
    ...input.map((item) =>
      "role" in item ? segment(item.role, textOf(item)) : segment(item.type, JSON.stringify(item)),
    ),
  ];
}

// OpenAI caches by itself: a later prompt may go on from the end of any piece.
function segment(kind: string, text: string): PromptSegment {
  return { identity: `${kind}:${text}`, characters: text.length, breakpoint: "5m" };
}

function textOf({ content }: Extract<OpenAiItem, { role: string }>): string {
  return content.map((part) => (part.type === "refusal" ? part.refusal : part.text)).join("\n");
}
