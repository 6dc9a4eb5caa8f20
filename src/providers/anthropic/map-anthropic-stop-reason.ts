import type { ModelFinish } from "../language-model";

export function mapAnthropicStopReason(stopReason: string | null): ModelFinish["reason"] {
  return { unified: unifiedReason(stopReason), raw: stopReason ?? "none" };
}

function unifiedReason(stopReason: string | null): ModelFinish["reason"]["unified"] {
  switch (stopReason) {
    case "end_turn":
    case "stop_sequence":
      return "STOP";
    case "tool_use":
      return "TOOL_CALLS";
    case "max_tokens":
    // The answer filled what was left of the context window: it is cut off all the same.
    case "model_context_window_exceeded":
      return "MAX_TOKENS";
    case "refusal":
      return "REFUSAL";
    default:
      return "OTHER";
  }
}
