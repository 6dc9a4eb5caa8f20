import type { Anthropic } from "@anthropic-ai/sdk";
import { APIError } from "@anthropic-ai/sdk";
import { abortable } from "../abortable";
import type { LanguageModel } from "../language-model";
import { readAnswer } from "../read-answer";
import { AnthropicAnswer } from "./anthropic-answer";
import { mapAnthropicError } from "./map-anthropic-error";
import { toAnthropicRequest } from "./to-anthropic-request";

export function anthropicLanguageModel(client: Anthropic, modelId: string): LanguageModel {
  return {
    provider: "CLAUDE",
    modelId,
    respond: (request, emit) =>
      abortable(request.signal, async (signal) => {
        const response = await client.messages
          .create(toAnthropicRequest(modelId, request), { signal })
          .asResponse()
          .catch((error: unknown) => {
            throw mapAnthropicError(error);
          });
        return readAnswer(response, new AnthropicAnswer(), {
          provider: "CLAUDE",
          signal,
          emit,
          mapError: (error) => (error instanceof APIError ? mapAnthropicError(error) : null),
        });
      }),
  };
}
