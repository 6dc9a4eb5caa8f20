// The SDK's stream ends without an error when the connection closes early and when it is aborted: only Anthropic's own end
// marker says that an answer is complete.

import type { Anthropic } from "@anthropic-ai/sdk";
import { APIError } from "@anthropic-ai/sdk";
import type { TurnFailure } from "../../errors";
import { abortable } from "../abortable";
import type { LanguageModel, ModelFinish, ModelPart, ModelRequest } from "../language-model";
import { providerFailure } from "../provider-failure";
import { systemCode } from "../system-code";
import { AnthropicAnswer } from "./anthropic-answer";
import { mapAnthropicError } from "./map-anthropic-error";
import { toAnthropicRequest } from "./to-anthropic-request";

export function anthropicLanguageModel(client: Anthropic, modelId: string): LanguageModel {
  return {
    provider: "CLAUDE",
    modelId,
    respond: (request, emit) =>
      abortable(request.signal, (signal) => respond({ client, modelId, request, signal, emit })),
  };
}

interface Call {
  client: Anthropic;
  modelId: string;
  request: ModelRequest;
  signal: AbortSignal;
  emit(part: ModelPart): void;
}

async function respond({ client, modelId, request, signal, emit }: Call): Promise<ModelFinish> {
  const stream = await client.messages
    .create(toAnthropicRequest(modelId, request), { signal })
    .catch((error: unknown) => {
      throw mapAnthropicError(error);
    });
  const answer = new AnthropicAnswer();
  for await (const part of partsOf(stream, answer)) {
    // Events that were already in the buffer when the caller aborted are not for it any more.
    signal.throwIfAborted();
    emit(part);
  }
  if (!answer.isComplete) throw providerFailure("STREAM_BROKEN", { provider: "CLAUDE" });
  return answer.finish;
}

/** The parts of an answer. A failure of the stream is mapped here, so that one of `emit` passes through as it is. */
async function* partsOf(
  stream: AsyncIterable<Anthropic.RawMessageStreamEvent>,
  answer: AnthropicAnswer,
): AsyncGenerator<ModelPart> {
  let outputHasBegun = false;
  try {
    for await (const event of stream) {
      for (const part of answer.read(event)) {
        outputHasBegun ||= part.type !== "usage";
        yield part;
      }
    }
  } catch (error) {
    if (!answer.isComplete) throw streamFailure(error, outputHasBegun);
  }
}

/** An error event before the first output is as good as an HTTP status; everything else broke the stream. */
function streamFailure(error: unknown, outputHasBegun: boolean): TurnFailure {
  if (error instanceof APIError && !outputHasBegun) return mapAnthropicError(error);
  return providerFailure("STREAM_BROKEN", { provider: "CLAUDE", errorType: systemCode(error) });
}
