// Reads a model's answer as it comes. Neither a connection that closes early nor one that is aborted says so itself: only the
// provider's own end marker says that an answer is complete.
import type { EventSourceMessage } from "eventsource-parser";
import type { TurnFailure } from "../errors";
import { EventStreamResponse } from "./event-stream-response";
import type { LlmProvider, ModelFinish, ModelPart } from "./language-model";
import { providerFailure } from "./provider-failure";
import { systemCode } from "./system-code";

type TextDelta = ModelPart & { type: "text-delta" };

/** One answer, read event by event. */
export interface StreamedAnswer<Event> {
  /** The parts that an event completes. */
  read(event: Event): readonly ModelPart[];
  /** What the provider said had gone wrong, in the SDK's own form; null while nothing has. */
  readonly failure: Error | null;
  readonly isComplete: boolean;
  /** Right only once the answer is complete. */
  readonly finish: ModelFinish;
}

export interface ReadAnswerOptions {
  provider: LlmProvider;
  signal: AbortSignal;
  emit(part: ModelPart): void;
  /** The failure that an error of the provider's own means; null: it is none of the provider's own. */
  mapError(error: unknown): TurnFailure | null;
}

/** Rejects with a `TurnFailure`, with the signal's reason, and with what `emit` throws. */
export async function readAnswer<Event>(
  response: Response,
  answer: StreamedAnswer<Event>,
  { provider, signal, emit, mapError }: ReadAnswerOptions,
): Promise<ModelFinish> {
  let outputHasBegun = false;
  /** An error event before the first output is as good as an HTTP status; everything else broke the stream. */
  const failureOf = (error: unknown): TurnFailure =>
    (outputHasBegun ? null : mapError(error)) ??
    providerFailure("STREAM_BROKEN", { provider, errorType: systemCode(error) });

  /** What `emit` threw passes through as it is. */
  let fault: { error: unknown } | undefined;
  const say = (part: ModelPart) => {
    try {
      // What was already on its way when the caller aborted is not for it any more.
      signal.throwIfAborted();
      emit(part);
    } catch (error) {
      fault = { error };
      throw error;
    }
  };
  /** The text of one block that was read at once is said at once. */
  let text: TextDelta | null = null;
  const sayText = () => {
    const said = text;
    text = null;
    if (said !== null) say(said);
  };
  const take = (event: Event): readonly ModelPart[] => {
    const parts = answer.read(event);
    for (const part of parts) {
      outputHasBegun ||= part.type !== "usage";
      if (part.type === "text-delta" && part.blockId === text?.blockId) {
        text.delta += part.delta;
        continue;
      }
      sayText();
      if (part.type === "text-delta") text = { ...part };
      else say(part);
    }
    if (answer.failure !== null) throw answer.failure;
    return parts;
  };
  const takeAll = (events: readonly EventSourceMessage[]): boolean => {
    let parts: readonly ModelPart[] = [];
    try {
      for (const { data } of events) parts = take(JSON.parse(data));
    } finally {
      sayText();
    }
    // More text would only be told at the next beat. An end or a call that follows text comes up to a beat later for it.
    return parts.at(-1)?.type === "text-delta";
  };

  if (!(response instanceof EventStreamResponse)) throw failureOf(new Error("the answer is no stream of events"));
  try {
    await response.readEvents(takeAll);
  } catch (error) {
    if (fault !== undefined) throw fault.error;
    if (!answer.isComplete) throw failureOf(error);
  }
  if (!answer.isComplete) throw providerFailure("STREAM_BROKEN", { provider });
  return answer.finish;
}
