import { Field, ObjectType } from "type-graphql";

import { Node } from "./node";

@ObjectType({ implements: Node, description: "A person." })
export abstract class User {
  @Field(() => String, { description: "Display name." })
  readonly name!: string;
}
