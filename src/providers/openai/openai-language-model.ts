import type { OpenAI } from "openai";
import { APIError } from "openai";
import { abortable } from "../abortable";
import type { LanguageModel } from "../language-model";
import { readAnswer } from "../read-answer";
import { mapOpenAiError } from "./map-openai-error";
import { OpenAiAnswer } from "./openai-answer";
import { toOpenAiRequest } from "./to-openai-request";

export function openAiLanguageModel(client: OpenAI, modelId: string): LanguageModel {
  return {
    provider: "OPENAI",
    modelId,
    respond: (request, emit) =>
      abortable(request.signal, async (signal) => {
        const response = await client.responses
          .create(toOpenAiRequest(modelId, request), { signal })
          .asResponse()
          .catch((error: unknown) => {
            throw mapOpenAiError(error);
          });
        return readAnswer(response, new OpenAiAnswer(), {
          provider: "OPENAI",
          signal,
          emit,
          mapError: (error) => (error instanceof APIError ? mapOpenAiError(error) : null),
        });
      }),
  };
}
