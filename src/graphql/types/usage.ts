import { Field, Int, ObjectType } from "type-graphql";

import type { LlmProvider } from "../../providers/language-model";
import type { ModelMode } from "../../workspaces/model-mode";
import { LlmProviderEnum, ModelModeEnum } from "./enums";
import { DateTime } from "./scalars";
import { TokenUsage } from "./token-usage";

@ObjectType({ description: "Totals over some sessions." })
export abstract class UsageTotals {
  @Field(() => Int, { description: "How many sessions." })
  readonly sessions!: number;

  @Field(() => TokenUsage, { description: "Their tokens." })
  readonly usage!: TokenUsage;
}

@ObjectType({ description: "Totals of one mode." })
export abstract class ModeUsage {
  @Field(() => ModelModeEnum, { description: "The mode." })
  readonly mode!: ModelMode;

  @Field(() => UsageTotals, { description: "Its totals." })
  readonly totals!: UsageTotals;
}

@ObjectType({ description: "Totals of one buddy." })
export abstract class BuddyUsage {
  @Field(() => UsageTotals, { description: "Its totals." })
  readonly totals!: UsageTotals;
}

@ObjectType({ description: "Totals of one model." })
export abstract class ModelUsage {
  @Field(() => String, { description: "Exact model id." })
  readonly modelId!: string;

  @Field(() => LlmProviderEnum, { description: "Its provider." })
  readonly provider!: LlmProvider;

  @Field(() => UsageTotals, { description: "Its totals." })
  readonly totals!: UsageTotals;
}

@ObjectType({ description: "Totals of one day." })
export abstract class DailyUsage {
  @Field(() => DateTime, { description: "Start of the day, UTC." })
  readonly day!: Date;

  @Field(() => UsageTotals, { description: "The metered part." })
  readonly metered!: UsageTotals;

  @Field(() => UsageTotals, { description: "The part paid with own keys." })
  readonly byok!: UsageTotals;
}

@ObjectType({ description: "Token usage of a workspace over a period." })
export abstract class UsageSummary {
  @Field(() => DateTime, { description: "Start, inclusive." })
  readonly from!: Date;

  @Field(() => DateTime, { description: "End, exclusive." })
  readonly to!: Date;

  @Field(() => UsageTotals, { description: "Everything." })
  readonly total!: UsageTotals;

  @Field(() => UsageTotals, { description: "The part billed through the `ai_tokens` meter." })
  readonly metered!: UsageTotals;

  @Field(() => UsageTotals, { description: "The part paid with the workspace's own keys." })
  readonly byok!: UsageTotals;

  @Field(() => [ModeUsage], { description: "By mode, only modes that were used." })
  readonly byMode!: readonly ModeUsage[];

  @Field(() => [BuddyUsage], { description: "By buddy, largest first." })
  readonly byBuddy!: readonly BuddyUsage[];

  @Field(() => [ModelUsage], { description: "By model, largest first." })
  readonly byModel!: readonly ModelUsage[];

  @Field(() => [DailyUsage], {
    description: "By UTC day, oldest first, days without usage included: ready for a chart.",
  })
  readonly daily!: readonly DailyUsage[];
}
