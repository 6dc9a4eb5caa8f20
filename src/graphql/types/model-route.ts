import { Field, ObjectType } from "type-graphql";

import type { FallbackReason, ModelSelectionSource, Payer } from "../../agents/model-route";
import type { LlmProvider } from "../../providers/language-model";
import type { ModelMode } from "../../workspaces/model-mode";
import {
  FallbackReasonEnum,
  LlmProviderEnum,
  ModelModeEnum,
  ModelSelectionSourceEnum,
  PayerEnum,
  type RouteStatus,
  RouteStatusEnum,
} from "./enums";

@ObjectType({
  description:
    "Where a turn goes and who pays, and why: the receipt. Decided once when the turn starts, and never changed, so that\n" +
    "revoking or replacing a key takes effect on the next turn.",
})
export abstract class ModelRoute {
  @Field(() => ModelModeEnum, { description: "Mode asked for." })
  readonly requestedMode!: ModelMode;

  @Field(() => ModelSelectionSourceEnum, { description: "Where `requestedMode` came from." })
  readonly modeSource!: ModelSelectionSource;

  @Field(() => ModelModeEnum, { description: "Mode that serves the turn." })
  readonly mode!: ModelMode;

  @Field(() => FallbackReasonEnum, {
    nullable: true,
    description: "Why `mode` is not `requestedMode`. Null when it is.",
  })
  readonly fallbackReason!: FallbackReason | null;

  @Field(() => PayerEnum, { description: "Who pays." })
  readonly payer!: Payer;

  @Field(() => LlmProviderEnum, { description: "Who serves." })
  readonly provider!: LlmProvider;

  @Field(() => String, { description: "Exact model id sent to the provider." })
  readonly modelId!: string;

  @Field(() => String, { description: "Why this model, in words, e.g. the capabilities that the buddy's tools need." })
  readonly modelReason!: string;

  @Field(() => String, { nullable: true, description: "Workspace key used, masked. Null for `METERED`." })
  readonly maskedKey!: string | null;
}

@ObjectType({ description: "What the resolver would decide now." })
export abstract class RoutePreview {
  @Field(() => RouteStatusEnum, { description: "Whether a turn could start, and how." })
  readonly status!: RouteStatus;

  @Field(() => ModelRoute, { nullable: true, description: "The route. Null when `status` is `BLOCKED`." })
  readonly route!: ModelRoute | null;

  @Field(() => String, {
    nullable: true,
    description: "Why it would be refused, in a sentence. Null when it would not.",
  })
  readonly reason!: string | null;
}
