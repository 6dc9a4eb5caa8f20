import type { Message, ToolDefinition } from "../providers/language-model";

export interface FitHistoryOptions {
  instructions: string;
  tools: readonly ToolDefinition[];
  /** The thread so far, oldest first. */
  history: readonly Message[];
  /** The new prompt; it always stays. */
  prompt: Message;
  /** Tokens that the model takes in one call, its answer included. */
  contextWindow: number;
}

/** Bytes of text for one token, few, so that a text counts as many tokens: better to leave out a little more than to be refused. */
export const BYTES_PER_TOKEN = 3;
/** Tokens kept free for the answer and for what tools return along the way. */
const RESERVED_TOKENS = 16_384;

/** The messages of a model call, without as many of the oldest turns as it takes to fit the context window. */
export function fitHistory(options: FitHistoryOptions): { messages: Message[]; truncated: boolean } {
  const { history, prompt } = options;
  const fixed = tokensOf(options.instructions) + tokensOf(options.tools) + tokensOf(prompt) + RESERVED_TOKENS;
  let left = options.contextWindow - fixed;
  let kept = history.length;
  // From the newest turn back. A turn stays whole: a tool call without its result would be refused.
  for (const start of turnStarts(history).reverse()) {
    left -= tokensOf(history.slice(start, kept));
    if (left < 0) break;
    kept = start;
  }
  return { messages: [...history.slice(kept), prompt], truncated: kept > 0 };
}

/** Where turns begin: at what a person wrote, not at what a tool returned. */
function turnStarts(history: readonly Message[]): number[] {
  return history.flatMap(({ role, content }, index) =>
    role === "user" && content.some((block) => block.type === "text") ? [index] : [],
  );
}

function tokensOf(value: unknown): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(value)) / BYTES_PER_TOKEN);
}
