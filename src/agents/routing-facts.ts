import type { DataSource } from "typeorm";

import { entityOf, type RawRow } from "../database/entity-of";
import { ProviderKeyEntity } from "../provider-keys/provider-key.entity";
import type { ByokFallback, ModelMode } from "../workspaces/model-mode";
import type { RoutingSettings } from "../workspaces/routing-settings";

/** What a workspace has stored of its routing. */
export interface RoutingFacts {
  settings: RoutingSettings;
  /** By provider, in a stable order. */
  keys: ProviderKeyEntity[];
}

interface FactsRow {
  policy: { default_mode: ModelMode | null; byok_fallback: ByokFallback } | null;
  modes: Record<string, ModelMode> | null;
  keys: RawRow[] | null;
}

/** In one statement, because every turn begins with it: facts of one moment. */
export async function loadRoutingFacts(dataSource: DataSource, workspaceId: string): Promise<RoutingFacts> {
  const [row]: FactsRow[] = await dataSource.query(
    `SELECT (SELECT to_jsonb(policy) FROM routing_policies policy WHERE workspace_id = $1) AS policy,
            (SELECT jsonb_object_agg(slug, mode) FROM buddy_modes WHERE workspace_id = $1) AS modes,
            (SELECT jsonb_agg(key ORDER BY provider) FROM provider_keys key WHERE workspace_id = $1) AS keys`,
    [workspaceId],
  );
  return {
    settings: {
      defaultMode: row?.policy?.default_mode ?? null,
      byokFallback: row?.policy?.byok_fallback ?? "METERED",
      buddyModes: new Map(Object.entries(row?.modes ?? {})),
    },
    keys: (row?.keys ?? []).map((key) => entityOf(dataSource, ProviderKeyEntity, key)),
  };
}
