import { registerEnumType } from "type-graphql";

import type { AgentSessionStatus, FinishReason, UsageSource } from "../../agents/agent-session.entity";
import type { FallbackReason, ModelSelectionSource, Payer } from "../../agents/model-route";
import type { TurnNoticeCode } from "../../agents/turn-events";
import type { TurnErrorCode } from "../../errors";
import type { MeterEventState } from "../../metering/meter-event.entity";
import type { ProviderKeyStatus } from "../../provider-keys/provider-key.entity";
import type { ProviderKeyAction } from "../../provider-keys/provider-key-event.entity";
import type { LlmProvider } from "../../providers/language-model";
import type { WorkspaceRole } from "../../workspaces/authenticate";
import type { BuddyRole } from "../../workspaces/buddies";
import type { ByokFallback, ModelMode } from "../../workspaces/model-mode";

/** State of a workspace's integration: that of its key, or that there is none. */
export type ProviderStatus = ProviderKeyStatus | "NOT_CONFIGURED";

/** How a session stands with the meter: as its row in the ledger, or that it has none. */
export type MeteringState = MeterEventState | "NOT_BILLABLE";

/** What would happen if a turn started now. */
export type RouteStatus = "READY" | "FALLS_BACK" | "BLOCKED" | "KEY_REJECTED";

/** Why a mutation did not do what was asked. */
export type UserErrorCode =
  | "INVALID"
  | "NOT_FOUND"
  | "INVALID_PROVIDER_KEY"
  | "PROVIDER_UNREACHABLE"
  | "IDEMPOTENCY_KEY_MISMATCH"
  | "PROVIDER_NOT_CONFIGURED"
  | "MODEL_NOT_AVAILABLE"
  | "THREAD_BUSY"
  | "TURN_ALREADY_ENDED";

export type AgentSessionOrderField = "STARTED_AT" | "TOTAL_TOKENS";

export type OrderDirection = "ASC" | "DESC";

export const LlmProviderEnum = describedEnum<LlmProvider>(
  "LlmProvider",
  "An LLM provider a workspace can bring its own key for.",
  {
    CLAUDE: "Anthropic (Claude models). `claude` in the REST paths.",
    OPENAI: "OpenAI. `openai` in the REST paths.",
  },
);

export const ModelModeEnum = describedEnum<ModelMode>(
  "ModelMode",
  "Who pays for, and who serves, a buddy's model calls.",
  {
    METERED: "The platform's key. Tokens are reported to the Stripe `ai_tokens` meter and billed to the workspace.",
    BYOK_CLAUDE: "The workspace's own Anthropic key. Nothing is metered; Anthropic bills the workspace.",
    BYOK_OPENAI: "The workspace's own OpenAI key. Nothing is metered; OpenAI bills the workspace.",
  },
);

export const ModelSelectionSourceEnum = describedEnum<ModelSelectionSource>(
  "ModelSelectionSource",
  "Where the effective model mode of a turn came from, most specific first.",
  {
    REQUEST: "`ChatTurnInput.buddyModels` on this request.",
    BUDDY: "`setBuddyModel`, stored for the buddy.",
    WORKSPACE: "`RoutingPolicy.defaultMode` of the workspace.",
    DEFAULT: "Nothing was set: `METERED`.",
  },
);

export const PayerEnum = describedEnum<Payer>("Payer", "Who pays the provider for a turn.", {
  WAYPATH: "Waypath pays, and bills the workspace through the `ai_tokens` meter.",
  WORKSPACE: "The workspace pays its own provider account; nothing is metered.",
});

export const FallbackReasonEnum = describedEnum<FallbackReason>(
  "FallbackReason",
  "Why a turn runs in another mode than the one asked for.",
  {
    KEY_MISSING: "The mode needs a provider key that the workspace has not configured, or has revoked.",
  },
);

export const ByokFallbackEnum = describedEnum<ByokFallback>(
  "ByokFallback",
  "What to do when a bring-your-own-key mode has no key.",
  {
    METERED: "Run the turn as `METERED`, log a warning, and say so in the turn's route. The default.",
    FAIL: "Refuse the turn with `PROVIDER_NOT_CONFIGURED`: never bill Waypath by surprise.",
  },
);

export const MeteringStateEnum = describedEnum<MeteringState>(
  "MeteringState",
  "How a metered session stands with the `ai_tokens` meter.",
  {
    NOT_BILLABLE:
      "Nothing will ever be reported: paid with the workspace's own key, ended without using a token, or answered by a simulator with no meter beside it.",
    PENDING: "The session has not ended, or its usage waits to be reported.",
    DELIVERED: "The meter accepted the usage.",
    FAILED: "The meter refused it for a reason that a retry cannot mend; an operator must look.",
    AMBIGUOUS: "It was sent, no answer came, and it is too late to send again safely; reconciliation decides.",
  },
);

export const UsageSourceEnum = describedEnum<UsageSource>("UsageSource", "How a session's token counts are known.", {
  REPORTED: "The provider reported them for every model call.",
  CHECKPOINT: "The last counts seen before the turn was cut short.",
  ESTIMATED:
    "Counted from the text that was sent and received, as far as the provider's report never came: four characters are one token.",
});

export const ProviderStatusEnum = describedEnum<ProviderStatus>(
  "ProviderStatus",
  "State of a workspace's key for one provider.",
  {
    NOT_CONFIGURED: "No key is stored.",
    ACTIVE: "A key is stored and the provider accepted it the last time it was checked or used.",
    INVALID: "A key is stored but the provider rejected it (revoked, wrong organization, no permission).",
    QUOTA_EXCEEDED: "A key is stored and valid, but the provider is refusing calls for quota or billing reasons.",
    LIMITED: "A key is stored and valid, but may not list models, so it was accepted without knowing which it can use.",
  },
);

export const RouteStatusEnum = describedEnum<RouteStatus>(
  "RouteStatus",
  "What would happen if a turn of this buddy started now.",
  {
    READY: "It would run in the mode asked for.",
    FALLS_BACK: "Its key is missing, so it would run as `METERED`.",
    BLOCKED: "It would be refused; `reason` says why.",
    KEY_REJECTED:
      "Its key was last rejected by the provider, so it would probably fail; it is tried again each turn, and never falls back to another payer.",
  },
);

export const BuddyRoleEnum = describedEnum<BuddyRole>("BuddyRole", "What a buddy does in the workspace.", {
  ORCHESTRATOR: "Receives the user's message and may delegate to other buddies. One per workspace.",
  SPECIALIST: "Answers directly or on behalf of the orchestrator.",
});

export const WorkspaceRoleEnum = describedEnum<WorkspaceRole>("WorkspaceRole", "A member's role in a workspace.", {
  OWNER: "Everything, including billing.",
  ADMIN: "Manages provider keys and buddies.",
  MEMBER: "Chats with buddies.",
});

export const AgentSessionStatusEnum = describedEnum<AgentSessionStatus>(
  "AgentSessionStatus",
  "Lifecycle of a turn. Terminal states: `COMPLETED`, `FAILED`, `CANCELLED`, `INTERRUPTED`.",
  {
    PENDING: "Accepted. Only `TurnStarted` and the answer to `startTurn` say so: what is stored is running already.",
    RUNNING: "The model is answering or a tool is running.",
    COMPLETED: "Finished normally.",
    FAILED: "Stopped by an error; see `AgentSession.error`.",
    CANCELLED:
      "Stopped by `cancelTurn`, because nobody had followed it for a while, or because its workspace was disabled. Output and usage so far are kept.",
    INTERRUPTED: "The server stopped while the turn was running. Output and usage so far are kept.",
  },
);

export const FinishReasonEnum = describedEnum<FinishReason>("FinishReason", "Why the model stopped.", {
  STOP: "The model finished its answer.",
  MAX_TOKENS: "The output token limit was reached.",
  REFUSAL: "The provider refused or filtered the answer.",
  STEP_LIMIT: "The turn's step limit was reached while the model still wanted to call tools.",
  CANCELLED: "Stopped before its end, as `AgentSessionStatus.CANCELLED` has it.",
  OTHER: "A reason this schema has no name for.",
});

export const TurnErrorCodeEnum = describedEnum<TurnErrorCode>(
  "TurnErrorCode",
  "Machine-readable reason a turn failed.",
  {
    PROVIDER_AUTHENTICATION_FAILED:
      "The provider rejected the workspace's key. The turn does not fall back: a key that fails is not a key that is missing.",
    PROVIDER_RATE_LIMITED: "The provider's rate limit was hit and retries were used up.",
    PROVIDER_QUOTA_EXCEEDED: "The provider account has no credit or quota left.",
    PROVIDER_UNAVAILABLE: "The provider was overloaded or unreachable.",
    CONTEXT_TOO_LONG: "The conversation no longer fits the model's context window.",
    PROVIDER_KEY_UNREADABLE:
      "The workspace's stored key can not be opened any more; it must be configured again. The turn does not fall back.",
    PROVIDER_STREAM_BROKEN: "The answer broke off: the provider closed the stream early or sent something unreadable.",
    INTERRUPTED: "The server stopped while the turn was running. What was received is kept.",
    TIMEOUT: "The turn took longer than the server allows.",
    INTERNAL: "A fault on our side; quote `requestId` when reporting it.",
  },
);

export const TurnNoticeCodeEnum = describedEnum<TurnNoticeCode>(
  "TurnNoticeCode",
  "Something a client may want to show, that does not stop the turn.",
  {
    RETRYING: "The provider call is being retried.",
    HISTORY_TRUNCATED: "Older messages were left out to fit the context window.",
  },
);

export const UserErrorCodeEnum = describedEnum<UserErrorCode>(
  "UserErrorCode",
  "Machine-readable reason a mutation did not do what was asked.",
  {
    INVALID: "The input failed validation; see `field`.",
    NOT_FOUND: "No such object, or you may not see it.",
    INVALID_PROVIDER_KEY: "The provider rejected the key.",
    PROVIDER_UNREACHABLE: "The provider could not be reached, so the key was neither checked nor stored.",
    IDEMPOTENCY_KEY_MISMATCH: "The same `idempotencyKey` was used before with different input.",
    PROVIDER_NOT_CONFIGURED:
      "The mode needs a key that is not configured, and the workspace forbids falling back. Nothing was started.",
    MODEL_NOT_AVAILABLE:
      "No model that the key can use has the capabilities that the buddy's tools need. Nothing was started.",
    THREAD_BUSY: "The thread already has a turn running.",
    TURN_ALREADY_ENDED: "The turn has already ended.",
  },
);

export const AgentSessionOrderFieldEnum = describedEnum<AgentSessionOrderField>(
  "AgentSessionOrderField",
  "How to order agent sessions.",
  {
    STARTED_AT: "By start time.",
    TOTAL_TOKENS: "By total tokens.",
  },
);

export const OrderDirectionEnum = describedEnum<OrderDirection>("OrderDirection", "Sort direction.", {
  ASC: "Smallest or oldest first.",
  DESC: "Largest or newest first.",
});

export const ProviderKeyActionEnum = describedEnum<ProviderKeyAction>(
  "ProviderKeyAction",
  "What was done to a provider key.",
  {
    CONFIGURED: "Stored for the first time, or after a revocation.",
    REPLACED: "Replaced by another key.",
    VERIFIED: "Checked on request, and accepted.",
    REJECTED: "Rejected by the provider, on a check or during a turn.",
    REVOKED: "Deleted.",
  },
);

/** Registers a union's values. The compiler refuses a value without a description, and a description without a value. */
function describedEnum<Value extends string>(name: string, description: string, values: Record<Value, string>): object {
  const described = Object.entries<string>(values);
  const enumObject = Object.fromEntries(described.map(([value]) => [value, value]));
  const valuesConfig = Object.fromEntries(described.map(([value, text]) => [value, { description: text }]));
  registerEnumType(enumObject, { name, description, valuesConfig });
  return enumObject;
}
