// Decides, for one session, which mode serves it, with which model, and who pays. A pure function over facts handed to it:
// whatever shows a route (the preview, the first event, the row) has asked this function and nothing else.
import type { LlmProvider } from "../providers/language-model";
import { PROVIDER_NAMES } from "../providers/provider-names";
import type { ByokFallback, ModelMode } from "../workspaces/model-mode";
import type { ModelRoute, ModelSelectionSource, Payer } from "./model-route";

/** A stored provider key, as far as a decision needs it. */
export interface KeyFact {
  maskedKey: string;
  /** The provider rejected it the last time. It is tried again all the same. */
  rejected: boolean;
}

/** The model that a mode would use, or why it has none to offer. */
export type ModelChoice = { modelId: string; reason: string } | { missing: string };

export interface ResolverFacts {
  /** The request's mode for this buddy; null where it names none. */
  override: ModelMode | null;
  /** The buddy's stored mode; null where none is stored. */
  storedMode: ModelMode | null;
  /** The workspace's default mode; null where none is set. */
  defaultMode: ModelMode | null;
  byokFallback: ByokFallback;
  /** The workspace's stored keys. A key alone never changes a mode. */
  keys: Readonly<Record<LlmProvider, KeyFact | null>>;
  models: Readonly<Record<ModelMode, ModelChoice>>;
}

export type RouteDecision =
  /** Runs in the mode asked for. */
  | { outcome: "READY"; route: ModelRoute }
  /** Its key is missing: runs as `METERED`. */
  | { outcome: "FALLS_BACK"; route: ModelRoute }
  /** Its key was rejected the last time: runs with it all the same, and never on another payer's account. */
  | { outcome: "KEY_REJECTED"; route: ModelRoute }
  /** Nothing may be started. `message` is for the user. */
  | { outcome: "REFUSED"; code: "PROVIDER_NOT_CONFIGURED" | "MODEL_NOT_AVAILABLE"; message: string };

const PROVIDERS: Record<ModelMode, LlmProvider> = { METERED: "CLAUDE", BYOK_CLAUDE: "CLAUDE", BYOK_OPENAI: "OPENAI" };

export function resolveModelForBuddy(facts: ResolverFacts): RouteDecision {
  const { requestedMode, modeSource } = selectMode(facts);
  const provider = PROVIDERS[requestedMode];
  const key = requestedMode === "METERED" ? null : facts.keys[provider];
  const keyMissing = requestedMode !== "METERED" && key === null;

  if (keyMissing && facts.byokFallback === "FAIL") {
    const name = PROVIDER_NAMES[provider];
    return {
      outcome: "REFUSED",
      code: "PROVIDER_NOT_CONFIGURED",
      message: `This workspace has no ${name} key and does not fall back to Metered: an admin must configure one, or choose another mode.`,
    };
  }

  const mode = keyMissing ? "METERED" : requestedMode;
  const model = facts.models[mode];
  if ("missing" in model) return { outcome: "REFUSED", code: "MODEL_NOT_AVAILABLE", message: model.missing };

  const payer: Payer = mode === "METERED" ? "WAYPATH" : "WORKSPACE";
  const route: ModelRoute = {
    requestedMode,
    modeSource,
    mode,
    fallbackReason: keyMissing ? "KEY_MISSING" : null,
    payer,
    provider: PROVIDERS[mode],
    modelId: model.modelId,
    modelReason: model.reason,
    maskedKey: key?.maskedKey ?? null,
  };
  if (keyMissing) return { outcome: "FALLS_BACK", route };
  return { outcome: key?.rejected ? "KEY_REJECTED" : "READY", route };
}

function selectMode(facts: ResolverFacts): { requestedMode: ModelMode; modeSource: ModelSelectionSource } {
  if (facts.override !== null) return { requestedMode: facts.override, modeSource: "REQUEST" };
  if (facts.storedMode !== null) return { requestedMode: facts.storedMode, modeSource: "BUDDY" };
  if (facts.defaultMode !== null) return { requestedMode: facts.defaultMode, modeSource: "WORKSPACE" };
  return { requestedMode: "METERED", modeSource: "DEFAULT" };
}
