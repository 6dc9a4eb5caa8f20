// The SDK's stream ends without an error when the connection closes early and when it is aborted: only OpenAI's own end
// marker says that an answer is complete.

import type { OpenAI } from "openai";
import { APIError } from "openai";
import type { TurnFailure } from "../../errors";
import { abortable } from "../abortable";
import type { LanguageModel, ModelFinish, ModelPart, ModelRequest } from "../language-model";
import { providerFailure } from "../provider-failure";
import { systemCode } from "../system-code";
import { mapOpenAiError } from "./map-openai-error";
import { OpenAiAnswer } from "./openai-answer";
import { toOpenAiRequest } from "./to-openai-request";

export function openAiLanguageModel(client: OpenAI, modelId: string): LanguageModel {
  return {
    provider: "OPENAI",
    modelId,
    respond: (request, emit) =>
      abortable(request.signal, (signal) => respond({ client, modelId, request, signal, emit })),
  };
}

interface Call {
  client: OpenAI;
  modelId: string;
  request: ModelRequest;
  signal: AbortSignal;
  emit(part: ModelPart): void;
}

async function respond({ client, modelId, request, signal, emit }: Call): Promise<ModelFinish> {
  const stream = await client.responses
    .create(toOpenAiRequest(modelId, request), { signal })
    .catch((error: unknown) => {
      throw mapOpenAiError(error);
    });
  const answer = new OpenAiAnswer();
  for await (const part of partsOf(stream, answer)) {
    // Events that were already in the buffer when the caller aborted are not for it any more.
    signal.throwIfAborted();
    emit(part);
  }
  if (!answer.isComplete) throw providerFailure("STREAM_BROKEN", { provider: "OPENAI" });
  return answer.finish;
}

/** The parts of an answer. A failure of the stream is mapped here, so that one of `emit` passes through as it is. */
async function* partsOf(
  stream: AsyncIterable<OpenAI.Responses.ResponseStreamEvent>,
  answer: OpenAiAnswer,
): AsyncGenerator<ModelPart> {
  let outputHasBegun = false;
  try {
    for await (const event of stream) {
      for (const part of answer.read(event)) {
        outputHasBegun ||= part.type !== "usage";
        yield part;
      }
      if (answer.failure !== null) throw answer.failure;
    }
  } catch (error) {
    if (!answer.isComplete) throw streamFailure(error, outputHasBegun);
  }
}

/** An error event before the first output is as good as an HTTP status; everything else broke the stream. */
function streamFailure(error: unknown, outputHasBegun: boolean): TurnFailure {
  if (error instanceof APIError && !outputHasBegun) return mapOpenAiError(error);
  return providerFailure("STREAM_BROKEN", { provider: "OPENAI", errorType: systemCode(error) });
}
