import type { Anthropic } from "@anthropic-ai/sdk";
import { APIError } from "@anthropic-ai/sdk";
import type { ModelFinish, ModelPart, ModelUsage } from "../language-model";
import { NO_USAGE } from "../no-usage";
import type { StreamedAnswer } from "../read-answer";
import { readToolArguments } from "../tool-arguments";
import type { AnthropicThinking } from "./anthropic-thinking";
import { mapAnthropicStopReason } from "./map-anthropic-stop-reason";
import { mapAnthropicUsage } from "./map-anthropic-usage";

interface OpenToolCall {
  id: string;
  name: string;
  /** Joined fragments. */
  arguments: string;
}

interface ErrorEvent {
  type: "error";
  error?: { type?: Anthropic.ErrorType };
}

type Event = Anthropic.RawMessageStreamEvent | ErrorEvent;

/** Reads one answer, event by event. Kinds of events and blocks that it does not know are passed over, as Anthropic asks. */
export class AnthropicAnswer implements StreamedAnswer<Event> {
  #usage: ModelUsage = NO_USAGE;
  #stopReason: string | null = null;
  #ended = false;
  #failure: APIError | null = null;
  readonly #openToolCalls = new Map<number, OpenToolCall>();
  readonly #openThinking = new Map<number, AnthropicThinking>();

  /** Whether Anthropic's own end marker came, with no tool call left open. */
  get isComplete(): boolean {
    return this.#ended && this.#openToolCalls.size === 0;
  }

  get failure(): APIError | null {
    return this.#failure;
  }

  get finish(): ModelFinish {
    return { reason: mapAnthropicStopReason(this.#stopReason), usage: this.#usage };
  }

  read(event: Event): ModelPart[] {
    switch (event.type) {
      case "message_start":
        return this.#count(event.message.usage);
      case "content_block_start":
        return this.#openBlock(event);
      case "content_block_delta":
        return this.#extendBlock(event);
      case "content_block_stop":
        return this.#closeBlock(event.index);
      case "message_delta":
        this.#stopReason = event.delta.stop_reason ?? this.#stopReason;
        return this.#count(event.usage);
      case "message_stop":
        this.#ended = true;
        return [];
      case "error":
        this.#failure = new APIError(undefined, event, undefined, undefined, event.error?.type);
        return [];
      default:
        return [];
    }
  }

  #count(reported: Anthropic.Usage | Anthropic.MessageDeltaUsage): ModelPart[] {
    this.#usage = mapAnthropicUsage(this.#usage, reported);
    return [{ type: "usage", usage: this.#usage }];
  }

  #openBlock({ index, content_block: block }: Anthropic.RawContentBlockStartEvent): ModelPart[] {
    if (block.type === "text") return textDelta(index, block.text);
    if (block.type === "tool_use") this.#openToolCalls.set(index, { id: block.id, name: block.name, arguments: "" });
    if (block.type === "thinking" || block.type === "redacted_thinking") this.#openThinking.set(index, { ...block });
    return [];
  }

  #extendBlock({ index, delta }: Anthropic.RawContentBlockDeltaEvent): ModelPart[] {
    if (delta.type === "text_delta") return textDelta(index, delta.text);
    const toolCall = this.#openToolCalls.get(index);
    if (delta.type === "input_json_delta" && toolCall) toolCall.arguments += delta.partial_json;
    const thinking = this.#openThinking.get(index);
    if (thinking?.type === "thinking" && delta.type === "thinking_delta") thinking.thinking += delta.thinking;
    if (thinking?.type === "thinking" && delta.type === "signature_delta") thinking.signature += delta.signature;
    return [];
  }

  #closeBlock(index: number): ModelPart[] {
    const thinking = this.#openThinking.get(index);
    if (thinking) return [{ type: "reasoning", provider: "CLAUDE", data: { ...thinking } }];
    const toolCall = this.#openToolCalls.get(index);
    if (!toolCall) return [];
    this.#openToolCalls.delete(index);
    return [{ type: "tool-call", id: toolCall.id, name: toolCall.name, ...readToolArguments(toolCall.arguments) }];
  }
}

function textDelta(index: number, delta: string): ModelPart[] {
  return delta ? [{ type: "text-delta", blockId: String(index), delta }] : [];
}
