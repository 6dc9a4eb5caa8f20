import { Field, ObjectType } from "type-graphql";

import type { ProviderKeyAction, ProviderKeyEventEntity } from "../../provider-keys/provider-key-event.entity";
import type { LlmProvider } from "../../providers/language-model";
import { connectionOf, edgeOf } from "./connection";
import { LlmProviderEnum, ProviderKeyActionEnum } from "./enums";
import { Node } from "./node";
import { DateTime } from "./scalars";

@ObjectType({ implements: Node, description: "One entry of the custody trail. Kept until the workspace is deleted." })
export abstract class ProviderKeyEvent {
  @Field(() => DateTime, { description: "When." })
  readonly at!: Date;

  @Field(() => LlmProviderEnum, { description: "Which provider." })
  readonly provider!: LlmProvider;

  @Field(() => ProviderKeyActionEnum, { description: "What." })
  readonly action!: ProviderKeyAction;

  @Field(() => String, { description: "Which key, masked." })
  readonly maskedKey!: string;
}

@ObjectType({ description: "One entry on a page." })
export abstract class ProviderKeyEventEdge extends edgeOf<ProviderKeyEventEntity>(
  () => ProviderKeyEvent,
  "The entry.",
) {}

@ObjectType({ description: "A page of the custody trail." })
export abstract class ProviderKeyEventConnection extends connectionOf<ProviderKeyEventEntity>(
  () => ProviderKeyEvent,
  () => ProviderKeyEventEdge,
) {}
