import { Field, ObjectType } from "type-graphql";

@ObjectType({ description: "Position information for a page (Relay Cursor Connections)." })
export abstract class PageInfo {
  @Field(() => Boolean, { description: "Whether more edges follow." })
  readonly hasNextPage!: boolean;

  @Field(() => Boolean, { description: "Whether edges precede this page." })
  readonly hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: "Cursor of the first edge." })
  readonly startCursor!: string | null;

  @Field(() => String, { nullable: true, description: "Cursor of the last edge; pass it as `after`." })
  readonly endCursor!: string | null;
}
