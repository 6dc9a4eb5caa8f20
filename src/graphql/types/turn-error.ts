import { Field, Int, ObjectType } from "type-graphql";

import type { TurnErrorCode } from "../../errors";
import { TurnErrorCodeEnum } from "./enums";

@ObjectType({ description: "Why a turn failed." })
export abstract class TurnError {
  @Field(() => TurnErrorCodeEnum, { description: "For code to branch on." })
  readonly code!: TurnErrorCode;

  @Field(() => String, { description: "Safe to show to the user as is. Never contains a key." })
  readonly message!: string;

  @Field(() => Boolean, { description: "Whether trying again with a new `idempotencyKey` may help." })
  readonly retryable!: boolean;

  @Field(() => Int, { nullable: true, description: "Seconds to wait before trying again, when the provider said so." })
  readonly retryAfterSeconds!: number | null;

  @Field(() => String, { description: "Quote this when reporting a problem." })
  readonly requestId!: string;
}
