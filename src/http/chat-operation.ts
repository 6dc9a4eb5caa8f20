// `POST /api/chat` is the subscription `chatTurn` with this selection, executed by the same schema: one union of events, rendered
// once, so that the two doors cannot tell a turn differently.

/** An event as a client of GraphQL would get it. */
export interface StreamedEvent {
  __typename: string;
  sequence: number;
  [field: string]: unknown;
}

/** What an event is called on the stream. */
const NAMES: Readonly<Record<string, string>> = {
  TurnStarted: "turn.started",
  TextDelta: "text.delta",
  ToolCallStarted: "tool.started",
  ToolCallFinished: "tool.finished",
  DelegationStarted: "delegation.started",
  DelegationFinished: "delegation.finished",
  UsageUpdated: "usage",
  TurnNotice: "notice",
  TurnFinished: "turn.finished",
  TurnFailed: "turn.failed",
};

const USAGE = "inputTokens outputTokens cacheReadTokens cacheWriteTokens reasoningTokens totalTokens";
const CALL = "id name arguments result errorMessage startedAt durationMs";

export const CHAT_OPERATION = `subscription Chat($input: ChatTurnInput!, $after: Int!) {
  chatTurn(input: $input, after: $after) {
    __typename sequence at sessionId buddy
    ... on TurnStarted { session { ...Session } }
    ... on TextDelta { blockId delta }
    ... on ToolCallStarted { toolCall { ${CALL} } }
    ... on ToolCallFinished { toolCall { ${CALL} } }
    ... on DelegationStarted { toolCallId toBuddy { slug name } task delegatedSessionId }
    ... on DelegationFinished { toolCallId session { ...Session } }
    ... on UsageUpdated { usage { ${USAGE} } }
    ... on TurnNotice { code message }
    ... on TurnFinished { finishReason session { ...Session } }
    ... on TurnFailed { error { code message retryable retryAfterSeconds requestId } session { ...Session } }
  }
}
fragment Session on AgentSession {
  id buddySlug buddyName threadId status modelId prompt text usageSource metering meteredAt finishReason
  startedAt endedAt durationMs timeToFirstTokenMs traceId traceUrl lastSequence
  route { requestedMode modeSource mode fallbackReason payer provider modelId modelReason maskedKey }
  usage { ${USAGE} }
}`;

/** As `text/event-stream` has it. JSON has no line breaks of its own, so that one `data` line holds it. */
export function renderEvent({ __typename, ...data }: StreamedEvent): string {
  return `id: ${data.sequence}\nevent: ${NAMES[__typename] ?? __typename}\ndata: ${JSON.stringify(data)}\n\n`;
}
