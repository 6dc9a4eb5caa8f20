import { AgentSessionFields } from "./agent-session-fields";
import { ChatTurnEventFields, DelegationFinishedFields, DelegationStartedFields } from "./chat-turn-event-fields";
import { NODE_ID_RESOLVERS } from "./node-ids";
import { ProviderIntegrationFields } from "./provider-integration-fields";
import { TokenUsageFields } from "./token-usage-fields";

/** Resolvers of the fields that follow from their object alone. Without dependencies: `new` is enough. */
export const COMPUTED_FIELDS = [
  ...NODE_ID_RESOLVERS,
  AgentSessionFields,
  ChatTurnEventFields,
  DelegationStartedFields,
  DelegationFinishedFields,
  ProviderIntegrationFields,
  TokenUsageFields,
] as const;
