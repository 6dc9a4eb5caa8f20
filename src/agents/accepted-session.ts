import type { ProviderKeyEntity } from "../provider-keys/provider-key.entity";
import type { Buddy } from "../workspaces/buddies";
import type { AgentSessionEntity } from "./agent-session.entity";

/** A session that has a row, and what it was accepted with. */
export interface AcceptedSession {
  session: AgentSessionEntity;
  buddy: Buddy;
  /** The workspace's key that the route is pinned to; null for metered sessions. */
  key: ProviderKeyEntity | null;
}
