import type { DataSource } from "typeorm";

import type { ProviderKeyEntity } from "../provider-keys/provider-key.entity";
import { chooseOpenAiModel } from "../providers/choose-model";
import type { LlmProvider } from "../providers/language-model";
import type { Buddy } from "../workspaces/buddies";
import type { ModelMode } from "../workspaces/model-mode";
import type { RoutingSettings } from "../workspaces/routing-settings";
import { type KeyFact, type ModelChoice, type RouteDecision, resolveModelForBuddy } from "./model-resolver";
import type { ModelRoute } from "./model-route";
import { loadRoutingFacts } from "./routing-facts";

/** The facts of one workspace at one moment, ready to decide about any of its buddies. */
export interface WorkspaceRouting {
  settings: RoutingSettings;
  decide(buddy: Pick<Buddy, "slug" | "tools" | "delegatesTo">, override: ModelMode | null): RouteDecision;
  /** The stored key behind a provider; null where there is none. */
  key(provider: LlmProvider): ProviderKeyEntity | null;
  /** The workspace's key that a route is on; null for a metered one. */
  keyOf(route: ModelRoute): ProviderKeyEntity | null;
}

/** Gathers the facts that `resolveModelForBuddy` decides on. */
export type LoadRouting = (workspaceId: string) => Promise<WorkspaceRouting>;

export interface RoutingOptions {
  dataSource: DataSource;
  meteredModel: string;
  byokClaudeModel: string;
}

export function createLoadRouting(options: RoutingOptions): LoadRouting {
  const claudeModels = {
    METERED: { modelId: options.meteredModel, reason: "Waypath's model for metered turns." },
    BYOK_CLAUDE: { modelId: options.byokClaudeModel, reason: "The model for turns on a workspace's own Claude key." },
  };
  return async (workspaceId) => {
    const { settings, keys } = await loadRoutingFacts(options.dataSource, workspaceId);
    const key = (provider: LlmProvider) => keys.find((stored) => stored.provider === provider) ?? null;
    const facts = { CLAUDE: keyFact(key("CLAUDE")), OPENAI: keyFact(key("OPENAI")) };
    return {
      settings,
      key,
      keyOf: (route) => (route.payer === "WORKSPACE" ? key(route.provider) : null),
      decide: (buddy, override) =>
        resolveModelForBuddy({
          override,
          storedMode: settings.buddyModes.get(buddy.slug) ?? null,
          defaultMode: settings.defaultMode,
          byokFallback: settings.byokFallback,
          keys: facts,
          models: { ...claudeModels, BYOK_OPENAI: openAiModel(buddy, key("OPENAI")) },
        }),
    };
  };
}

/** The model that fits what the buddy's tools need, among those that the key can see. */
function openAiModel(
  { tools, delegatesTo }: Pick<Buddy, "tools" | "delegatesTo">,
  key: ProviderKeyEntity | null,
): ModelChoice {
  const calls = tools.length > 0 || delegatesTo.length > 0;
  const visible = key === null || key.status === "LIMITED" ? null : key.models.map(({ id }) => id);
  return chooseOpenAiModel({ needs: { tools: calls, parallelTools: calls }, visible });
}

function keyFact(key: ProviderKeyEntity | null): KeyFact | null {
  return key === null ? null : { maskedKey: key.maskedKey, rejected: key.status === "INVALID" };
}
