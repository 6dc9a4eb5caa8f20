import { FieldResolver, Resolver, Root } from "type-graphql";

import { type TokenUsage as SessionUsage, totalTokens } from "../../agents/token-usage";
import { SafeInt } from "../types/scalars";
import { TokenUsage } from "../types/token-usage";

@Resolver(() => TokenUsage)
export class TokenUsageFields {
  @FieldResolver(() => SafeInt, { description: "Sum of input, output, cache read and cache write tokens." })
  totalTokens(@Root() usage: SessionUsage): number {
    return totalTokens(usage);
  }
}
