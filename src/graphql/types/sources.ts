// What resolvers hand on for objects that have no row of their own. All others are handed on as their entities.
import type { ProviderKeyEntity } from "../../provider-keys/provider-key.entity";
import type { LlmProvider } from "../../providers/language-model";
import type { Buddy } from "../../workspaces/buddies";

/** A buddy, in one workspace. */
export interface BuddySource extends Buddy {
  workspaceId: string;
}

/** A workspace's integration with one provider; `key` is null where none is stored. */
export interface ProviderIntegrationSource {
  workspaceId: string;
  provider: LlmProvider;
  key: ProviderKeyEntity | null;
}
