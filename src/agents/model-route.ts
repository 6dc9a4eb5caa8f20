import type { LlmProvider } from "../providers/language-model";
import type { ModelMode } from "../workspaces/model-mode";

/** Where the mode of a turn came from, most specific first. */
export type ModelSelectionSource = "REQUEST" | "BUDDY" | "WORKSPACE" | "DEFAULT";

/** Who pays the provider. */
export type Payer = "WAYPATH" | "WORKSPACE";

/** Why a turn runs in another mode than the one asked for. */
export type FallbackReason = "KEY_MISSING";

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
