import type { DataSource } from "typeorm";

import type { ProviderKeyEntity } from "../provider-keys/provider-key.entity";
import type { ProviderKeys } from "../provider-keys/provider-keys";
import type { LlmProvider } from "../providers/language-model";
import type { ModelMode } from "../workspaces/model-mode";
import { loadRoutingSettings, type RoutingSettings } from "../workspaces/routing-settings";
import { type KeyFact, type ModelChoice, type RouteDecision, resolveModelForBuddy } from "./model-resolver";

/** The facts of one workspace at one moment, ready to decide about any of its buddies. */
export interface WorkspaceRouting {
  settings: RoutingSettings;
  decide(slug: string, override: ModelMode | null): RouteDecision;
  /** The stored key behind a provider; null where there is none. */
  key(provider: LlmProvider): ProviderKeyEntity | null;
}

/** Gathers the facts that `resolveModelForBuddy` decides on. */
export type LoadRouting = (workspaceId: string) => Promise<WorkspaceRouting>;

export interface RoutingOptions {
  dataSource: DataSource;
  providerKeys: Pick<ProviderKeys, "list">;
  meteredModel: string;
  byokClaudeModel: string;
}

export function createLoadRouting(options: RoutingOptions): LoadRouting {
  const models: Record<ModelMode, ModelChoice> = {
    METERED: { modelId: options.meteredModel, reason: "Waypath's model for metered turns." },
    BYOK_CLAUDE: { modelId: options.byokClaudeModel, reason: "The model for turns on a workspace's own Claude key." },
    BYOK_OPENAI: { missing: "Turns on OpenAI are not available on this server yet: choose another mode." },
  };
  return async (workspaceId) => {
    const [settings, keys] = await Promise.all([
      loadRoutingSettings(options.dataSource, workspaceId),
      options.providerKeys.list(workspaceId),
    ]);
    const key = (provider: LlmProvider) => keys.find((stored) => stored.provider === provider) ?? null;
    const facts = { CLAUDE: keyFact(key("CLAUDE")), OPENAI: keyFact(key("OPENAI")) };
    return {
      settings,
      key,
      decide: (slug, override) =>
        resolveModelForBuddy({
          override,
          storedMode: settings.buddyModes.get(slug) ?? null,
          defaultMode: settings.defaultMode,
          byokFallback: settings.byokFallback,
          keys: facts,
          models,
        }),
    };
  };
}

function keyFact(key: ProviderKeyEntity | null): KeyFact | null {
  return key === null ? null : { maskedKey: key.maskedKey, rejected: key.status === "INVALID" };
}
