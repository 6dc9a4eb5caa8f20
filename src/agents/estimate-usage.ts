import type { AssistantBlock, Message, ModelRequest, UserBlock } from "../providers/language-model";
import { toolResultText } from "../providers/tool-result-text";
import type { UsageSource } from "./agent-session.entity";
import type { TokenUsage } from "./token-usage";

/** Characters for one token, as ordinary text has at least: an estimate is no more than was used, but for long runs of one sign. */
const CHARACTERS_PER_TOKEN = 4;

/** What a provider is asked to read. */
export type Prompt = Pick<ModelRequest, "system" | "messages" | "tools">;

/** The model call that was under way. */
export interface LastCall {
  /** What had been counted before it. */
  outputTokensBefore: number;
  /** Characters that it has said, tool calls included. */
  textLength: number;
  /** What it was sent, as long as its provider has not said how many tokens that is. */
  uncountedPrompt: Prompt | null;
}

export const NO_CALL: Readonly<LastCall> = Object.freeze({
  outputTokensBefore: 0,
  textLength: 0,
  uncountedPrompt: null,
});

/**
 * The counts of a session that was cut short: the last ones its provider reported, and from the text what its last call has come to
 * beyond them. A prompt that nobody has counted counts once its answer has begun: before that nobody can prove that it was read.
 */
export function usageOfCutSession(
  reported: TokenUsage,
  { outputTokensBefore, textLength, uncountedPrompt }: LastCall,
): { usage: TokenUsage; usageSource: UsageSource } {
  const read = uncountedPrompt !== null && textLength > 0 ? tokensOfPrompt(uncountedPrompt) : 0;
  const written = outputTokensBefore + Math.floor(textLength / CHARACTERS_PER_TOKEN);
  if (read === 0 && written <= reported.outputTokens) return { usage: reported, usageSource: "CHECKPOINT" };
  return {
    usage: {
      ...reported,
      inputTokens: reported.inputTokens + read,
      outputTokens: Math.max(reported.outputTokens, written),
    },
    usageSource: "ESTIMATED",
  };
}

function tokensOfPrompt({ system, messages, tools }: Prompt): number {
  const characters =
    system.length +
    tools.reduce(
      (sum, { description, inputSchema }) => sum + description.length + JSON.stringify(inputSchema).length,
      0,
    ) +
    messages.reduce((sum, message) => sum + charactersOf(message), 0);
  return Math.floor(characters / CHARACTERS_PER_TOKEN);
}

function charactersOf({ content }: Message): number {
  return content.reduce((sum, block) => sum + textOf(block).length, 0);
}

/** Reasoning is left out: what it comes to as tokens cannot be seen from its seal. */
function textOf(block: UserBlock | AssistantBlock): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "tool-call":
      return JSON.stringify(block.arguments);
    case "tool-result":
      return toolResultText(block.result);
    case "reasoning":
      return "";
  }
}
