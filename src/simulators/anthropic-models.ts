import type { ModelCapabilities, ModelInfo } from "@anthropic-ai/sdk/resources/models";
import { SimulatedRefusal } from "./simulated-refusal";

interface SimulatedModel {
  id: string;
  /** Another id of the same model that requests may use. */
  alias?: string;
  name: string;
  line: "haiku" | "sonnet" | "opus";
  released: string;
  contextTokens: number;
  outputTokens: number;
  /** From 4.6 on: thinking may be adaptive, and a conversation may not end with an assistant message. */
  generation: 4.5 | 4.6;
}

// Newest first, as Anthropic lists them.
const MODELS: SimulatedModel[] = [
  {
    id: "claude-sonnet-4-6",
    name: "Claude Sonnet 4.6",
    line: "sonnet",
    released: "2026-02-17",
    contextTokens: 1_000_000,
    outputTokens: 64_000,
    generation: 4.6,
  },
  {
    id: "claude-opus-4-6",
    name: "Claude Opus 4.6",
    line: "opus",
    released: "2026-02-05",
    contextTokens: 1_000_000,
    outputTokens: 128_000,
    generation: 4.6,
  },
  {
    id: "claude-opus-4-5",
    alias: "claude-opus-4-5-20251101",
    name: "Claude Opus 4.5",
    line: "opus",
    released: "2025-11-24",
    contextTokens: 200_000,
    outputTokens: 64_000,
    generation: 4.5,
  },
  {
    id: "claude-haiku-4-5",
    alias: "claude-haiku-4-5-20251001",
    name: "Claude Haiku 4.5",
    line: "haiku",
    released: "2025-10-15",
    contextTokens: 200_000,
    outputTokens: 64_000,
    generation: 4.5,
  },
  {
    id: "claude-sonnet-4-5",
    alias: "claude-sonnet-4-5-20250929",
    name: "Claude Sonnet 4.5",
    line: "sonnet",
    released: "2025-09-29",
    contextTokens: 200_000,
    outputTokens: 64_000,
    generation: 4.5,
  },
];

const DEFAULT_PAGE = 20;
const MAX_PAGE = 1_000;

/** One page of `GET /v1/models`. Throws a `SimulatedRefusal` on a query that Anthropic would refuse. */
export function listAnthropicModels(query: URLSearchParams): object {
  const limit = Number(query.get("limit") ?? DEFAULT_PAGE);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) throw invalid(`limit: must be from 1 to ${MAX_PAGE}`);
  const [after, before] = [query.get("after_id"), query.get("before_id")];
  if (after !== null && before !== null) throw invalid("after_id, before_id: only one of them may be given");
  const start = after === null ? 0 : positionOf(after, "after_id") + 1;
  const end = before === null ? MODELS.length : positionOf(before, "before_id");
  // A page before an id is the one next to it, still newest first.
  const page = before === null ? MODELS.slice(start, start + limit) : MODELS.slice(Math.max(0, end - limit), end);
  return {
    data: page.map(modelInfo),
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
    has_more: before === null ? start + limit < MODELS.length : end > limit,
  };
}

/** `GET /v1/models/{id}`. Throws a 404 refusal for a model that is not there. */
export function anthropicModel(id: string): ModelInfo {
  const model = MODELS.find((candidate) => candidate.id === id || candidate.alias === id);
  if (model === undefined) throw new SimulatedRefusal({ status: 404, message: `model: ${id}` });
  return modelInfo(model);
}

function modelInfo(model: SimulatedModel): ModelInfo {
  return {
    id: model.id,
    type: "model",
    display_name: model.name,
    created_at: `${model.released}T00:00:00Z`,
    lifecycle: "active",
    deprecated_at: null,
    retires_at: null,
    line: model.line,
    max_input_tokens: model.contextTokens,
    max_tokens: model.outputTokens,
    capabilities: capabilities(model.generation >= 4.6),
  };
}

function capabilities(adaptive: boolean): ModelCapabilities {
  const yes = { supported: true };
  const no = { supported: false };
  const since46 = { supported: adaptive };
  return {
    batch: yes,
    citations: yes,
    code_execution: yes,
    context_management: {
      supported: true,
      clear_thinking_20251015: yes,
      clear_tool_uses_20250919: yes,
      compact_20260112: since46,
    },
    effort: { supported: adaptive, low: since46, medium: since46, high: since46, xhigh: no, max: since46 },
    image_input: yes,
    pdf_input: yes,
    server_tools: { supported: true, code_execution: yes, web_search: yes },
    structured_outputs: yes,
    thinking: { supported: true, types: { adaptive: since46, between_tools: no, disabled: yes, enabled: yes } },
  };
}

function positionOf(id: string, parameter: string): number {
  const position = MODELS.findIndex((model) => model.id === id);
  if (position === -1) throw invalid(`${parameter}: no such model`);
  return position;
}

function invalid(message: string): SimulatedRefusal {
  return new SimulatedRefusal({ status: 400, message });
}
