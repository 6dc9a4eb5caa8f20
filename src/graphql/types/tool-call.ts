import { Field, ID, Int, ObjectType } from "type-graphql";

import { DateTime, Json } from "./scalars";

@ObjectType({ description: "One tool call of a session." })
export abstract class ToolCall {
  @Field(() => ID, { description: "Id, unique within the session." })
  readonly id!: string;

  @Field(() => String, { description: "Tool name." })
  readonly name!: string;

  @Field(() => Json, { description: "Arguments the model chose." })
  readonly arguments!: unknown;

  @Field(() => Json, { nullable: true, description: "Result. Null while running or when the tool failed." })
  readonly result!: unknown;

  @Field(() => String, { nullable: true, description: "Why the tool failed. Null otherwise." })
  readonly errorMessage!: string | null;

  @Field(() => DateTime, { description: "When it started." })
  readonly startedAt!: string;

  @Field(() => Int, { nullable: true, description: "Wall time. Null while running." })
  readonly durationMs!: number | null;
}
