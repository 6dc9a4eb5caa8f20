import { Field, ObjectType } from "type-graphql";

import type { ThreadEntity } from "../../agents/thread.entity";
import { connectionOf, edgeOf } from "./connection";
import { Node } from "./node";
import { DateTime } from "./scalars";

@ObjectType({ implements: Node, description: "A conversation." })
export abstract class Thread {
  @Field(() => String, { description: "The beginning of its first message." })
  readonly title!: string;

  @Field(() => DateTime, { description: "When it began." })
  readonly createdAt!: Date;

  @Field(() => DateTime, { description: "When its latest turn began." })
  readonly updatedAt!: Date;
}

@ObjectType({ description: "One conversation on a page." })
export abstract class ThreadEdge extends edgeOf<ThreadEntity>(() => Thread, "The conversation.") {}

@ObjectType({ description: "A page of conversations." })
export abstract class ThreadConnection extends connectionOf<ThreadEntity>(
  () => Thread,
  () => ThreadEdge,
) {}
