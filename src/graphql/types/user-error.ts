import { Field, ObjectType } from "type-graphql";

import { type UserErrorCode, UserErrorCodeEnum } from "./enums";

@ObjectType({ description: "Something wrong with the input that the user can fix." })
export abstract class UserError {
  @Field(() => [String], {
    nullable: true,
    description: 'Path of the offending input, e.g. `["input", "apiKey"]`. Null when no single field is to blame.',
  })
  readonly field!: readonly string[] | null;

  @Field(() => String, { description: "Safe to show to the user as is." })
  readonly message!: string;

  @Field(() => UserErrorCodeEnum, { description: "For code to branch on." })
  readonly code!: UserErrorCode;
}
