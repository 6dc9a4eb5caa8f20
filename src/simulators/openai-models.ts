import type { Model } from "openai/resources/models";
import type { ReasoningEffort } from "openai/resources/shared";
import { SimulatedRefusal } from "./simulated-refusal";

/** A model that answers, and what it can do. */
export interface OpenAiChatModel {
  id: string;
  released: string;
  /** Whether it goes by its id with the day added too. */
  dated: boolean;
  /** How hard it can be asked to reason; empty for one that does not. */
  efforts: readonly NonNullable<ReasoningEffort>[];
  contextTokens: number;
  outputTokens: number;
  /** Whether it tells, and bills, what it writes into the prompt cache. */
  countsCacheWrites: boolean;
}

type Family = Omit<OpenAiChatModel, "id" | "released">;

const GPT_5: Family = {
  dated: true,
  efforts: ["minimal", "low", "medium", "high"],
  contextTokens: 400_000,
  outputTokens: 128_000,
  countsCacheWrites: false,
};
const GPT_5_1: Family = { ...GPT_5, efforts: ["none", "low", "medium", "high"] };
const GPT_5_2: Family = { ...GPT_5, efforts: ["none", "low", "medium", "high", "xhigh"] };
const GPT_5_4: Family = { ...GPT_5_2, dated: false, contextTokens: 1_050_000 };
const GPT_5_6: Family = {
  ...GPT_5_4,
  efforts: ["none", "low", "medium", "high", "xhigh", "max"],
  countsCacheWrites: true,
};
const GPT_4_1: Family = { ...GPT_5, efforts: [], contextTokens: 1_047_576, outputTokens: 32_768 };
const GPT_4O: Family = { ...GPT_4_1, contextTokens: 128_000, outputTokens: 16_384 };

const CHAT_MODELS: OpenAiChatModel[] = [
  { id: "gpt-5.6-sol", released: "2026-07-09", ...GPT_5_6 },
  { id: "gpt-5.6-terra", released: "2026-07-09", ...GPT_5_6 },
  { id: "gpt-5.6-luna", released: "2026-07-09", ...GPT_5_6 },
  { id: "gpt-5.4", released: "2026-03-05", ...GPT_5_4 },
  { id: "gpt-5.4-mini", released: "2026-03-17", ...GPT_5_2 },
  { id: "gpt-5.4-nano", released: "2026-03-17", ...GPT_5_2 },
  { id: "gpt-5.2", released: "2025-12-11", ...GPT_5_2 },
  { id: "gpt-5.1", released: "2025-11-13", ...GPT_5_1 },
  { id: "gpt-5", released: "2025-08-07", ...GPT_5 },
  { id: "gpt-5-mini", released: "2025-08-07", ...GPT_5 },
  { id: "gpt-5-nano", released: "2025-08-07", ...GPT_5 },
  { id: "gpt-4.1", released: "2025-04-14", ...GPT_4_1 },
  { id: "gpt-4.1-mini", released: "2025-04-14", ...GPT_4_1 },
  { id: "gpt-4.1-nano", released: "2025-04-14", ...GPT_4_1 },
  { id: "gpt-4o", released: "2024-08-06", ...GPT_4O },
  { id: "gpt-4o-mini", released: "2024-07-18", ...GPT_4O },
];

// They stand in the real list too, and answer no conversation.
const OTHER_MODELS = [
  { id: "gpt-image-1", released: "2025-04-24" },
  { id: "text-embedding-3-small", released: "2024-01-22" },
  { id: "whisper-1", released: "2023-02-27" },
];

const LISTED: Model[] = [
  ...CHAT_MODELS.flatMap(({ id, released, dated }) => [
    listed(id, released),
    ...(dated ? [listed(`${id}-${released}`, released)] : []),
  ]),
  ...OTHER_MODELS.map(({ id, released }) => listed(id, released)),
];

/** `GET /v1/models`: all of them, on one page. */
export function listOpenAiModels(): { object: "list"; data: Model[] } {
  return { object: "list", data: LISTED };
}

/** `GET /v1/models/{id}`. Throws a 404 refusal for a model that is not there. */
export function openAiModel(id: string): Model {
  const model = LISTED.find((candidate) => candidate.id === id);
  if (model === undefined) throw notFound(id);
  return model;
}

/** The model that a call asks for, by its id or its dated one. Throws a refusal for one that is not there or cannot answer. */
export function openAiChatModel(id: string): OpenAiChatModel {
  const model = CHAT_MODELS.find(
    (candidate) => candidate.id === id || (candidate.dated && `${candidate.id}-${candidate.released}` === id),
  );
  if (model !== undefined) return model;
  if (OTHER_MODELS.every((other) => other.id !== id)) throw notFound(id);
  throw new SimulatedRefusal({
    status: 400,
    code: "unsupported_model",
    param: "model",
    message: `The requested model '${id}' cannot be used with the Responses API.`,
  });
}

function listed(id: string, released: string): Model {
  return { id, object: "model", created: Date.parse(released) / 1000, owned_by: "system" };
}

function notFound(id: string): SimulatedRefusal {
  return new SimulatedRefusal({
    status: 404,
    code: "model_not_found",
    param: "model",
    message: `The model '${id}' does not exist or you do not have access to it.`,
  });
}
