/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
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

/** How a session's token counts are known. */
export type UsageSource =
  /** The last counts seen before the turn was cut short. */
  | 'CHECKPOINT'
  /** Counted from the text that was sent and received, as far as the provider's report never came: four characters are one token. */
  | 'ESTIMATED'
  /** The provider reported them for every model call. */
  | 'REPORTED';

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

export type ChatTurnSubscriptionVariables = Exact<{
  input: ChatTurnInput;
  after?: number | null | undefined;
}>;


export type ChatTurnSubscription = { chatTurn:
    | { __typename: 'DelegationFinished', toolCallId: string, sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, modelId: string, prompt: string, text: string, usageSource: UsageSource | null, finishReason: FinishReason | null, lastSequence: number, startedAt: string, endedAt: string | null, durationMs: number | null, timeToFirstTokenMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null }>, parent: { id: string } | null, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number }, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string } | null, buddy: { slug: string } | null, requestedBy: { name: string } | null } }
    | { __typename: 'DelegationStarted', toolCallId: string, task: string, delegatedSessionId: string, sequence: number, at: string, sessionId: string, buddy: string, toBuddy: { slug: string } }
    | { __typename: 'TextDelta', blockId: string, delta: string, text: string, sequence: number, at: string, sessionId: string, buddy: string }
    | { __typename: 'ToolCallFinished', sequence: number, at: string, sessionId: string, buddy: string, toolCall: { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null } }
    | { __typename: 'ToolCallStarted', sequence: number, at: string, sessionId: string, buddy: string, toolCall: { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null } }
    | { __typename: 'TurnFailed', sequence: number, at: string, sessionId: string, buddy: string, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string }, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, modelId: string, prompt: string, text: string, usageSource: UsageSource | null, finishReason: FinishReason | null, lastSequence: number, startedAt: string, endedAt: string | null, durationMs: number | null, timeToFirstTokenMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null }>, parent: { id: string } | null, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number }, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string } | null, buddy: { slug: string } | null, requestedBy: { name: string } | null } }
    | { __typename: 'TurnFinished', finishReason: FinishReason, sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, modelId: string, prompt: string, text: string, usageSource: UsageSource | null, finishReason: FinishReason | null, lastSequence: number, startedAt: string, endedAt: string | null, durationMs: number | null, timeToFirstTokenMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null }>, parent: { id: string } | null, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number }, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string } | null, buddy: { slug: string } | null, requestedBy: { name: string } | null } }
    | { __typename: 'TurnNotice', code: TurnNoticeCode, message: string, sequence: number, at: string, sessionId: string, buddy: string }
    | { __typename: 'TurnStarted', sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, modelId: string, prompt: string, text: string, usageSource: UsageSource | null, finishReason: FinishReason | null, lastSequence: number, startedAt: string, endedAt: string | null, durationMs: number | null, timeToFirstTokenMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null }>, parent: { id: string } | null, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number }, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string } | null, buddy: { slug: string } | null, requestedBy: { name: string } | null } }
    | { __typename: 'UsageUpdated', sequence: number, at: string, sessionId: string, buddy: string, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number } }
   };

export type FollowTurnSubscriptionVariables = Exact<{
  sessionId: string | number;
  after?: number | null | undefined;
}>;


export type FollowTurnSubscription = { agentSessionEvents:
    | { __typename: 'DelegationFinished', toolCallId: string, sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, modelId: string, prompt: string, text: string, usageSource: UsageSource | null, finishReason: FinishReason | null, lastSequence: number, startedAt: string, endedAt: string | null, durationMs: number | null, timeToFirstTokenMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null }>, parent: { id: string } | null, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number }, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string } | null, buddy: { slug: string } | null, requestedBy: { name: string } | null } }
    | { __typename: 'DelegationStarted', toolCallId: string, task: string, delegatedSessionId: string, sequence: number, at: string, sessionId: string, buddy: string, toBuddy: { slug: string } }
    | { __typename: 'TextDelta', blockId: string, delta: string, text: string, sequence: number, at: string, sessionId: string, buddy: string }
    | { __typename: 'ToolCallFinished', sequence: number, at: string, sessionId: string, buddy: string, toolCall: { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null } }
    | { __typename: 'ToolCallStarted', sequence: number, at: string, sessionId: string, buddy: string, toolCall: { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null } }
    | { __typename: 'TurnFailed', sequence: number, at: string, sessionId: string, buddy: string, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string }, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, modelId: string, prompt: string, text: string, usageSource: UsageSource | null, finishReason: FinishReason | null, lastSequence: number, startedAt: string, endedAt: string | null, durationMs: number | null, timeToFirstTokenMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null }>, parent: { id: string } | null, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number }, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string } | null, buddy: { slug: string } | null, requestedBy: { name: string } | null } }
    | { __typename: 'TurnFinished', finishReason: FinishReason, sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, modelId: string, prompt: string, text: string, usageSource: UsageSource | null, finishReason: FinishReason | null, lastSequence: number, startedAt: string, endedAt: string | null, durationMs: number | null, timeToFirstTokenMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null }>, parent: { id: string } | null, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number }, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string } | null, buddy: { slug: string } | null, requestedBy: { name: string } | null } }
    | { __typename: 'TurnNotice', code: TurnNoticeCode, message: string, sequence: number, at: string, sessionId: string, buddy: string }
    | { __typename: 'TurnStarted', sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, modelId: string, prompt: string, text: string, usageSource: UsageSource | null, finishReason: FinishReason | null, lastSequence: number, startedAt: string, endedAt: string | null, durationMs: number | null, timeToFirstTokenMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null }>, parent: { id: string } | null, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number }, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string } | null, buddy: { slug: string } | null, requestedBy: { name: string } | null } }
    | { __typename: 'UsageUpdated', sequence: number, at: string, sessionId: string, buddy: string, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number } }
   };

export type CancelTurnMutationVariables = Exact<{
  sessionId: string | number;
}>;


export type CancelTurnMutation = { cancelTurn: { session: { id: string, status: AgentSessionStatus } | null, userErrors: Array<{ code: UserErrorCode, field: Array<string> | null, message: string }> } };

type TurnEvent_DelegationFinished_Fragment = { __typename: 'DelegationFinished', toolCallId: string, sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, modelId: string, prompt: string, text: string, usageSource: UsageSource | null, finishReason: FinishReason | null, lastSequence: number, startedAt: string, endedAt: string | null, durationMs: number | null, timeToFirstTokenMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null }>, parent: { id: string } | null, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number }, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string } | null, buddy: { slug: string } | null, requestedBy: { name: string } | null } };

type TurnEvent_DelegationStarted_Fragment = { __typename: 'DelegationStarted', toolCallId: string, task: string, delegatedSessionId: string, sequence: number, at: string, sessionId: string, buddy: string, toBuddy: { slug: string } };

type TurnEvent_TextDelta_Fragment = { __typename: 'TextDelta', blockId: string, delta: string, text: string, sequence: number, at: string, sessionId: string, buddy: string };

type TurnEvent_ToolCallFinished_Fragment = { __typename: 'ToolCallFinished', sequence: number, at: string, sessionId: string, buddy: string, toolCall: { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null } };

type TurnEvent_ToolCallStarted_Fragment = { __typename: 'ToolCallStarted', sequence: number, at: string, sessionId: string, buddy: string, toolCall: { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null } };

type TurnEvent_TurnFailed_Fragment = { __typename: 'TurnFailed', sequence: number, at: string, sessionId: string, buddy: string, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string }, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, modelId: string, prompt: string, text: string, usageSource: UsageSource | null, finishReason: FinishReason | null, lastSequence: number, startedAt: string, endedAt: string | null, durationMs: number | null, timeToFirstTokenMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null }>, parent: { id: string } | null, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number }, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string } | null, buddy: { slug: string } | null, requestedBy: { name: string } | null } };

type TurnEvent_TurnFinished_Fragment = { __typename: 'TurnFinished', finishReason: FinishReason, sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, modelId: string, prompt: string, text: string, usageSource: UsageSource | null, finishReason: FinishReason | null, lastSequence: number, startedAt: string, endedAt: string | null, durationMs: number | null, timeToFirstTokenMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null }>, parent: { id: string } | null, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number }, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string } | null, buddy: { slug: string } | null, requestedBy: { name: string } | null } };

type TurnEvent_TurnNotice_Fragment = { __typename: 'TurnNotice', code: TurnNoticeCode, message: string, sequence: number, at: string, sessionId: string, buddy: string };

type TurnEvent_TurnStarted_Fragment = { __typename: 'TurnStarted', sequence: number, at: string, sessionId: string, buddy: string, session: { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, modelId: string, prompt: string, text: string, usageSource: UsageSource | null, finishReason: FinishReason | null, lastSequence: number, startedAt: string, endedAt: string | null, durationMs: number | null, timeToFirstTokenMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null }>, parent: { id: string } | null, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number }, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string } | null, buddy: { slug: string } | null, requestedBy: { name: string } | null } };

type TurnEvent_UsageUpdated_Fragment = { __typename: 'UsageUpdated', sequence: number, at: string, sessionId: string, buddy: string, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number } };

export type TurnEventFragment =
  | TurnEvent_DelegationFinished_Fragment
  | TurnEvent_DelegationStarted_Fragment
  | TurnEvent_TextDelta_Fragment
  | TurnEvent_ToolCallFinished_Fragment
  | TurnEvent_ToolCallStarted_Fragment
  | TurnEvent_TurnFailed_Fragment
  | TurnEvent_TurnFinished_Fragment
  | TurnEvent_TurnNotice_Fragment
  | TurnEvent_TurnStarted_Fragment
  | TurnEvent_UsageUpdated_Fragment
;

export type TurnSessionFragment = { id: string, threadId: string, buddySlug: string, buddyName: string, status: AgentSessionStatus, modelId: string, prompt: string, text: string, usageSource: UsageSource | null, finishReason: FinishReason | null, lastSequence: number, startedAt: string, endedAt: string | null, durationMs: number | null, timeToFirstTokenMs: number | null, toolCalls: Array<{ id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null }>, parent: { id: string } | null, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number }, route: { requestedMode: ModelMode, modeSource: ModelSelectionSource, mode: ModelMode, fallbackReason: FallbackReason | null, payer: Payer, provider: LlmProvider, modelId: string, modelReason: string, maskedKey: string | null }, error: { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string } | null, buddy: { slug: string } | null, requestedBy: { name: string } | null };

export type UsageFragment = { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number };

export type FailureFragment = { code: TurnErrorCode, message: string, retryable: boolean, retryAfterSeconds: number | null, requestId: string };

export type CallFragment = { id: string, name: string, arguments: unknown, result: unknown, errorMessage: string | null, startedAt: string, durationMs: number | null };

export type WorkspaceUsageQueryVariables = Exact<{
  from?: string | null | undefined;
  to?: string | null | undefined;
}>;


export type WorkspaceUsageQuery = { workspace: { usage: { from: string, to: string, total: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number } }, metered: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number } }, byok: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number } }, byMode: Array<{ mode: ModelMode, totals: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number } } }>, byBuddy: Array<{ buddy: { slug: string } | null, totals: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number } } }>, byModel: Array<{ modelId: string, provider: LlmProvider, totals: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number } } }>, daily: Array<{ day: string, metered: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number } }, byok: { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number } } }> } } };

export type TotalsFragment = { sessions: number, usage: { inputTokens: number, outputTokens: number, cacheReadTokens: number, cacheWriteTokens: number, reasoningTokens: number | null, totalTokens: number } };

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
export const CallFragmentDoc = new TypedDocumentString(`
    fragment Call on ToolCall {
  id
  name
  arguments
  result
  errorMessage
  startedAt
  durationMs
}
    `, {"fragmentName":"Call"}) as unknown as TypedDocumentString<CallFragment, unknown>;
export const UsageFragmentDoc = new TypedDocumentString(`
    fragment Usage on TokenUsage {
  inputTokens
  outputTokens
  cacheReadTokens
  cacheWriteTokens
  reasoningTokens
  totalTokens
}
    `, {"fragmentName":"Usage"}) as unknown as TypedDocumentString<UsageFragment, unknown>;
export const FailureFragmentDoc = new TypedDocumentString(`
    fragment Failure on TurnError {
  code
  message
  retryable
  retryAfterSeconds
  requestId
}
    `, {"fragmentName":"Failure"}) as unknown as TypedDocumentString<FailureFragment, unknown>;
export const TurnSessionFragmentDoc = new TypedDocumentString(`
    fragment TurnSession on AgentSession {
  id
  threadId
  buddySlug
  buddyName
  status
  modelId
  prompt
  text
  toolCalls {
    ...Call
  }
  parent {
    id
  }
  usage {
    ...Usage
  }
  usageSource
  finishReason
  lastSequence
  route {
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
  error {
    ...Failure
  }
  startedAt
  endedAt
  durationMs
  timeToFirstTokenMs
  buddy {
    slug
  }
  requestedBy {
    name
  }
}
    fragment Usage on TokenUsage {
  inputTokens
  outputTokens
  cacheReadTokens
  cacheWriteTokens
  reasoningTokens
  totalTokens
}
fragment Failure on TurnError {
  code
  message
  retryable
  retryAfterSeconds
  requestId
}
fragment Call on ToolCall {
  id
  name
  arguments
  result
  errorMessage
  startedAt
  durationMs
}`, {"fragmentName":"TurnSession"}) as unknown as TypedDocumentString<TurnSessionFragment, unknown>;
export const TurnEventFragmentDoc = new TypedDocumentString(`
    fragment TurnEvent on ChatTurnEvent {
  __typename
  sequence
  at
  sessionId
  buddy
  ... on TurnStarted {
    session {
      ...TurnSession
    }
  }
  ... on TextDelta {
    blockId
    delta
    text
  }
  ... on ToolCallStarted {
    toolCall {
      ...Call
    }
  }
  ... on ToolCallFinished {
    toolCall {
      ...Call
    }
  }
  ... on DelegationStarted {
    toolCallId
    task
    delegatedSessionId
    toBuddy {
      slug
    }
  }
  ... on DelegationFinished {
    toolCallId
    session {
      ...TurnSession
    }
  }
  ... on UsageUpdated {
    usage {
      ...Usage
    }
  }
  ... on TurnNotice {
    code
    message
  }
  ... on TurnFinished {
    finishReason
    session {
      ...TurnSession
    }
  }
  ... on TurnFailed {
    error {
      ...Failure
    }
    session {
      ...TurnSession
    }
  }
}
    fragment TurnSession on AgentSession {
  id
  threadId
  buddySlug
  buddyName
  status
  modelId
  prompt
  text
  toolCalls {
    ...Call
  }
  parent {
    id
  }
  usage {
    ...Usage
  }
  usageSource
  finishReason
  lastSequence
  route {
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
  error {
    ...Failure
  }
  startedAt
  endedAt
  durationMs
  timeToFirstTokenMs
  buddy {
    slug
  }
  requestedBy {
    name
  }
}
fragment Usage on TokenUsage {
  inputTokens
  outputTokens
  cacheReadTokens
  cacheWriteTokens
  reasoningTokens
  totalTokens
}
fragment Failure on TurnError {
  code
  message
  retryable
  retryAfterSeconds
  requestId
}
fragment Call on ToolCall {
  id
  name
  arguments
  result
  errorMessage
  startedAt
  durationMs
}`, {"fragmentName":"TurnEvent"}) as unknown as TypedDocumentString<TurnEventFragment, unknown>;
export const TotalsFragmentDoc = new TypedDocumentString(`
    fragment Totals on UsageTotals {
  sessions
  usage {
    ...Usage
  }
}
    fragment Usage on TokenUsage {
  inputTokens
  outputTokens
  cacheReadTokens
  cacheWriteTokens
  reasoningTokens
  totalTokens
}`, {"fragmentName":"Totals"}) as unknown as TypedDocumentString<TotalsFragment, unknown>;
export const ChatTurnDocument = new TypedDocumentString(`
    subscription ChatTurn($input: ChatTurnInput!, $after: Int) {
  chatTurn(input: $input, after: $after) {
    ...TurnEvent
  }
}
    fragment TurnEvent on ChatTurnEvent {
  __typename
  sequence
  at
  sessionId
  buddy
  ... on TurnStarted {
    session {
      ...TurnSession
    }
  }
  ... on TextDelta {
    blockId
    delta
    text
  }
  ... on ToolCallStarted {
    toolCall {
      ...Call
    }
  }
  ... on ToolCallFinished {
    toolCall {
      ...Call
    }
  }
  ... on DelegationStarted {
    toolCallId
    task
    delegatedSessionId
    toBuddy {
      slug
    }
  }
  ... on DelegationFinished {
    toolCallId
    session {
      ...TurnSession
    }
  }
  ... on UsageUpdated {
    usage {
      ...Usage
    }
  }
  ... on TurnNotice {
    code
    message
  }
  ... on TurnFinished {
    finishReason
    session {
      ...TurnSession
    }
  }
  ... on TurnFailed {
    error {
      ...Failure
    }
    session {
      ...TurnSession
    }
  }
}
fragment TurnSession on AgentSession {
  id
  threadId
  buddySlug
  buddyName
  status
  modelId
  prompt
  text
  toolCalls {
    ...Call
  }
  parent {
    id
  }
  usage {
    ...Usage
  }
  usageSource
  finishReason
  lastSequence
  route {
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
  error {
    ...Failure
  }
  startedAt
  endedAt
  durationMs
  timeToFirstTokenMs
  buddy {
    slug
  }
  requestedBy {
    name
  }
}
fragment Usage on TokenUsage {
  inputTokens
  outputTokens
  cacheReadTokens
  cacheWriteTokens
  reasoningTokens
  totalTokens
}
fragment Failure on TurnError {
  code
  message
  retryable
  retryAfterSeconds
  requestId
}
fragment Call on ToolCall {
  id
  name
  arguments
  result
  errorMessage
  startedAt
  durationMs
}`) as unknown as TypedDocumentString<ChatTurnSubscription, ChatTurnSubscriptionVariables>;
export const FollowTurnDocument = new TypedDocumentString(`
    subscription FollowTurn($sessionId: ID!, $after: Int) {
  agentSessionEvents(sessionId: $sessionId, after: $after) {
    ...TurnEvent
  }
}
    fragment TurnEvent on ChatTurnEvent {
  __typename
  sequence
  at
  sessionId
  buddy
  ... on TurnStarted {
    session {
      ...TurnSession
    }
  }
  ... on TextDelta {
    blockId
    delta
    text
  }
  ... on ToolCallStarted {
    toolCall {
      ...Call
    }
  }
  ... on ToolCallFinished {
    toolCall {
      ...Call
    }
  }
  ... on DelegationStarted {
    toolCallId
    task
    delegatedSessionId
    toBuddy {
      slug
    }
  }
  ... on DelegationFinished {
    toolCallId
    session {
      ...TurnSession
    }
  }
  ... on UsageUpdated {
    usage {
      ...Usage
    }
  }
  ... on TurnNotice {
    code
    message
  }
  ... on TurnFinished {
    finishReason
    session {
      ...TurnSession
    }
  }
  ... on TurnFailed {
    error {
      ...Failure
    }
    session {
      ...TurnSession
    }
  }
}
fragment TurnSession on AgentSession {
  id
  threadId
  buddySlug
  buddyName
  status
  modelId
  prompt
  text
  toolCalls {
    ...Call
  }
  parent {
    id
  }
  usage {
    ...Usage
  }
  usageSource
  finishReason
  lastSequence
  route {
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
  error {
    ...Failure
  }
  startedAt
  endedAt
  durationMs
  timeToFirstTokenMs
  buddy {
    slug
  }
  requestedBy {
    name
  }
}
fragment Usage on TokenUsage {
  inputTokens
  outputTokens
  cacheReadTokens
  cacheWriteTokens
  reasoningTokens
  totalTokens
}
fragment Failure on TurnError {
  code
  message
  retryable
  retryAfterSeconds
  requestId
}
fragment Call on ToolCall {
  id
  name
  arguments
  result
  errorMessage
  startedAt
  durationMs
}`) as unknown as TypedDocumentString<FollowTurnSubscription, FollowTurnSubscriptionVariables>;
export const CancelTurnDocument = new TypedDocumentString(`
    mutation CancelTurn($sessionId: ID!) {
  cancelTurn(input: {sessionId: $sessionId}) {
    session {
      id
      status
    }
    userErrors {
      code
      field
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CancelTurnMutation, CancelTurnMutationVariables>;
export const WorkspaceUsageDocument = new TypedDocumentString(`
    query WorkspaceUsage($from: DateTime, $to: DateTime) {
  workspace {
    usage(from: $from, to: $to) {
      from
      to
      total {
        ...Totals
      }
      metered {
        ...Totals
      }
      byok {
        ...Totals
      }
      byMode {
        mode
        totals {
          ...Totals
        }
      }
      byBuddy {
        buddy {
          slug
        }
        totals {
          ...Totals
        }
      }
      byModel {
        modelId
        provider
        totals {
          ...Totals
        }
      }
      daily {
        day
        metered {
          ...Totals
        }
        byok {
          ...Totals
        }
      }
    }
  }
}
    fragment Usage on TokenUsage {
  inputTokens
  outputTokens
  cacheReadTokens
  cacheWriteTokens
  reasoningTokens
  totalTokens
}
fragment Totals on UsageTotals {
  sessions
  usage {
    ...Usage
  }
}`) as unknown as TypedDocumentString<WorkspaceUsageQuery, WorkspaceUsageQueryVariables>;