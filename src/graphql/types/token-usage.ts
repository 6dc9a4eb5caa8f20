import { Field, ObjectType } from "type-graphql";

import { SafeInt } from "./scalars";

@ObjectType({ description: "Tokens used. Providers' names differ; these are normalized." })
export abstract class TokenUsage {
  @Field(() => SafeInt, { description: "Prompt tokens that were not read from a cache." })
  readonly inputTokens!: number;

  @Field(() => SafeInt, { description: "Generated tokens, reasoning included." })
  readonly outputTokens!: number;

  @Field(() => SafeInt, { description: "Prompt tokens read from the provider's cache." })
  readonly cacheReadTokens!: number;

  @Field(() => SafeInt, { description: "Prompt tokens written to the provider's cache." })
  readonly cacheWriteTokens!: number;

  @Field(() => SafeInt, {
    nullable: true,
    description: "Generated tokens spent on reasoning; part of `outputTokens`. Null when the provider does not say.",
  })
  readonly reasoningTokens!: number | null;
}
