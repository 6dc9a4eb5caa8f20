import { Field, ID, InterfaceType } from "type-graphql";

import { AgentSessionEntity } from "../../agents/agent-session.entity";
import { ThreadEntity } from "../../agents/thread.entity";
import { ProviderKeyEventEntity } from "../../provider-keys/provider-key-event.entity";
import { UserEntity } from "../../workspaces/user.entity";
import { WorkspaceEntity } from "../../workspaces/workspace.entity";
import type { BuddySource, ProviderIntegrationSource } from "./sources";

/** Whatever an id can name, as resolvers hand it on. */
export type NodeSource =
  | WorkspaceEntity
  | UserEntity
  | AgentSessionEntity
  | ThreadEntity
  | ProviderKeyEventEntity
  | BuddySource
  | ProviderIntegrationSource;

@InterfaceType({
  description: "An object with a globally unique id (Relay Global Object Identification).",
  resolveType: typeOfNode,
})
export abstract class Node {
  @Field(() => ID, { description: "Opaque, globally unique." })
  readonly id!: string;
}

function typeOfNode(source: NodeSource): string {
  if (source instanceof WorkspaceEntity) return "Workspace";
  if (source instanceof UserEntity) return "User";
  if (source instanceof AgentSessionEntity) return "AgentSession";
  if (source instanceof ThreadEntity) return "Thread";
  if (source instanceof ProviderKeyEventEntity) return "ProviderKeyEvent";
  return "slug" in source ? "Buddy" : "ProviderIntegration";
}
