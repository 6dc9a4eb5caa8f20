import { Field, ID, Int, InterfaceType, ObjectType } from "type-graphql";

import type { AgentSessionEntity, FinishReason } from "../../agents/agent-session.entity";
import type { TurnEvent, TurnNoticeCode } from "../../agents/turn-events";
import { AgentSession } from "./agent-session";
import { FinishReasonEnum, TurnNoticeCodeEnum } from "./enums";
import { DateTime } from "./scalars";
import { TokenUsage } from "./token-usage";
import { ToolCall } from "./tool-call";
import { TurnError } from "./turn-error";

@InterfaceType({
  description:
    "One event of a turn. New types may be added: ignore those you do not know. Events of delegated work come on the same\n" +
    "stream, told apart by `sessionId`.",
  resolveType: (event: TurnEvent) => event.type,
})
export abstract class ChatTurnEvent {
  @Field(() => Int, {
    description: "Increases within the top-level turn. Pass the last one seen as `after` to resume.",
  })
  readonly sequence!: number;

  @Field(() => DateTime, { description: "When it happened." })
  readonly at!: Date;

  @Field(() => String, { description: "Buddy it belongs to, by slug." })
  readonly buddy!: string;
}

@ObjectType({
  implements: ChatTurnEvent,
  description: "Always the first event of a session: who answers, with which model, paid by whom.",
})
export abstract class TurnStarted {
  @Field(() => AgentSession, { description: "The session." })
  readonly session!: AgentSessionEntity;
}

@ObjectType({
  implements: ChatTurnEvent,
  description: "A piece of the answer. Pieces a few tens of milliseconds apart are sent as one.",
})
export abstract class TextDelta {
  @Field(() => ID, { description: "Text block it extends; a turn with tool calls has several." })
  readonly blockId!: string;

  @Field(() => String, { description: "Text to append. Never empty." })
  readonly delta!: string;

  @Field(() => String, {
    description:
      "The session's whole text so far. Handy in GraphiQL, which shows only the latest event; in an app append `delta`.",
  })
  readonly text!: string;
}

@ObjectType({ implements: ChatTurnEvent, description: "The model called a tool." })
export abstract class ToolCallStarted {
  @Field(() => ToolCall, { description: "The call, arguments complete." })
  readonly toolCall!: ToolCall;
}

@ObjectType({
  implements: ChatTurnEvent,
  description: "A tool returned or failed. A failing tool does not end the turn.",
})
export abstract class ToolCallFinished {
  @Field(() => ToolCall, { description: "The call, with its result." })
  readonly toolCall!: ToolCall;
}

@ObjectType({
  implements: ChatTurnEvent,
  description: "The orchestrator handed work to another buddy. That buddy's `TurnStarted` follows.",
})
export abstract class DelegationStarted {
  @Field(() => String, { description: "Buddy it belongs to: the delegating one." })
  readonly buddy!: string;

  @Field(() => ID, { description: "Tool call that caused it." })
  readonly toolCallId!: string;

  @Field(() => String, { description: "What was asked." })
  readonly task!: string;
}

@ObjectType({ implements: ChatTurnEvent, description: "Delegated work ended." })
export abstract class DelegationFinished {
  @Field(() => String, { description: "Buddy it belongs to: the delegating one." })
  readonly buddy!: string;

  @Field(() => ID, { description: "Tool call that caused it." })
  readonly toolCallId!: string;

  @Field(() => AgentSession, { description: "The delegated session, ended." })
  readonly session!: AgentSessionEntity;
}

@ObjectType({
  implements: ChatTurnEvent,
  description: "Usage of a session after a model call. Replaces the previous value, does not add to it.",
})
export abstract class UsageUpdated {
  @Field(() => TokenUsage, { description: "The session's usage so far." })
  readonly usage!: TokenUsage;
}

@ObjectType({ implements: ChatTurnEvent, description: "Something worth showing that does not stop the turn." })
export abstract class TurnNotice {
  @Field(() => TurnNoticeCodeEnum, { description: "For code to branch on." })
  readonly code!: TurnNoticeCode;

  @Field(() => String, { description: "Safe to show to the user as is." })
  readonly message!: string;
}

@ObjectType({
  implements: ChatTurnEvent,
  description: "A session ended normally or was cancelled. The stream completes after the top-level one.",
})
export abstract class TurnFinished {
  @Field(() => AgentSession, { description: "The session, ended, with its whole text and final usage." })
  readonly session!: AgentSessionEntity;

  @Field(() => FinishReasonEnum, { description: "Why the model stopped." })
  readonly finishReason!: FinishReason;
}

@ObjectType({
  implements: ChatTurnEvent,
  description: "A session failed. The stream completes after the top-level one.",
})
export abstract class TurnFailed {
  @Field(() => TurnError, { description: "What went wrong." })
  readonly error!: TurnError;

  @Field(() => AgentSession, {
    description:
      "The session, with what was produced before the failure. An accepted turn always has one, even if it fails at once.",
  })
  readonly session!: AgentSessionEntity;
}
