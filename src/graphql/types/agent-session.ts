import { Field, Int, ObjectType } from "type-graphql";

import type { AgentSessionStatus, FinishReason, UsageSource } from "../../agents/agent-session.entity";
import { AgentSessionStatusEnum, FinishReasonEnum, UsageSourceEnum } from "./enums";
import { ModelRoute } from "./model-route";
import { Node } from "./node";
import { DateTime } from "./scalars";
import { TokenUsage } from "./token-usage";
import { ToolCall } from "./tool-call";
import { TurnError } from "./turn-error";

@ObjectType({
  implements: Node,
  description:
    "One turn of one buddy, kept for audit. A delegated piece of work is a session of its own, with its own\n" +
    "mode, model and usage, because the two buddies may be paid for differently.",
})
export abstract class AgentSession {
  @Field(() => String, { description: "Its slug at the time." })
  readonly buddySlug!: string;

  @Field(() => String, { description: "Its name at the time." })
  readonly buddyName!: string;

  @Field(() => AgentSessionStatusEnum, { description: "Lifecycle." })
  readonly status!: AgentSessionStatus;

  @Field(() => ModelRoute, { description: "Where the turn went and who paid: the receipt." })
  readonly route!: ModelRoute;

  @Field(() => String, { description: "What the buddy was asked." })
  readonly prompt!: string;

  @Field(() => String, { description: "The answer so far, or the whole answer once the session has ended." })
  readonly text!: string;

  @Field(() => [ToolCall], { description: "Tool calls, in order." })
  readonly toolCalls!: readonly ToolCall[];

  @Field(() => TokenUsage, { description: "Tokens of this session alone." })
  readonly usage!: TokenUsage;

  @Field(() => UsageSourceEnum, { nullable: true, description: "How `usage` is known. Null while running." })
  readonly usageSource!: UsageSource | null;

  @Field(() => FinishReasonEnum, {
    nullable: true,
    description: "Why the model stopped. Null while running or when failed.",
  })
  readonly finishReason!: FinishReason | null;

  @Field(() => TurnError, {
    nullable: true,
    description: "What went wrong. Null unless `status` is `FAILED` or `INTERRUPTED`.",
  })
  readonly error!: TurnError | null;

  @Field(() => DateTime, { description: "When the turn was accepted." })
  readonly startedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: "When it ended. Null while running." })
  readonly endedAt!: Date | null;

  @Field(() => String, { nullable: true, description: "Langfuse trace id." })
  readonly traceId!: string | null;

  @Field(() => Int, { description: "Sequence number of the latest event, to resume `agentSessionEvents` after it." })
  readonly lastSequence!: number;
}
