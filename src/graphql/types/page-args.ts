import { ArgsType, Field, Int } from "type-graphql";

/** Arguments of every connection. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, description: "Page size, 1 to 100. Defaults to 25." })
  readonly first?: number | null;

  @Field(() => String, { nullable: true, description: "Cursor to continue after." })
  readonly after?: string | null;
}
