import { Field, ObjectType } from "type-graphql";

import type { ByokFallback, ModelMode } from "../../workspaces/model-mode";
import { ByokFallbackEnum, ModelModeEnum } from "./enums";

@ObjectType({ description: "Workspace-wide routing rules." })
export abstract class RoutingPolicy {
  @Field(() => ModelModeEnum, { description: "Mode of buddies that have none of their own." })
  readonly defaultMode!: ModelMode;

  @Field(() => ByokFallbackEnum, { description: "What to do when a bring-your-own-key mode has no key." })
  readonly byokFallback!: ByokFallback;
}
