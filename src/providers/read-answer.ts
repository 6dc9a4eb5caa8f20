// Reads a model's answer as it comes. Neither a connection that closes early nor one that is aborted says so itself: only the
// provider's own end marker says that an answer is complete.
import type { EventSourceMessage } from "eventsource-parser";
import type { TurnFailure } from "../errors";
import { EventStreamResponse } from "./event-stream-response";
import type { LlmProvider, ModelFinish, ModelPart } from "./language-model";
import { providerFailure } from "./provider-failure";
import { systemCode } from "./system-code";

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
  const take = ({ data }: EventSourceMessage) => {
    for (const part of answer.read(JSON.parse(data))) {
      outputHasBegun ||= part.type !== "usage";
      try {
        // What was already on its way when the caller aborted is not for it any more.
        signal.throwIfAborted();
        emit(part);
      } catch (error) {
        fault = { error };
        throw error;
      }
    }
    if (answer.failure !== null) throw answer.failure;
  };

  if (!(response instanceof EventStreamResponse)) throw failureOf(new Error("the answer is no stream of events"));
  try {
    await response.readEvents(take);
  } catch (error) {
    if (fault !== undefined) throw fault.error;
    if (!answer.isComplete) throw failureOf(error);
  }
  if (!answer.isComplete) throw providerFailure("STREAM_BROKEN", { provider });
  return answer.finish;
}
