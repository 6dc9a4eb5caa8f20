import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";

import type { AgentSessionEntity } from "../agents/agent-session.entity";
import type { ThreadEntity } from "../agents/thread.entity";
import type { SessionConnectionSource } from "./agent-session.resolver";
import type { GraphqlContext } from "./context";
import { connectionFrom, readPageArgs } from "./pagination";
import { PRICES } from "./prices";
import type { ThreadTurns } from "./thread-turns";
import { AgentSessionConnection } from "./types/agent-session-connection";
import { PageArgs } from "./types/page-args";
import { Thread } from "./types/thread";

@Resolver(() => Thread)
export class ThreadResolver {
  constructor(private readonly turns: ThreadTurns) {}

  @FieldResolver(() => AgentSessionConnection, {
    name: "turns",
    description: "Its top-level turns, oldest first.",
    complexity: PRICES.row,
  })
  async turnsOfThread(
    @Root() { id }: ThreadEntity,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: GraphqlContext,
  ): Promise<SessionConnectionSource<AgentSessionEntity>> {
    const page = readPageArgs(args, "STARTED_AT");
    const connection = connectionFrom(await this.turns.page(viewer, id, page), page);
    return { ...connection, count: () => this.turns.count(viewer, id) };
  }
}
