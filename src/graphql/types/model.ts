import { Field, Int, ObjectType } from "type-graphql";

import type { LlmProvider } from "../../providers/language-model";
import { LlmProviderEnum } from "./enums";

@ObjectType({ description: "A model." })
export abstract class Model {
  @Field(() => String, { description: "The provider's id, as sent to the provider and stored for audit." })
  readonly id!: string;

  @Field(() => String, { description: "Name to show." })
  readonly displayName!: string;

  @Field(() => LlmProviderEnum, { description: "Which provider serves it." })
  readonly provider!: LlmProvider;

  @Field(() => Int, { nullable: true, description: "Context window in tokens, when known." })
  readonly contextWindow!: number | null;
}
