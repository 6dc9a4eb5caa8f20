// What is known of models, for choosing one and for showing it. Adding a model is one line, in the list of its provider; a
// model that is not here can be called all the same, but is never chosen.

import type { LlmProvider } from "./language-model";

export const MODEL_CAPABILITIES = ["tools", "parallelTools", "vision", "structuredOutput", "reasoning"] as const;

/** What a model can do beyond answering with text. */
export type ModelCapability = (typeof MODEL_CAPABILITIES)[number];

export interface CatalogModel extends Readonly<Record<ModelCapability, boolean>> {
  /** As its provider lists it, without the date of a snapshot. */
  readonly id: string;
  readonly provider: LlmProvider;
  readonly displayName: string;
  /** Tokens of question and answer together. */
  readonly contextWindow: number;
  /** Tokens that one answer may have. */
  readonly maxOutput: number;
  /** A million tokens of input and of output together, in US dollars. Only the order matters. */
  readonly relativePrice: number;
}

const ALL = { tools: true, parallelTools: true, vision: true, structuredOutput: true, reasoning: true };

/** Every model of today's; an exception stands in the model's own line. */
const GPT = { provider: "OPENAI", ...ALL } as const;
const CLAUDE = { provider: "CLAUDE", ...ALL } as const;

// Left out: what cannot chat with tools here (audio, images, search, code only), and gpt-5, gpt-5-mini and gpt-5-nano, which
// OpenAI ends on 2026-12-11: being cheap, they would be chosen until that day and fail from then on.
// biome-ignore format: one line a model
const OPENAI_MODELS: readonly CatalogModel[] = [
  { ...GPT, id: "gpt-5.6-luna", displayName: "GPT-5.6 Luna", contextWindow: 1_050_000, maxOutput: 128_000, relativePrice: 1.4 },
  { ...GPT, id: "gpt-5.6-terra", displayName: "GPT-5.6 Terra", contextWindow: 1_050_000, maxOutput: 128_000, relativePrice: 14 },
  { ...GPT, id: "gpt-5.6-sol", displayName: "GPT-5.6 Sol", contextWindow: 1_050_000, maxOutput: 128_000, relativePrice: 24 },
  { ...GPT, id: "gpt-5.4-nano", displayName: "GPT-5.4 nano", contextWindow: 400_000, maxOutput: 128_000, relativePrice: 1.45 },
  { ...GPT, id: "gpt-5.4-mini", displayName: "GPT-5.4 mini", contextWindow: 400_000, maxOutput: 128_000, relativePrice: 5.25 },
  { ...GPT, id: "gpt-5.4", displayName: "GPT-5.4", contextWindow: 1_050_000, maxOutput: 128_000, relativePrice: 17.5 },
  { ...GPT, id: "gpt-5.2", displayName: "GPT-5.2", contextWindow: 400_000, maxOutput: 128_000, relativePrice: 15.75 },
  { ...GPT, id: "gpt-5.2-pro", displayName: "GPT-5.2 Pro", structuredOutput: false, contextWindow: 400_000, maxOutput: 128_000, relativePrice: 189 },
  { ...GPT, id: "gpt-5.1", displayName: "GPT-5.1", contextWindow: 400_000, maxOutput: 128_000, relativePrice: 11.25 },
  { ...GPT, id: "gpt-4.1-mini", displayName: "GPT-4.1 mini", reasoning: false, contextWindow: 1_047_576, maxOutput: 32_768, relativePrice: 2 },
  { ...GPT, id: "gpt-4.1", displayName: "GPT-4.1", reasoning: false, contextWindow: 1_047_576, maxOutput: 32_768, relativePrice: 10 },
  { ...GPT, id: "gpt-4o-mini", displayName: "GPT-4o mini", reasoning: false, contextWindow: 128_000, maxOutput: 16_384, relativePrice: 0.75 },
  { ...GPT, id: "gpt-4o", displayName: "GPT-4o", reasoning: false, contextWindow: 128_000, maxOutput: 16_384, relativePrice: 12.5 },
];

// biome-ignore format: one line a model
const CLAUDE_MODELS: readonly CatalogModel[] = [
  { ...CLAUDE, id: "claude-fable-5-2", displayName: "Claude Fable 5.2", contextWindow: 1_000_000, maxOutput: 128_000, relativePrice: 48 },
  { ...CLAUDE, id: "claude-fable-5-1", displayName: "Claude Fable 5.1", contextWindow: 1_000_000, maxOutput: 128_000, relativePrice: 60 },
  { ...CLAUDE, id: "claude-opus-5-5", displayName: "Claude Opus 5.5", contextWindow: 1_000_000, maxOutput: 128_000, relativePrice: 24 },
  { ...CLAUDE, id: "claude-opus-5", displayName: "Claude Opus 5", contextWindow: 1_000_000, maxOutput: 128_000, relativePrice: 30 },
  { ...CLAUDE, id: "claude-opus-4-8", displayName: "Claude Opus 4.8", contextWindow: 1_000_000, maxOutput: 128_000, relativePrice: 30 },
  { ...CLAUDE, id: "claude-opus-4-7", displayName: "Claude Opus 4.7", contextWindow: 1_000_000, maxOutput: 128_000, relativePrice: 30 },
  { ...CLAUDE, id: "claude-opus-4-6", displayName: "Claude Opus 4.6", contextWindow: 1_000_000, maxOutput: 128_000, relativePrice: 30 },
  { ...CLAUDE, id: "claude-opus-4-5", displayName: "Claude Opus 4.5", contextWindow: 200_000, maxOutput: 64_000, relativePrice: 30 },
  { ...CLAUDE, id: "claude-sonnet-5-5", displayName: "Claude Sonnet 5.5", contextWindow: 1_000_000, maxOutput: 128_000, relativePrice: 12 },
  { ...CLAUDE, id: "claude-sonnet-5", displayName: "Claude Sonnet 5", contextWindow: 1_000_000, maxOutput: 128_000, relativePrice: 12 },
  { ...CLAUDE, id: "claude-sonnet-4-6", displayName: "Claude Sonnet 4.6", contextWindow: 1_000_000, maxOutput: 64_000, relativePrice: 18 },
  { ...CLAUDE, id: "claude-sonnet-4-5", displayName: "Claude Sonnet 4.5", contextWindow: 200_000, maxOutput: 64_000, relativePrice: 18 },
  { ...CLAUDE, id: "claude-haiku-5-5", displayName: "Claude Haiku 5.5", contextWindow: 1_000_000, maxOutput: 128_000, relativePrice: 0.6 },
  { ...CLAUDE, id: "claude-haiku-4-5", displayName: "Claude Haiku 4.5", contextWindow: 200_000, maxOutput: 64_000, relativePrice: 6 },
];

export const MODEL_CATALOG: readonly CatalogModel[] = [...OPENAI_MODELS, ...CLAUDE_MODELS];

/** What OpenAI's keys call that may not list their models. */
export const DEFAULT_OPENAI_MODEL = "gpt-5.6-luna";

/** The date of a snapshot at the end of an id: `-2026-03-17` with OpenAI, `-20251001` with Anthropic. */
const SNAPSHOT_DATE = /-(\d{4}-\d{2}-\d{2}|\d{8})$/;

/** What is known of a model, given with or without its snapshot's date; undefined where nothing is. */
export function findModel(modelId: string): CatalogModel | undefined {
  const byId = (id: string) => MODEL_CATALOG.find((model) => model.id === id);
  return byId(modelId) ?? byId(modelId.replace(SNAPSHOT_DATE, ""));
}
