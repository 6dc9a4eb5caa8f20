import { AgentSessionEntity } from "./agents/agent-session.entity";
import { MessageEntity } from "./agents/message.entity";
import { ThreadEntity } from "./agents/thread.entity";
import { MeterEventEntity } from "./metering/meter-event.entity";
import { MeterLaneEntity } from "./metering/meter-lane.entity";
import { ProviderKeyEntity } from "./provider-keys/provider-key.entity";
import { ProviderKeyEventEntity } from "./provider-keys/provider-key-event.entity";
import { RingKeyEntity } from "./provider-keys/ring-key.entity";
import { BuddyModeEntity } from "./workspaces/buddy-mode.entity";
import { RoutingPolicyEntity } from "./workspaces/routing-policy.entity";
import { UserEntity } from "./workspaces/user.entity";
import { WorkspaceEntity } from "./workspaces/workspace.entity";

/** Every table, for the data source. */
export const ENTITIES = [
  WorkspaceEntity,
  UserEntity,
  RoutingPolicyEntity,
  BuddyModeEntity,
  ProviderKeyEntity,
  ProviderKeyEventEntity,
  RingKeyEntity,
  ThreadEntity,
  AgentSessionEntity,
  MessageEntity,
  MeterEventEntity,
  MeterLaneEntity,
];
