import type { AssistantBlock, LanguageModel, Message, ModelFinish, TextBlock } from "../providers/language-model";
import type { FinishReason } from "./agent-session.entity";
import { callModel } from "./call-model";
import type { TokenUsage } from "./token-usage";

/** What the loop tells while it runs. */
export interface AgentLoopObserver {
  /** `delta` is never empty. */
  text(blockId: string, delta: string): void;
  /** The session's counts so far, over all model calls. */
  usage(usage: TokenUsage): void;
  /** A model call has ended with these counts for the session. */
  modelCallEnded(usage: TokenUsage): void;
  /** A model call is about to be made again. */
  retrying(delaySeconds: number): void;
}

export interface AgentLoopOptions {
  model: LanguageModel;
  instructions: string;
  /** The thread so far, and the new prompt as its last message. */
  messages: readonly Message[];
  signal: AbortSignal;
  observer: AgentLoopObserver;
}

export interface AgentLoopResult {
  finishReason: FinishReason;
  /** What the model said, to be kept in the thread. */
  messages: Message[];
}

/** Tokens one model call may generate; reaching it ends the answer with `MAX_TOKENS`. */
const MAX_OUTPUT_TOKENS = 8_192;

const FINISH_REASONS: Record<ModelFinish["reason"]["unified"], FinishReason> = {
  STOP: "STOP",
  MAX_TOKENS: "MAX_TOKENS",
  REFUSAL: "REFUSAL",
  TOOL_CALLS: "OTHER",
  OTHER: "OTHER",
};

/** Runs one buddy's turn: calls its model and tells what comes. Rejects as `LanguageModel.respond` does. */
export async function runAgentLoop(options: AgentLoopOptions): Promise<AgentLoopResult> {
  const { model, observer } = options;
  const blocks = new Map<string, TextBlock>();

  const finish = await callModel({
    model,
    request: {
      system: options.instructions,
      messages: options.messages,
      tools: [],
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      signal: options.signal,
    },
    emit: (part) => {
      if (part.type === "text-delta") {
        // The database keeps no NUL, and what is kept must be what was sent.
        const delta = part.delta.replaceAll("\0", "");
        if (delta === "") return;
        const block = blocks.get(part.blockId);
        if (block === undefined) blocks.set(part.blockId, { type: "text", text: delta });
        else block.text += delta;
        observer.text(part.blockId, delta);
      } else if (part.type === "usage") {
        observer.usage(part.usage);
      }
    },
    onRetry: (_failure, delaySeconds) => observer.retrying(delaySeconds),
  });

  observer.modelCallEnded(finish.usage);
  const content: AssistantBlock[] = [...blocks.values()].map(({ type, text }) => ({ type, text: text.toWellFormed() }));
  return {
    finishReason: FINISH_REASONS[finish.reason.unified],
    messages: content.length === 0 ? [] : [{ role: "assistant", content }],
  };
}
