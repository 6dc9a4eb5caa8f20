/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Which agent sessions to include. Conditions are combined with AND; an omitted or null condition matches all. */
export type AgentSessionFilter = {
  /** Any of these buddies, by slug. */
  buddies?: Array<string> | null | undefined;
  /** Exactly this model. */
  modelId?: string | null | undefined;
  /** Any of these modes. */
  modes?: Array<ModelMode> | null | undefined;
  /** Started at or after. */
  startedAfter?: string | null | undefined;
  /** Started before. */
  startedBefore?: string | null | undefined;
  /** Any of these states. */
  statuses?: Array<AgentSessionStatus> | null | undefined;
  /** Exactly this conversation. */
  threadId?: string | number | null | undefined;
  /** Leave out delegated sessions. */
  topLevelOnly?: boolean | null | undefined;
};

/** Lifecycle of a turn. Terminal states: `COMPLETED`, `FAILED`, `CANCELLED`, `INTERRUPTED`. */
export type AgentSessionStatus =
  /** Stopped by `cancelTurn`, because nobody had followed it for a while, or because its workspace was disabled. Output and usage so far are kept. */
  | 'CANCELLED'
  /** Finished normally. */
  | 'COMPLETED'
  /** Stopped by an error; see `AgentSession.error`. */
  | 'FAILED'
  /** The server stopped while the turn was running. Output and usage so far are kept. */
  | 'INTERRUPTED'
  /** Accepted. Only `TurnStarted` and the answer to `startTurn` say so: what is stored is running already. */
  | 'PENDING'
  /** The model is answering or a tool is running. */
  | 'RUNNING';

/** A model mode for one buddy, for one request. */
export type BuddyModelInput = {
  /** Which buddy, by slug. */
  buddy: string;
  /** The mode. */
  mode: ModelMode;
};

/** What a buddy does in the workspace. */
export type BuddyRole =
  /** Receives the user's message and may delegate to other buddies. One per workspace. */
  | 'ORCHESTRATOR'
  /** Answers directly or on behalf of the orchestrator. */
  | 'SPECIALIST';

/** What to do when a bring-your-own-key mode has no key. */
export type ByokFallback =
  /** Refuse the turn with `PROVIDER_NOT_CONFIGURED`: never bill Waypath by surprise. */
  | 'FAIL'
  /** Run the turn as `METERED`, log a warning, and say so in the turn's route. The default. */
  | 'METERED';

/** Input of `chatTurn` and `startTurn`. */
export type ChatTurnInput = {
  /** Whom to ask, by slug. Defaults to the orchestrator. */
  buddy?: string | null | undefined;
  /**
   * Model modes for this turn and what it delegates, taking precedence over the stored ones. The web page sends the
   * content of `wp-buddy-models-{wsId}` here on every request. Slugs that do not exist are ignored, as a browser may
   * remember old ones; the same slug twice is `BAD_USER_INPUT`.
   */
  buddyModels?: Array<BuddyModelInput> | null | undefined;
  /**
   * 1 to 128 characters, best a UUID made when the user presses Send; it belongs to you in your workspace. Asking again with the same key attaches to
   * the same turn instead of starting, and paying for, a second one; the same key with another buddy or message is refused. `buddyModels` counts only when the
   * turn starts, and `threadId` may be left out or be the one the turn was given. Always send one from an app: React Strict Mode and reconnects
   * subscribe twice. Over WebSocket it defaults to the operation id where that is a UUID, as graphql-ws clients make it.
   */
  idempotencyKey?: string | null | undefined;
  /** What to ask. */
  message: string;
  /** Conversation to continue. Omit to start one; read it back from `TurnStarted.session.threadId`. */
  threadId?: string | number | null | undefined;
};

/** Input of `configureProvider`. */
export type ConfigureProviderInput = {
  /** The key. Send it as a variable, never inline in the document: documents may be logged. */
  apiKey: string;
  /** Which provider. */
  provider: LlmProvider;
};

/** Why a turn runs in another mode than the one asked for. */
export type FallbackReason =
  /** The mode needs a provider key that the workspace has not configured, or has revoked. */
  | 'KEY_MISSING';

/** Why the model stopped. */
export type FinishReason =
  /** Stopped before its end, as `AgentSessionStatus.CANCELLED` has it. */
  | 'CANCELLED'
  /** The output token limit was reached. */
  | 'MAX_TOKENS'
  /** A reason this schema has no name for. */
  | 'OTHER'
  /** The provider refused or filtered the answer. */
  | 'REFUSAL'
  /** The turn's step limit was reached while the model still wanted to call tools. */
  | 'STEP_LIMIT'
  /** The model finished its answer. */
  | 'STOP';

/** An LLM provider a workspace can bring its own key for. */
export type LlmProvider =
  /** Anthropic (Claude models). `claude` in the REST paths. */
  | 'CLAUDE'
  /** OpenAI. `openai` in the REST paths. */
  | 'OPENAI';

/** How a metered session stands with the `ai_tokens` meter. */
export type MeteringState =
  /** It was sent, no answer came, and it is too late to send again safely; reconciliation decides. */
  | 'AMBIGUOUS'
  /** The meter accepted the usage. */
  | 'DELIVERED'
  /** The meter refused it for a reason that a retry cannot mend; an operator must look. */
  | 'FAILED'
  /** Nothing will ever be reported: paid with the workspace's own key, ended without using a token, or answered by a simulator with no meter beside it. */
  | 'NOT_BILLABLE'
  /** The session has not ended, or its usage waits to be reported. */
  | 'PENDING';

/** Who pays for, and who serves, a buddy's model calls. */
export type ModelMode =
  /** The workspace's own Anthropic key. Nothing is metered; Anthropic bills the workspace. */
  | 'BYOK_CLAUDE'
  /** The workspace's own OpenAI key. Nothing is metered; OpenAI bills the workspace. */
  | 'BYOK_OPENAI'
  /** The platform's key. Tokens are reported to the Stripe `ai_tokens` meter and billed to the workspace. */
  | 'METERED';

/** Where the effective model mode of a turn came from, most specific first. */
export type ModelSelectionSource =
  /** `setBuddyModel`, stored for the buddy. */
  | 'BUDDY'
  /** Nothing was set: `METERED`. */
  | 'DEFAULT'
  /** `ChatTurnInput.buddyModels` on this request. */
  | 'REQUEST'
  /** `RoutingPolicy.defaultMode` of the workspace. */
  | 'WORKSPACE';

/** Who pays the provider for a turn. */
export type Payer =
  /** Waypath pays, and bills the workspace through the `ai_tokens` meter. */
  | 'WAYPATH'
  /** The workspace pays its own provider account; nothing is metered. */
  | 'WORKSPACE';

/** What was done to a provider key. */
export type ProviderKeyAction =
  /** Stored for the first time, or after a revocation. */
  | 'CONFIGURED'
  /** Rejected by the provider, on a check or during a turn. */
  | 'REJECTED'
  /** Replaced by another key. */
  | 'REPLACED'
  /** Deleted. */
  | 'REVOKED'
  /** Checked on request, and accepted. */
  | 'VERIFIED';

/** State of a workspace's key for one provider. */
export type ProviderStatus =
  /** A key is stored and the provider accepted it the last time it was checked or used. */
  | 'ACTIVE'
  /** A key is stored but the provider rejected it (revoked, wrong organization, no permission). */
  | 'INVALID'
  /** A key is stored and valid, but may not list models, so it was accepted without knowing which it can use. */
  | 'LIMITED'
  /** No key is stored. */
  | 'NOT_CONFIGURED'
  /** A key is stored and valid, but the provider is refusing calls for quota or billing reasons. */
  | 'QUOTA_EXCEEDED';

/** Input of `revokeProvider`. */
export type RevokeProviderInput = {
  /** Which provider. */
  provider: LlmProvider;
};

/** What would happen if a turn of this buddy started now. */
export type RouteStatus =
  /** It would be refused; `reason` says why. */
  | 'BLOCKED'
  /** Its key is missing, so it would run as `METERED`. */
  | 'FALLS_BACK'
  /** Its key was last rejected by the provider, so it would probably fail; it is tried again each turn, and never falls back to another payer. */
  | 'KEY_REJECTED'
  /** It would run in the mode asked for. */
  | 'READY';

/** Input of `setBuddyModel`. */
export type SetBuddyModelInput = {
  /** Which buddy, by slug. */
  buddy: string;
  /** The mode, or null to follow the workspace default. */
  mode?: ModelMode | null | undefined;
};

/** Machine-readable reason a turn failed. */
export type TurnErrorCode =
  /** The conversation no longer fits the model's context window. */
  | 'CONTEXT_TOO_LONG'
  /** A fault on our side; quote `requestId` when reporting it. */
  | 'INTERNAL'
  /** The server stopped while the turn was running. What was received is kept. */
  | 'INTERRUPTED'
  /** The provider rejected the workspace's key. The turn does not fall back: a key that fails is not a key that is missing. */
  | 'PROVIDER_AUTHENTICATION_FAILED'
  /** The workspace's stored key can not be opened any more; it must be configured again. The turn does not fall back. */
  | 'PROVIDER_KEY_UNREADABLE'
  /** The provider account has no credit or quota left. */
  | 'PROVIDER_QUOTA_EXCEEDED'
  /** The provider's rate limit was hit and retries were used up. */
  | 'PROVIDER_RATE_LIMITED'
  /** The answer broke off: the provider closed the stream early or sent something unreadable. */
  | 'PROVIDER_STREAM_BROKEN'
  /** The provider was overloaded or unreachable. */
  | 'PROVIDER_UNAVAILABLE'
  /** The turn took longer than the server allows. */
  | 'TIMEOUT';

/** Something a client may want to show, that does not stop the turn. */
export type TurnNoticeCode =
  /** Older messages were left out to fit the context window. */
  | 'HISTORY_TRUNCATED'
  /** The provider call is being retried. */
  | 'RETRYING';

/** Input of `updateRoutingPolicy`. What is left out stays as it is. */
export type UpdateRoutingPolicyInput = {
  /** What to do when a bring-your-own-key mode has no key. */
  byokFallback?: ByokFallback | null | undefined;
  /** Mode of buddies that have none of their own. */
  defaultMode?: ModelMode | null | undefined;
};

/** Machine-readable reason a mutation did not do what was asked. */
export type UserErrorCode =
  /** The same `idempotencyKey` was used before with different input. */
  | 'IDEMPOTENCY_KEY_MISMATCH'
  /** The input failed validation; see `field`. */
  | 'INVALID'
  /** The provider rejected the key. */
  | 'INVALID_PROVIDER_KEY'
  /** No model that the key can use has the capabilities that the buddy's tools need. Nothing was started. */
  | 'MODEL_NOT_AVAILABLE'
  /** No such object, or you may not see it. */
  | 'NOT_FOUND'
  /** The mode needs a key that is not configured, and the workspace forbids falling back. Nothing was started. */
  | 'PROVIDER_NOT_CONFIGURED'
  /** The provider could not be reached, so the key was neither checked nor stored. */
  | 'PROVIDER_UNREACHABLE'
  /** The thread already has a turn running. */
  | 'THREAD_BUSY'
  /** The turn has already ended. */
  | 'TURN_ALREADY_ENDED';

/** Input of `verifyProvider`. */
export type VerifyProviderInput = {
  /** Which provider. */
  provider: LlmProvider;
};

/** A member's role in a workspace. */
export type WorkspaceRole =
  /** Manages provider keys and buddies. */
  | 'ADMIN'
  /** Chats with buddies. */
  | 'MEMBER'
  /** Everything, including billing. */
  | 'OWNER';

export type ThreadsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ThreadsQuery = { workspace: { threads: { nodes: Array<{ id: string, title: string, updatedAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } };

export type LatestTurnsQueryVariables = Exact<{
  filter: AgentSessionFilter;
  after?: string | null | undefined;
}>;


export type LatestTurnsQuery = { workspace: { agentSessions: { nodes: Array<{ id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, delegations: Array<{ id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null }>, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } };

export type ChatSubscriptionVariables = Exact<{
  input: ChatTurnInput;
}>;


export type ChatSubscription = { chatTurn:
    | { __typename: 'DelegationFinished', toolCallId: string, sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null } }
    | { __typename: 'DelegationStarted', toolCallId: string, task: string, delegatedSessionId: string, sequence: number, at: string, sessionId: string, buddy: string, toBuddy: { name: string } }
    | { __typename: 'TextDelta', blockId: string, delta: string, sequence: number, at: string, sessionId: string, buddy: string }
    | { __typename: 'ToolCallFinished', sequence: number, at: string, sessionId: string, buddy: string, toolCall: { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null } }
    | { __typename: 'ToolCallStarted', sequence: number, at: string, sessionId: string, buddy: string, toolCall: { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null } }
    | { __typename: 'TurnFailed', sequence: number, at: string, sessionId: string, buddy: string, error: { code: TurnErrorCode, message: string, requestId: string }, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null } }
    | { __typename: 'TurnFinished', finishReason: FinishReason, sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null } }
    | { __typename: 'TurnNotice', code: TurnNoticeCode, message: string, sequence: number, at: string, sessionId: string, buddy: string }
    | { __typename: 'TurnStarted', sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null } }
    | { __typename: 'UsageUpdated', sequence: number, at: string, sessionId: string, buddy: string, usage: { totalTokens: number } }
   };

export type FollowSubscriptionVariables = Exact<{
  sessionId: string | number;
}>;


export type FollowSubscription = { agentSessionEvents:
    | { __typename: 'DelegationFinished', toolCallId: string, sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null } }
    | { __typename: 'DelegationStarted', toolCallId: string, task: string, delegatedSessionId: string, sequence: number, at: string, sessionId: string, buddy: string, toBuddy: { name: string } }
    | { __typename: 'TextDelta', blockId: string, delta: string, sequence: number, at: string, sessionId: string, buddy: string }
    | { __typename: 'ToolCallFinished', sequence: number, at: string, sessionId: string, buddy: string, toolCall: { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null } }
    | { __typename: 'ToolCallStarted', sequence: number, at: string, sessionId: string, buddy: string, toolCall: { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null } }
    | { __typename: 'TurnFailed', sequence: number, at: string, sessionId: string, buddy: string, error: { code: TurnErrorCode, message: string, requestId: string }, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null } }
    | { __typename: 'TurnFinished', finishReason: FinishReason, sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null } }
    | { __typename: 'TurnNotice', code: TurnNoticeCode, message: string, sequence: number, at: string, sessionId: string, buddy: string }
    | { __typename: 'TurnStarted', sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null } }
    | { __typename: 'UsageUpdated', sequence: number, at: string, sessionId: string, buddy: string, usage: { totalTokens: number } }
   };

export type CancelTurnMutationVariables = Exact<{
  sessionId: string | number;
}>;


export type CancelTurnMutation = { cancelTurn: { userErrors: Array<{ code: UserErrorCode, message: string }> } };

export type TurnFragment = { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null };

export type ToolUseFragment = { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null };

export type FailedWithFragment = { code: TurnErrorCode, message: string, requestId: string };

type StreamedEvent_DelegationFinished_Fragment = { __typename: 'DelegationFinished', toolCallId: string, sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null } };

type StreamedEvent_DelegationStarted_Fragment = { __typename: 'DelegationStarted', toolCallId: string, task: string, delegatedSessionId: string, sequence: number, at: string, sessionId: string, buddy: string, toBuddy: { name: string } };

type StreamedEvent_TextDelta_Fragment = { __typename: 'TextDelta', blockId: string, delta: string, sequence: number, at: string, sessionId: string, buddy: string };

type StreamedEvent_ToolCallFinished_Fragment = { __typename: 'ToolCallFinished', sequence: number, at: string, sessionId: string, buddy: string, toolCall: { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null } };

type StreamedEvent_ToolCallStarted_Fragment = { __typename: 'ToolCallStarted', sequence: number, at: string, sessionId: string, buddy: string, toolCall: { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null } };

type StreamedEvent_TurnFailed_Fragment = { __typename: 'TurnFailed', sequence: number, at: string, sessionId: string, buddy: string, error: { code: TurnErrorCode, message: string, requestId: string }, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null } };

type StreamedEvent_TurnFinished_Fragment = { __typename: 'TurnFinished', finishReason: FinishReason, sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null } };

type StreamedEvent_TurnNotice_Fragment = { __typename: 'TurnNotice', code: TurnNoticeCode, message: string, sequence: number, at: string, sessionId: string, buddy: string };

type StreamedEvent_TurnStarted_Fragment = { __typename: 'TurnStarted', sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, prompt: string, text: string, finishReason: FinishReason | null, startedAt: string, durationMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, durationMs: number | null }>, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode, message: string, requestId: string } | null } };

type StreamedEvent_UsageUpdated_Fragment = { __typename: 'UsageUpdated', sequence: number, at: string, sessionId: string, buddy: string, usage: { totalTokens: number } };

export type StreamedEventFragment =
  | StreamedEvent_DelegationFinished_Fragment
  | StreamedEvent_DelegationStarted_Fragment
  | StreamedEvent_TextDelta_Fragment
  | StreamedEvent_ToolCallFinished_Fragment
  | StreamedEvent_ToolCallStarted_Fragment
  | StreamedEvent_TurnFailed_Fragment
  | StreamedEvent_TurnFinished_Fragment
  | StreamedEvent_TurnNotice_Fragment
  | StreamedEvent_TurnStarted_Fragment
  | StreamedEvent_UsageUpdated_Fragment
;

export type ActivityQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: AgentSessionFilter | null | undefined;
}>;


export type ActivityQuery = { workspace: { buddies: Array<{ slug: string, name: string }>, agentSessions: { totalCount: number, nodes: Array<{ id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, startedAt: string, durationMs: number | null, prompt: string, metering: MeteringState, meteredAt: string | null, traceUrl: string | null, parent: { buddyName: string } | null, delegations: Array<{ id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, startedAt: string, durationMs: number | null, prompt: string, metering: MeteringState, meteredAt: string | null, traceUrl: string | null, requestedBy: { name: string } | null, route: { mode: ModelMode, requestedMode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, modelId: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode } | null }>, requestedBy: { name: string } | null, route: { mode: ModelMode, requestedMode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, modelId: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } };

export type AuditRowFragment = { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, startedAt: string, durationMs: number | null, prompt: string, metering: MeteringState, meteredAt: string | null, traceUrl: string | null, requestedBy: { name: string } | null, route: { mode: ModelMode, requestedMode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, modelId: string, maskedKey: string | null }, usage: { totalTokens: number }, error: { code: TurnErrorCode } | null };

export type UsageQueryVariables = Exact<{
  from?: string | null | undefined;
  to?: string | null | undefined;
}>;


export type UsageQuery = { workspace: { usage: { from: string, to: string, total: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, totalTokens: number } }, metered: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, totalTokens: number } }, byok: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, totalTokens: number } }, byBuddy: Array<{ buddy: { name: string } | null, totals: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, totalTokens: number } } }>, byModel: Array<{ modelId: string, provider: LlmProvider, totals: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, totalTokens: number } } }>, daily: Array<{ day: string, metered: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, totalTokens: number } }, byok: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, totalTokens: number } } }> } } };

export type UsageSumsFragment = { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, totalTokens: number } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { role: WorkspaceRole, user: { id: string, name: string, email: string | null } | null, workspace: { id: string, name: string } } };

export type IntegrationsQueryVariables = Exact<{ [key: string]: never; }>;


export type IntegrationsQuery = { workspace: { viewerCanManageProviders: boolean, routingPolicy: { defaultMode: ModelMode, byokFallback: ByokFallback }, buddies: Array<{ slug: string, name: string, modelMode: ModelMode | null }>, providers: Array<{ id: string, provider: LlmProvider, status: ProviderStatus, maskedKey: string | null, configuredAt: string | null, lastVerifiedAt: string | null, lastUsedAt: string | null, lastError: string | null, consoleUrl: string, configuredBy: { name: string } | null, models: Array<{ id: string }> }>, keyEvents: { nodes: Array<{ id: string, at: string, provider: LlmProvider, action: ProviderKeyAction, maskedKey: string, actor: { name: string } | null }> } } };

export type IntegrationFragment = { id: string, provider: LlmProvider, status: ProviderStatus, maskedKey: string | null, configuredAt: string | null, lastVerifiedAt: string | null, lastUsedAt: string | null, lastError: string | null, consoleUrl: string, configuredBy: { name: string } | null, models: Array<{ id: string }> };

export type ConfigureProviderMutationVariables = Exact<{
  input: ConfigureProviderInput;
}>;


export type ConfigureProviderMutation = { configureProvider: { provider: { id: string, provider: LlmProvider, status: ProviderStatus, maskedKey: string | null, configuredAt: string | null, lastVerifiedAt: string | null, lastUsedAt: string | null, lastError: string | null, consoleUrl: string, configuredBy: { name: string } | null, models: Array<{ id: string }> } | null, userErrors: Array<{ message: string }> } };

export type VerifyProviderMutationVariables = Exact<{
  input: VerifyProviderInput;
}>;


export type VerifyProviderMutation = { verifyProvider: { provider: { id: string, provider: LlmProvider, status: ProviderStatus, maskedKey: string | null, configuredAt: string | null, lastVerifiedAt: string | null, lastUsedAt: string | null, lastError: string | null, consoleUrl: string, configuredBy: { name: string } | null, models: Array<{ id: string }> } | null, userErrors: Array<{ message: string }> } };

export type RevokeProviderMutationVariables = Exact<{
  input: RevokeProviderInput;
}>;


export type RevokeProviderMutation = { revokeProvider: { provider: { id: string, provider: LlmProvider, status: ProviderStatus, maskedKey: string | null, configuredAt: string | null, lastVerifiedAt: string | null, lastUsedAt: string | null, lastError: string | null, consoleUrl: string, configuredBy: { name: string } | null, models: Array<{ id: string }> } | null, userErrors: Array<{ message: string }> } };

export type BuddiesQueryVariables = Exact<{ [key: string]: never; }>;


export type BuddiesQuery = { workspace: { viewerCanManageBuddies: boolean, connectedPlatforms: Array<LlmProvider>, routingPolicy: { defaultMode: ModelMode, byokFallback: ByokFallback }, buddies: Array<{ slug: string, name: string, description: string | null, role: BuddyRole, modelMode: ModelMode | null, tools: Array<string>, nextRoute: { status: RouteStatus, reason: string | null, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null } | null }, onMetered: { status: RouteStatus, reason: string | null, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null } | null }, onClaude: { status: RouteStatus, reason: string | null, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null } | null }, onOpenAi: { status: RouteStatus, reason: string | null, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null } | null } }> } };

export type PreviewFragment = { status: RouteStatus, reason: string | null, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null } | null };

export type RouteFragment = { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null };

export type SetBuddyModelMutationVariables = Exact<{
  input: SetBuddyModelInput;
}>;


export type SetBuddyModelMutation = { setBuddyModel: { userErrors: Array<{ message: string }> } };

export type UpdateRoutingPolicyMutationVariables = Exact<{
  input: UpdateRoutingPolicyInput;
}>;


export type UpdateRoutingPolicyMutation = { updateRoutingPolicy: { userErrors: Array<{ message: string }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ToolUseFragmentDoc = new TypedDocumentString(`
    fragment ToolUse on ToolCall {
  id
  name
  arguments
  result
  errorMessage
  durationMs
}
    `, {"fragmentName":"ToolUse"}) as unknown as TypedDocumentString<ToolUseFragment, unknown>;
export const RouteFragmentDoc = new TypedDocumentString(`
    fragment Route on ModelRoute {
  requestedMode
  modeSource
  mode
  fallbackReason
  payer
  provider
  modelId
  modelReason
  maskedKey
}
    `, {"fragmentName":"Route"}) as unknown as TypedDocumentString<RouteFragment, unknown>;
export const FailedWithFragmentDoc = new TypedDocumentString(`
    fragment FailedWith on TurnError {
  code
  message
  requestId
}
    `, {"fragmentName":"FailedWith"}) as unknown as TypedDocumentString<FailedWithFragment, unknown>;
export const TurnFragmentDoc = new TypedDocumentString(`
    fragment Turn on AgentSession {
  id
  threadId
  buddySlug
  buddyName
  status
  prompt
  text
  toolCalls {
    ...ToolUse
  }
  route {
    ...Route
  }
  usage {
    totalTokens
  }
  finishReason
  error {
    ...FailedWith
  }
  startedAt
  durationMs
}
    fragment ToolUse on ToolCall {
  id
  name
  arguments
  result
  errorMessage
  durationMs
}
fragment FailedWith on TurnError {
  code
  message
  requestId
}
fragment Route on ModelRoute {
  requestedMode
  modeSource
  mode
  fallbackReason
  payer
  provider
  modelId
  modelReason
  maskedKey
}`, {"fragmentName":"Turn"}) as unknown as TypedDocumentString<TurnFragment, unknown>;
export const StreamedEventFragmentDoc = new TypedDocumentString(`
    fragment StreamedEvent on ChatTurnEvent {
  __typename
  sequence
  at
  sessionId
  buddy
  ... on TurnStarted {
    session {
      ...Turn
    }
  }
  ... on TextDelta {
    blockId
    delta
  }
  ... on ToolCallStarted {
    toolCall {
      ...ToolUse
    }
  }
  ... on ToolCallFinished {
    toolCall {
      ...ToolUse
    }
  }
  ... on DelegationStarted {
    toolCallId
    task
    delegatedSessionId
    toBuddy {
      name
    }
  }
  ... on DelegationFinished {
    toolCallId
    session {
      ...Turn
    }
  }
  ... on UsageUpdated {
    usage {
      totalTokens
    }
  }
  ... on TurnNotice {
    code
    message
  }
  ... on TurnFinished {
    finishReason
    session {
      ...Turn
    }
  }
  ... on TurnFailed {
    error {
      ...FailedWith
    }
    session {
      ...Turn
    }
  }
}
    fragment Turn on AgentSession {
  id
  threadId
  buddySlug
  buddyName
  status
  prompt
  text
  toolCalls {
    ...ToolUse
  }
  route {
    ...Route
  }
  usage {
    totalTokens
  }
  finishReason
  error {
    ...FailedWith
  }
  startedAt
  durationMs
}
fragment ToolUse on ToolCall {
  id
  name
  arguments
  result
  errorMessage
  durationMs
}
fragment FailedWith on TurnError {
  code
  message
  requestId
}
fragment Route on ModelRoute {
  requestedMode
  modeSource
  mode
  fallbackReason
  payer
  provider
  modelId
  modelReason
  maskedKey
}`, {"fragmentName":"StreamedEvent"}) as unknown as TypedDocumentString<StreamedEventFragment, unknown>;
export const AuditRowFragmentDoc = new TypedDocumentString(`
    fragment AuditRow on AgentSession {
  id
  threadId
  buddySlug
  buddyName
  status
  startedAt
  durationMs
  prompt
  requestedBy {
    name
  }
  route {
    mode
    requestedMode
    fallbackReason
    payer
    modelId
    maskedKey
  }
  usage {
    totalTokens
  }
  metering
  meteredAt
  traceUrl
  error {
    code
  }
}
    `, {"fragmentName":"AuditRow"}) as unknown as TypedDocumentString<AuditRowFragment, unknown>;
export const UsageSumsFragmentDoc = new TypedDocumentString(`
    fragment UsageSums on UsageTotals {
  sessions
  usage {
    inputTokens
    outputTokens
    cacheReadTokens
    cacheWriteTokens
    totalTokens
  }
}
    `, {"fragmentName":"UsageSums"}) as unknown as TypedDocumentString<UsageSumsFragment, unknown>;
export const IntegrationFragmentDoc = new TypedDocumentString(`
    fragment Integration on ProviderIntegration {
  id
  provider
  status
  maskedKey
  configuredAt
  configuredBy {
    name
  }
  lastVerifiedAt
  lastUsedAt
  lastError
  models {
    id
  }
  consoleUrl
}
    `, {"fragmentName":"Integration"}) as unknown as TypedDocumentString<IntegrationFragment, unknown>;
export const PreviewFragmentDoc = new TypedDocumentString(`
    fragment Preview on RoutePreview {
  status
  reason
  route {
    ...Route
  }
}
    fragment Route on ModelRoute {
  requestedMode
  modeSource
  mode
  fallbackReason
  payer
  provider
  modelId
  modelReason
  maskedKey
}`, {"fragmentName":"Preview"}) as unknown as TypedDocumentString<PreviewFragment, unknown>;
export const ThreadsDocument = new TypedDocumentString(`
    query Threads($after: String) {
  workspace {
    threads(first: 30, after: $after) {
      nodes {
        id
        title
        updatedAt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ThreadsQuery, ThreadsQueryVariables>;
export const LatestTurnsDocument = new TypedDocumentString(`
    query LatestTurns($filter: AgentSessionFilter!, $after: String) {
  workspace {
    agentSessions(first: 12, after: $after, filter: $filter) {
      nodes {
        ...Turn
        delegations {
          ...Turn
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment Turn on AgentSession {
  id
  threadId
  buddySlug
  buddyName
  status
  prompt
  text
  toolCalls {
    ...ToolUse
  }
  route {
    ...Route
  }
  usage {
    totalTokens
  }
  finishReason
  error {
    ...FailedWith
  }
  startedAt
  durationMs
}
fragment ToolUse on ToolCall {
  id
  name
  arguments
  result
  errorMessage
  durationMs
}
fragment FailedWith on TurnError {
  code
  message
  requestId
}
fragment Route on ModelRoute {
  requestedMode
  modeSource
  mode
  fallbackReason
  payer
  provider
  modelId
  modelReason
  maskedKey
}`) as unknown as TypedDocumentString<LatestTurnsQuery, LatestTurnsQueryVariables>;
export const ChatDocument = new TypedDocumentString(`
    subscription Chat($input: ChatTurnInput!) {
  chatTurn(input: $input) {
    ...StreamedEvent
  }
}
    fragment Turn on AgentSession {
  id
  threadId
  buddySlug
  buddyName
  status
  prompt
  text
  toolCalls {
    ...ToolUse
  }
  route {
    ...Route
  }
  usage {
    totalTokens
  }
  finishReason
  error {
    ...FailedWith
  }
  startedAt
  durationMs
}
fragment ToolUse on ToolCall {
  id
  name
  arguments
  result
  errorMessage
  durationMs
}
fragment FailedWith on TurnError {
  code
  message
  requestId
}
fragment StreamedEvent on ChatTurnEvent {
  __typename
  sequence
  at
  sessionId
  buddy
  ... on TurnStarted {
    session {
      ...Turn
    }
  }
  ... on TextDelta {
    blockId
    delta
  }
  ... on ToolCallStarted {
    toolCall {
      ...ToolUse
    }
  }
  ... on ToolCallFinished {
    toolCall {
      ...ToolUse
    }
  }
  ... on DelegationStarted {
    toolCallId
    task
    delegatedSessionId
    toBuddy {
      name
    }
  }
  ... on DelegationFinished {
    toolCallId
    session {
      ...Turn
    }
  }
  ... on UsageUpdated {
    usage {
      totalTokens
    }
  }
  ... on TurnNotice {
    code
    message
  }
  ... on TurnFinished {
    finishReason
    session {
      ...Turn
    }
  }
  ... on TurnFailed {
    error {
      ...FailedWith
    }
    session {
      ...Turn
    }
  }
}
fragment Route on ModelRoute {
  requestedMode
  modeSource
  mode
  fallbackReason
  payer
  provider
  modelId
  modelReason
  maskedKey
}`) as unknown as TypedDocumentString<ChatSubscription, ChatSubscriptionVariables>;
export const FollowDocument = new TypedDocumentString(`
    subscription Follow($sessionId: ID!) {
  agentSessionEvents(sessionId: $sessionId) {
    ...StreamedEvent
  }
}
    fragment Turn on AgentSession {
  id
  threadId
  buddySlug
  buddyName
  status
  prompt
  text
  toolCalls {
    ...ToolUse
  }
  route {
    ...Route
  }
  usage {
    totalTokens
  }
  finishReason
  error {
    ...FailedWith
  }
  startedAt
  durationMs
}
fragment ToolUse on ToolCall {
  id
  name
  arguments
  result
  errorMessage
  durationMs
}
fragment FailedWith on TurnError {
  code
  message
  requestId
}
fragment StreamedEvent on ChatTurnEvent {
  __typename
  sequence
  at
  sessionId
  buddy
  ... on TurnStarted {
    session {
      ...Turn
    }
  }
  ... on TextDelta {
    blockId
    delta
  }
  ... on ToolCallStarted {
    toolCall {
      ...ToolUse
    }
  }
  ... on ToolCallFinished {
    toolCall {
      ...ToolUse
    }
  }
  ... on DelegationStarted {
    toolCallId
    task
    delegatedSessionId
    toBuddy {
      name
    }
  }
  ... on DelegationFinished {
    toolCallId
    session {
      ...Turn
    }
  }
  ... on UsageUpdated {
    usage {
      totalTokens
    }
  }
  ... on TurnNotice {
    code
    message
  }
  ... on TurnFinished {
    finishReason
    session {
      ...Turn
    }
  }
  ... on TurnFailed {
    error {
      ...FailedWith
    }
    session {
      ...Turn
    }
  }
}
fragment Route on ModelRoute {
  requestedMode
  modeSource
  mode
  fallbackReason
  payer
  provider
  modelId
  modelReason
  maskedKey
}`) as unknown as TypedDocumentString<FollowSubscription, FollowSubscriptionVariables>;
export const CancelTurnDocument = new TypedDocumentString(`
    mutation CancelTurn($sessionId: ID!) {
  cancelTurn(input: {sessionId: $sessionId}) {
    userErrors {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CancelTurnMutation, CancelTurnMutationVariables>;
export const ActivityDocument = new TypedDocumentString(`
    query Activity($after: String, $filter: AgentSessionFilter) {
  workspace {
    buddies {
      slug
      name
    }
    agentSessions(first: 20, after: $after, filter: $filter) {
      totalCount
      nodes {
        ...AuditRow
        parent {
          buddyName
        }
        delegations {
          ...AuditRow
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment AuditRow on AgentSession {
  id
  threadId
  buddySlug
  buddyName
  status
  startedAt
  durationMs
  prompt
  requestedBy {
    name
  }
  route {
    mode
    requestedMode
    fallbackReason
    payer
    modelId
    maskedKey
  }
  usage {
    totalTokens
  }
  metering
  meteredAt
  traceUrl
  error {
    code
  }
}`) as unknown as TypedDocumentString<ActivityQuery, ActivityQueryVariables>;
export const UsageDocument = new TypedDocumentString(`
    query Usage($from: DateTime, $to: DateTime) {
  workspace {
    usage(from: $from, to: $to) {
      from
      to
      total {
        ...UsageSums
      }
      metered {
        ...UsageSums
      }
      byok {
        ...UsageSums
      }
      byBuddy {
        buddy {
          name
        }
        totals {
          ...UsageSums
        }
      }
      byModel {
        modelId
        provider
        totals {
          ...UsageSums
        }
      }
      daily {
        day
        metered {
          ...UsageSums
        }
        byok {
          ...UsageSums
        }
      }
    }
  }
}
    fragment UsageSums on UsageTotals {
  sessions
  usage {
    inputTokens
    outputTokens
    cacheReadTokens
    cacheWriteTokens
    totalTokens
  }
}`) as unknown as TypedDocumentString<UsageQuery, UsageQueryVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    role
    user {
      id
      name
      email
    }
    workspace {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const IntegrationsDocument = new TypedDocumentString(`
    query Integrations {
  workspace {
    viewerCanManageProviders
    routingPolicy {
      defaultMode
      byokFallback
    }
    buddies {
      slug
      name
      modelMode
    }
    providers {
      ...Integration
    }
    keyEvents(first: 8) {
      nodes {
        id
        at
        provider
        action
        maskedKey
        actor {
          name
        }
      }
    }
  }
}
    fragment Integration on ProviderIntegration {
  id
  provider
  status
  maskedKey
  configuredAt
  configuredBy {
    name
  }
  lastVerifiedAt
  lastUsedAt
  lastError
  models {
    id
  }
  consoleUrl
}`) as unknown as TypedDocumentString<IntegrationsQuery, IntegrationsQueryVariables>;
export const ConfigureProviderDocument = new TypedDocumentString(`
    mutation ConfigureProvider($input: ConfigureProviderInput!) {
  configureProvider(input: $input) {
    provider {
      ...Integration
    }
    userErrors {
      message
    }
  }
}
    fragment Integration on ProviderIntegration {
  id
  provider
  status
  maskedKey
  configuredAt
  configuredBy {
    name
  }
  lastVerifiedAt
  lastUsedAt
  lastError
  models {
    id
  }
  consoleUrl
}`) as unknown as TypedDocumentString<ConfigureProviderMutation, ConfigureProviderMutationVariables>;
export const VerifyProviderDocument = new TypedDocumentString(`
    mutation VerifyProvider($input: VerifyProviderInput!) {
  verifyProvider(input: $input) {
    provider {
      ...Integration
    }
    userErrors {
      message
    }
  }
}
    fragment Integration on ProviderIntegration {
  id
  provider
  status
  maskedKey
  configuredAt
  configuredBy {
    name
  }
  lastVerifiedAt
  lastUsedAt
  lastError
  models {
    id
  }
  consoleUrl
}`) as unknown as TypedDocumentString<VerifyProviderMutation, VerifyProviderMutationVariables>;
export const RevokeProviderDocument = new TypedDocumentString(`
    mutation RevokeProvider($input: RevokeProviderInput!) {
  revokeProvider(input: $input) {
    provider {
      ...Integration
    }
    userErrors {
      message
    }
  }
}
    fragment Integration on ProviderIntegration {
  id
  provider
  status
  maskedKey
  configuredAt
  configuredBy {
    name
  }
  lastVerifiedAt
  lastUsedAt
  lastError
  models {
    id
  }
  consoleUrl
}`) as unknown as TypedDocumentString<RevokeProviderMutation, RevokeProviderMutationVariables>;
export const BuddiesDocument = new TypedDocumentString(`
    query Buddies {
  workspace {
    viewerCanManageBuddies
    connectedPlatforms
    routingPolicy {
      defaultMode
      byokFallback
    }
    buddies {
      slug
      name
      description
      role
      modelMode
      tools
      nextRoute {
        ...Preview
      }
      onMetered: nextRoute(override: METERED) {
        ...Preview
      }
      onClaude: nextRoute(override: BYOK_CLAUDE) {
        ...Preview
      }
      onOpenAi: nextRoute(override: BYOK_OPENAI) {
        ...Preview
      }
    }
  }
}
    fragment Preview on RoutePreview {
  status
  reason
  route {
    ...Route
  }
}
fragment Route on ModelRoute {
  requestedMode
  modeSource
  mode
  fallbackReason
  payer
  provider
  modelId
  modelReason
  maskedKey
}`) as unknown as TypedDocumentString<BuddiesQuery, BuddiesQueryVariables>;
export const SetBuddyModelDocument = new TypedDocumentString(`
    mutation SetBuddyModel($input: SetBuddyModelInput!) {
  setBuddyModel(input: $input) {
    userErrors {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<SetBuddyModelMutation, SetBuddyModelMutationVariables>;
export const UpdateRoutingPolicyDocument = new TypedDocumentString(`
    mutation UpdateRoutingPolicy($input: UpdateRoutingPolicyInput!) {
  updateRoutingPolicy(input: $input) {
    userErrors {
      message
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateRoutingPolicyMutation, UpdateRoutingPolicyMutationVariables>;