import type { LlmProvider } from "../providers/language-model";
import type { ModelMode } from "../workspaces/model-mode";

export const MODEL_SELECTION_SOURCES = ["REQUEST", "BUDDY", "WORKSPACE", "DEFAULT"] as const;

/** Where the mode of a turn came from, most specific first. */
export type ModelSelectionSource = (typeof MODEL_SELECTION_SOURCES)[number];

export const PAYERS = ["WAYPATH", "WORKSPACE"] as const;

/** Who pays the provider. */
export type Payer = (typeof PAYERS)[number];

export const FALLBACK_REASONS = ["KEY_MISSING"] as const;

/** Why a turn runs in another mode than the one asked for. */
export type FallbackReason = (typeof FALLBACK_REASONS)[number];

/** Where a turn goes and who pays, and why: the receipt. Decided once when the turn starts and never changed. */
export interface ModelRoute {
  requestedMode: ModelMode;
  modeSource: ModelSelectionSource;
  mode: ModelMode;
  fallbackReason: FallbackReason | null;
  payer: Payer;
  provider: LlmProvider;
  modelId: string;
  modelReason: string;
  maskedKey: string | null;
}
