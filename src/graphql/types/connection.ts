// What the edges and the pages of all connections have in common (Relay Cursor Connections). A connection's own classes
// extend these, because their names, descriptions and further fields are their own.
import { Field, ObjectType } from "type-graphql";

import { PageInfo } from "./page-info";

export interface EdgeSource<Item> {
  cursor: string;
  node: Item;
}

/** A page as resolvers hand it on. `nodes` are those of `edges`, in the same order. */
export interface PageSource<Item> {
  edges: readonly EdgeSource<Item>[];
  nodes: readonly Item[];
  pageInfo: PageInfo;
}

/** `Item` is what resolvers hand on; `node` names the object type that shows it. */
export function edgeOf<Item>(node: () => object, description: string) {
  @ObjectType()
  abstract class Edge implements EdgeSource<Item> {
    @Field(() => String, { description: "Opaque position." })
    readonly cursor!: string;

    @Field(node, { description })
    readonly node!: Item;
  }
  return Edge;
}

export function connectionOf<Item>(node: () => object, edge: () => object) {
  @ObjectType()
  abstract class Connection implements PageSource<Item> {
    @Field(() => [edge()], { description: "Edges." })
    readonly edges!: readonly EdgeSource<Item>[];

    @Field(() => [node()], { description: "The nodes of `edges`, for clients that need no cursors." })
    readonly nodes!: readonly Item[];

    @Field(() => PageInfo, { description: "Page position." })
    readonly pageInfo!: PageInfo;
  }
  return Connection;
}
