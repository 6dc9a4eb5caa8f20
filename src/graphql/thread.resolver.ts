import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";

import type { AgentSessionEntity } from "../agents/agent-session.entity";
import type { SessionQueries } from "../agents/session-queries";
import type { ThreadEntity } from "../agents/thread.entity";
import { publicId } from "../ids";
import { type SessionConnectionSource, sessionConnection } from "./agent-session.resolver";
import type { GraphqlContext } from "./context";
import { AgentSessionConnection } from "./types/agent-session-connection";
import { PageArgs } from "./types/page-args";
import { Thread } from "./types/thread";

@Resolver(() => Thread)
export class ThreadResolver {
  constructor(private readonly sessions: SessionQueries) {}

  @FieldResolver(() => AgentSessionConnection, { description: "Its top-level turns, oldest first." })
  turns(
    @Root() thread: ThreadEntity,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: GraphqlContext,
  ): Promise<SessionConnectionSource<AgentSessionEntity>> {
    const filter = { threadId: publicId("thread", thread.id), topLevelOnly: true };
    return sessionConnection(this.sessions, viewer, args, filter, { field: "STARTED_AT", direction: "ASC" });
  }
}
