import type { ModelFinish } from "../language-model";

/** How an answer ended: OpenAI says it in several places. */
export interface OpenAiEnding {
  status: string | undefined;
  /** Why the answer is `incomplete`. */
  incompleteReason: string | undefined;
  /** Whether what the model wrote is a refusal. */
  refused: boolean;
  calledTools: boolean;
}

export function mapOpenAiFinishReason(ending: OpenAiEnding): ModelFinish["reason"] {
  const raw = ending.refused ? "refusal" : (ending.incompleteReason ?? ending.status ?? "none");
  return { unified: unifiedReason(ending), raw };
}

function unifiedReason(ending: OpenAiEnding): ModelFinish["reason"]["unified"] {
  if (ending.refused) return "REFUSAL";
  if (ending.status === "completed") return ending.calledTools ? "TOOL_CALLS" : "STOP";
  switch (ending.incompleteReason) {
    case "max_output_tokens":
      return "MAX_TOKENS";
    // OpenAI stopped the model in the middle of what it may not say.
    case "content_filter":
      return "REFUSAL";
    default:
      return "OTHER";
  }
}
