import type { AnthropicBlock, AnthropicCacheControl, AnthropicRequest, AnthropicTool } from "./anthropic-request";
import type { PromptSegment } from "./prompt-cache";

/** A prompt in the order in which Anthropic reads and caches it: tools, system, messages. */
export function promptSegments(request: AnthropicRequest): PromptSegment[] {
  const segments = [
    ...(request.tools ?? []).map((tool) => segment("tool", tool)),
    ...(request.system ?? []).map((block) => segment("system", block)),
    ...request.messages.flatMap(({ role, content }) => content.map((block) => segment(role, block))),
  ];
  const last = segments.at(-1);
  // At the top level it marks the last block.
  if (request.cache_control && last !== undefined) last.breakpoint ??= request.cache_control.ttl ?? "5m";
  return segments;
}

function segment(role: string, block: AnthropicBlock | AnthropicTool): PromptSegment {
  const { cache_control, ...content } = withCacheControl(block);
  const text = "text" in content ? content.text : JSON.stringify(content);
  return {
    // Tells apart what reads the same, e.g. a question from its own repetition in the answer.
    identity: `${role}:${JSON.stringify(content)}`,
    characters: text.length,
    breakpoint: cache_control ? (cache_control.ttl ?? "5m") : null,
  };
}

// Thinking blocks cannot be marked.
function withCacheControl<Block extends object>(block: Block): Block & { cache_control?: AnthropicCacheControl } {
  return block;
}
