import { Field, ID, ObjectType } from "type-graphql";

import { Node } from "./node";

@ObjectType({
  implements: Node,
  description: "A workspace: the owner of provider keys, buddies, sessions and the bill.",
})
export abstract class Workspace {
  @Field(() => ID, {
    description: "Opaque, globally unique. Also the `{wsId}` of the web page's `wp-buddy-models-{wsId}` storage key.",
  })
  readonly id!: string;

  @Field(() => String, { description: "Display name." })
  readonly name!: string;
}
