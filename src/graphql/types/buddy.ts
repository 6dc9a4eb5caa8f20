import { Field, ObjectType } from "type-graphql";

import type { BuddyRole } from "../../workspaces/buddies";
import { BuddyRoleEnum } from "./enums";
import { Node } from "./node";

@ObjectType({ implements: Node, description: "An agent of the workspace." })
export abstract class Buddy {
  @Field(() => String, {
    description: "Short name, unique in the workspace, e.g. `campaign`. Arguments and `wp-buddy-models-{wsId}` use it.",
  })
  readonly slug!: string;

  @Field(() => String, { description: "Display name." })
  readonly name!: string;

  @Field(() => String, {
    nullable: true,
    description: "What it is good at; also what the orchestrator reads when choosing whom to delegate to.",
  })
  readonly description!: string | null;

  @Field(() => BuddyRoleEnum, { description: "What it does in the workspace." })
  readonly role!: BuddyRole;
}
