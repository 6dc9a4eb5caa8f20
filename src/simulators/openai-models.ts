import type { Model } from "openai/resources/models";
import { SimulatedRefusal } from "./simulated-refusal";

// Chat models among others, as the real list has them. Seconds since 1970.
const CREATED: Record<string, number> = {
  "gpt-5.2": 1_765_200_000,
  "gpt-5.2-mini": 1_765_200_001,
  "gpt-4.1": 1_744_300_000,
  "gpt-4.1-mini": 1_744_300_001,
  "gpt-image-1": 1_745_500_000,
  "text-embedding-3-small": 1_705_900_000,
  "whisper-1": 1_677_500_000,
};

/** `GET /v1/models`: all of them, on one page. */
export function listOpenAiModels(): { object: "list"; data: Model[] } {
  return { object: "list", data: Object.keys(CREATED).map(openAiModel) };
}

/** `GET /v1/models/{id}`. Throws a 404 refusal for a model that is not there. */
export function openAiModel(id: string): Model {
  const created = CREATED[id];
  if (created === undefined) {
    throw new SimulatedRefusal({ status: 404, code: "model_not_found", message: `The model '${id}' does not exist` });
  }
  return { id, object: "model", created, owned_by: "system" };
}
