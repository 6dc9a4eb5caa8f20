import { Field, ObjectType } from "type-graphql";

import type { LlmProvider } from "../../providers/language-model";
import { LlmProviderEnum } from "./enums";
import { Node } from "./node";

@ObjectType({
  implements: Node,
  description: "A workspace's integration with one provider. Exists for every provider, also when no key is stored.",
})
export abstract class ProviderIntegration {
  @Field(() => LlmProviderEnum, { description: "Which provider." })
  readonly provider!: LlmProvider;
}
