import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from "type-graphql";

import type { AgentSessionEntity } from "../agents/agent-session.entity";
import type { SessionFilter, SessionOrder, SessionQueries } from "../agents/session-queries";
import type { SessionSnapshot } from "../agents/turn-events";
import type { Turns } from "../agents/turns";
import { NO_ROW, uuidOf } from "../ids";
import type { Viewer } from "../workspaces/authenticate";
import type { Buddies } from "../workspaces/buddies";
import { isAdmin } from "../workspaces/permissions";
import type { UserEntity } from "../workspaces/user.entity";
import type { GraphqlContext } from "./context";
import type { Loaders } from "./loaders";
import { type ConnectionSource, connectionFrom, readPageArgs } from "./pagination";
import { PRICES } from "./prices";
import { AgentSession } from "./types/agent-session";
import { AgentSessionConnection, type AgentSessionFilter } from "./types/agent-session-connection";
import { Buddy } from "./types/buddy";
import type { PageArgs } from "./types/page-args";
import type { BuddySource } from "./types/sources";
import { User } from "./types/user";

export interface SessionConnectionSource<Item> extends ConnectionSource<Item> {
  /** Counts when it is asked, and only then. */
  count(): Promise<number>;
}

const NEWEST_FIRST: SessionOrder = { field: "STARTED_AT", direction: "DESC" };

/** A page of the sessions that the viewer may see. */
export async function sessionConnection(
  sessions: SessionQueries,
  viewer: Viewer,
  args: PageArgs,
  { threadId, ...conditions }: AgentSessionFilter,
  order: SessionOrder = NEWEST_FIRST,
): Promise<SessionConnectionSource<AgentSessionEntity>> {
  const page = readPageArgs(args, order.field);
  const filter: SessionFilter = {
    ...conditions,
    threadId: typeof threadId === "string" ? (uuidOf("thread", threadId) ?? NO_ROW) : null,
  };
  const connection = connectionFrom(await sessions.list(viewer, filter, order, page), page);
  return { ...connection, count: () => sessions.count(viewer, filter) };
}

@Resolver(() => AgentSession)
export class AgentSessionResolver {
  constructor(
    private readonly turns: Turns,
    private readonly buddies: Buddies,
    private readonly loaders: Loaders,
    private readonly traceUrlOf: (traceId: string) => string | null,
  ) {}

  @Query(() => AgentSession, {
    nullable: true,
    description: "A session you may see, or null: members see their own turns, admins and owners all.",
    complexity: PRICES.row,
  })
  async agentSession(
    @Arg("id", () => ID, { description: "Its id." }) id: string,
    @Ctx() { viewer }: GraphqlContext,
  ): Promise<AgentSessionEntity | null> {
    const sessionId = uuidOf("session", id);
    return sessionId === null ? null : this.turns.sessions.find(viewer, sessionId);
  }

  @FieldResolver(() => Buddy, { nullable: true, description: "Whose turn. Null when the buddy no longer exists." })
  buddy(@Root() session: SessionSnapshot): BuddySource | null {
    const buddy = this.buddies.find(session.buddySlug);
    return buddy === undefined ? null : { ...buddy, workspaceId: session.workspaceId };
  }

  @FieldResolver(() => User, { nullable: true, description: "Who asked." })
  requestedBy(@Root() session: SessionSnapshot): Promise<UserEntity | null> {
    return this.loaders.user.load(session.userId);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "Link to the Langfuse trace. Null unless you are an admin and Langfuse is configured.",
  })
  traceUrl(@Root() { traceId }: SessionSnapshot, @Ctx() { viewer }: GraphqlContext): string | null {
    return traceId !== null && isAdmin(viewer) ? this.traceUrlOf(traceId) : null;
  }
}

@Resolver(() => AgentSessionConnection)
export class AgentSessionConnectionResolver {
  @FieldResolver(() => Int, {
    description: "Sessions matching the filter, on all pages. Computed only when selected.",
    complexity: PRICES.count,
  })
  totalCount(@Root() connection: SessionConnectionSource<AgentSessionEntity>): Promise<number> {
    return connection.count();
  }
}
