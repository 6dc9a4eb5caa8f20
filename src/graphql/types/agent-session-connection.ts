import { ArgsType, Extensions, Field, ID, InputType, ObjectType } from "type-graphql";

import type { AgentSessionEntity, AgentSessionStatus } from "../../agents/agent-session.entity";
import type { ModelMode } from "../../workspaces/model-mode";
import { PRICES } from "../prices";
import { AgentSession } from "./agent-session";
import { connectionOf, edgeOf } from "./connection";
import {
  type AgentSessionOrderField,
  AgentSessionOrderFieldEnum,
  AgentSessionStatusEnum,
  ModelModeEnum,
  type OrderDirection,
  OrderDirectionEnum,
} from "./enums";
import { PageArgs } from "./page-args";
import { DateTime } from "./scalars";

@InputType({
  description:
    "Which agent sessions to include. Conditions are combined with AND; an omitted or null condition matches all.",
})
export class AgentSessionFilter {
  @Field(() => [String], { nullable: true, description: "Any of these buddies, by slug." })
  readonly buddies?: readonly string[] | null;

  @Field(() => [ModelModeEnum], { nullable: true, description: "Any of these modes." })
  readonly modes?: readonly ModelMode[] | null;

  @Field(() => [AgentSessionStatusEnum], { nullable: true, description: "Any of these states." })
  readonly statuses?: readonly AgentSessionStatus[] | null;

  @Field(() => String, { nullable: true, description: "Exactly this model." })
  readonly modelId?: string | null;

  @Field(() => ID, { nullable: true, description: "Exactly this conversation." })
  readonly threadId?: string | null;

  @Field(() => DateTime, { nullable: true, description: "Started at or after." })
  readonly startedAfter?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Started before." })
  readonly startedBefore?: Date | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false, description: "Leave out delegated sessions." })
  readonly topLevelOnly?: boolean | null;
}

@InputType({ description: "How to order agent sessions." })
export class AgentSessionOrder {
  @Field(() => AgentSessionOrderFieldEnum, { description: "By what." })
  readonly field!: AgentSessionOrderField;

  @Field(() => OrderDirectionEnum, { description: "Which way." })
  readonly direction!: OrderDirection;
}

@ArgsType()
export class AgentSessionsArgs extends PageArgs {
  @Field(() => AgentSessionFilter, { nullable: true, description: "What to include." })
  readonly filter?: AgentSessionFilter | null;

  @Field(() => AgentSessionOrder, {
    nullable: true,
    defaultValue: { field: "STARTED_AT", direction: "DESC" },
    description: "How to order.",
  })
  readonly orderBy?: AgentSessionOrder | null;
}

@ObjectType({ description: "One agent session on a page." })
export abstract class AgentSessionEdge extends edgeOf<AgentSessionEntity>(() => AgentSession, "The session.") {}

/** Its `totalCount` is counted only when it is asked for. */
@Extensions({ complexityOfItem: PRICES.sessionOfPage })
@ObjectType({ description: "A page of agent sessions." })
export abstract class AgentSessionConnection extends connectionOf<AgentSessionEntity>(
  () => AgentSession,
  () => AgentSessionEdge,
) {}
