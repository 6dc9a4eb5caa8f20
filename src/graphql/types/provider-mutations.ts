import { Field, InputType, ObjectType } from "type-graphql";

import type { LlmProvider } from "../../providers/language-model";
import { Buddy } from "./buddy";
import { LlmProviderEnum } from "./enums";
import { ProviderIntegration } from "./provider-integration";
import type { BuddySource, ProviderIntegrationSource } from "./sources";
import { UserError } from "./user-error";

@InputType({ description: "Input of `configureProvider`." })
export class ConfigureProviderInput {
  @Field(() => LlmProviderEnum, { description: "Which provider." })
  readonly provider!: LlmProvider;

  @Field(() => String, {
    description: "The key. Send it as a variable, never inline in the document: documents may be logged.",
  })
  readonly apiKey!: string;
}

@ObjectType({ description: "Result of `configureProvider`." })
export abstract class ConfigureProviderPayload {
  @Field(() => ProviderIntegration, {
    nullable: true,
    description: "The provider, now `ACTIVE` or `LIMITED`. Null when nothing was stored.",
  })
  readonly provider!: ProviderIntegrationSource | null;

  @Field(() => [UserError], { description: "What was wrong. Empty on success." })
  readonly userErrors!: readonly UserError[];
}

@InputType({ description: "Input of `verifyProvider`." })
export class VerifyProviderInput {
  @Field(() => LlmProviderEnum, { description: "Which provider." })
  readonly provider!: LlmProvider;
}

@ObjectType({ description: "Result of `verifyProvider`." })
export abstract class VerifyProviderPayload {
  @Field(() => ProviderIntegration, { nullable: true, description: "The provider, with a fresh `status`." })
  readonly provider!: ProviderIntegrationSource | null;

  @Field(() => [UserError], {
    description: "What was wrong with the request. A rejected key is not an error here: read `provider.status`.",
  })
  readonly userErrors!: readonly UserError[];
}

@InputType({ description: "Input of `revokeProvider`." })
export class RevokeProviderInput {
  @Field(() => LlmProviderEnum, { description: "Which provider." })
  readonly provider!: LlmProvider;
}

@ObjectType({ description: "Result of `revokeProvider`." })
export abstract class RevokeProviderPayload {
  @Field(() => ProviderIntegration, { nullable: true, description: "The provider, now `NOT_CONFIGURED`." })
  readonly provider!: ProviderIntegrationSource | null;

  @Field(() => [Buddy], { description: "Buddies whose mode needs the key that is gone; see their `nextRoute`." })
  readonly affectedBuddies!: readonly BuddySource[];

  @Field(() => [UserError], { description: "What was wrong. Empty on success." })
  readonly userErrors!: readonly UserError[];
}
