import { Field, InputType, ObjectType } from "type-graphql";

import type { ByokFallback, ModelMode } from "../../workspaces/model-mode";
import type { WorkspaceEntity } from "../../workspaces/workspace.entity";
import { Buddy } from "./buddy";
import { ByokFallbackEnum, ModelModeEnum } from "./enums";
import type { BuddySource } from "./sources";
import { UserError } from "./user-error";
import { Workspace } from "./workspace";

@InputType({ description: "Input of `setBuddyModel`." })
export class SetBuddyModelInput {
  @Field(() => String, { description: "Which buddy, by slug." })
  readonly buddy!: string;

  @Field(() => ModelModeEnum, { nullable: true, description: "The mode, or null to follow the workspace default." })
  readonly mode?: ModelMode | null;
}

@ObjectType({ description: "Result of `setBuddyModel`." })
export abstract class SetBuddyModelPayload {
  @Field(() => Buddy, { nullable: true, description: "The buddy. Null when nothing was changed." })
  readonly buddy!: BuddySource | null;

  @Field(() => [UserError], { description: "What was wrong. Empty on success." })
  readonly userErrors!: readonly UserError[];
}

@InputType({ description: "Input of `updateRoutingPolicy`. What is left out stays as it is." })
export class UpdateRoutingPolicyInput {
  @Field(() => ModelModeEnum, { nullable: true, description: "Mode of buddies that have none of their own." })
  readonly defaultMode?: ModelMode | null;

  @Field(() => ByokFallbackEnum, {
    nullable: true,
    description: "What to do when a bring-your-own-key mode has no key.",
  })
  readonly byokFallback?: ByokFallback | null;
}

@ObjectType({ description: "Result of `updateRoutingPolicy`." })
export abstract class UpdateRoutingPolicyPayload {
  @Field(() => Workspace, { nullable: true, description: "The workspace. Null when nothing was changed." })
  readonly workspace!: WorkspaceEntity | null;

  @Field(() => [UserError], { description: "What was wrong. Empty on success." })
  readonly userErrors!: readonly UserError[];
}
