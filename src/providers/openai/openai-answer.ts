import type { OpenAI } from "openai";
import { APIError } from "openai";
import type { ModelFinish, ModelPart, ModelUsage } from "../language-model";
import { NO_USAGE } from "../no-usage";
import type { StreamedAnswer } from "../read-answer";
import { readToolArguments } from "../tool-arguments";
import { mapOpenAiFinishReason } from "./map-openai-finish-reason";
import { mapOpenAiUsage } from "./map-openai-usage";
import { sealedReasoning } from "./openai-reasoning";

type Event = OpenAI.Responses.ResponseStreamEvent;

/** Reads one answer, event by event. Kinds of events and items that it does not know are passed over. */
export class OpenAiAnswer implements StreamedAnswer<Event> {
  #usage: ModelUsage = NO_USAGE;
  #ending: { status: "completed" | "incomplete"; incompleteReason: string | undefined } | null = null;
  #failure: APIError | null = null;
  #refused = false;
  #calledTools = false;
  /** Places of tool calls whose arguments are not complete yet. */
  readonly #openToolCalls = new Set<number>();

  /** Whether OpenAI's own end marker came, with no tool call left open by an answer that was not cut off. */
  get isComplete(): boolean {
    return this.#ending !== null && (this.#ending.status === "incomplete" || this.#openToolCalls.size === 0);
  }

  get failure(): APIError | null {
    return this.#failure;
  }

  get finish(): ModelFinish {
    const reason = mapOpenAiFinishReason({
      status: this.#ending?.status,
      incompleteReason: this.#ending?.incompleteReason,
      refused: this.#refused,
      calledTools: this.#calledTools,
    });
    return { reason, usage: this.#usage };
  }

  read(event: Event & { error?: object | null }): ModelPart[] {
    if (event.error) {
      this.#failure = new APIError(undefined, event.error, undefined, undefined);
      return [];
    }
    switch (event.type) {
      case "response.output_item.added":
        if (event.item.type === "function_call") this.#openToolCalls.add(event.output_index);
        return [];
      case "response.output_text.delta":
        return textDelta(event);
      case "response.refusal.delta":
        this.#refused = true;
        return textDelta(event);
      case "response.output_item.done":
        return this.#closeItem(event);
      case "response.completed":
      case "response.incomplete":
        return this.#end(event);
      case "response.failed":
        this.#failure = new APIError(undefined, event.response.error ?? undefined, undefined, undefined);
        return this.#count(event.response.usage);
      case "error":
        this.#failure = new APIError(undefined, event, undefined, undefined);
        return [];
      default:
        return [];
    }
  }

  #end(event: OpenAI.Responses.ResponseCompletedEvent | OpenAI.Responses.ResponseIncompleteEvent): ModelPart[] {
    const { usage, incomplete_details } = event.response;
    this.#ending = {
      status: event.type === "response.completed" ? "completed" : "incomplete",
      incompleteReason: incomplete_details?.reason,
    };
    return this.#count(usage);
  }

  #count(reported: OpenAI.Responses.ResponseUsage | null | undefined): ModelPart[] {
    if (!reported) return [];
    this.#usage = mapOpenAiUsage(reported);
    return [{ type: "usage", usage: this.#usage }];
  }

  #closeItem({ item, output_index }: OpenAI.Responses.ResponseOutputItemDoneEvent): ModelPart[] {
    if (item.type === "reasoning") return sealedReasoning(item);
    if (item.type !== "function_call") return [];
    this.#openToolCalls.delete(output_index);
    this.#calledTools = true;
    return [{ type: "tool-call", id: item.call_id, name: item.name, ...readToolArguments(item.arguments) }];
  }
}

interface TextDeltaEvent {
  output_index: number;
  content_index: number;
  delta: string;
}

function textDelta({ output_index, content_index, delta }: TextDeltaEvent): ModelPart[] {
  return delta ? [{ type: "text-delta", blockId: `${output_index}.${content_index}`, delta }] : [];
}
