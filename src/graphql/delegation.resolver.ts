import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";

import type { AgentSessionEntity } from "../agents/agent-session.entity";
import { addUsage, type TokenUsage as SessionUsage } from "../agents/token-usage";
import type { SessionSnapshot, TurnEvent } from "../agents/turn-events";
import type { Buddies } from "../workspaces/buddies";
import type { GraphqlContext } from "./context";
import type { Loaders } from "./loaders";
import { AgentSession } from "./types/agent-session";
import { Buddy } from "./types/buddy";
import { DelegationStarted } from "./types/chat-turn-event";
import type { BuddySource } from "./types/sources";
import { TokenUsage } from "./types/token-usage";

/** How a session stands to those it delegated, and to the one that delegated it. */
@Resolver(() => AgentSession)
export class DelegationResolver {
  constructor(private readonly loaders: Loaders) {}

  @FieldResolver(() => AgentSession, {
    nullable: true,
    description: "The session that delegated this one. Null for a turn started by a person.",
  })
  parent(@Root() session: SessionSnapshot): Promise<AgentSessionEntity | null> | null {
    return session.parentId === null ? null : this.loaders.session.load(session.parentId);
  }

  @FieldResolver(() => [AgentSession], { description: "Sessions this one delegated, oldest first." })
  delegations(@Root() session: SessionSnapshot): Promise<AgentSessionEntity[]> {
    return this.loaders.delegations.load(session.id);
  }

  @FieldResolver(() => TokenUsage, { description: "Tokens of this session and everything it delegated." })
  async totalUsage(@Root() session: SessionSnapshot): Promise<SessionUsage> {
    const delegated = await this.loaders.delegations.load(session.id);
    return delegated.reduce((total, { usage }) => addUsage(total, usage), session.usage);
  }
}

@Resolver(() => Buddy)
export class DelegatesResolver {
  constructor(private readonly buddies: Buddies) {}

  @FieldResolver(() => [Buddy], { description: "Buddies it may delegate to. Empty for specialists." })
  canDelegateTo(@Root() { delegatesTo, workspaceId }: BuddySource): BuddySource[] {
    return delegatesTo.flatMap((slug) => {
      const buddy = this.buddies.find(slug);
      return buddy === undefined ? [] : [{ ...buddy, workspaceId }];
    });
  }
}

@Resolver(() => DelegationStarted)
export class DelegationStartedResolver {
  constructor(private readonly buddies: Buddies) {}

  @FieldResolver(() => Buddy, { description: "Who does the work." })
  toBuddy(
    @Root() { toBuddy }: Extract<TurnEvent, { type: "DelegationStarted" }>,
    @Ctx() { viewer }: GraphqlContext,
  ): BuddySource {
    const buddy = this.buddies.find(toBuddy);
    if (buddy === undefined) throw new Error(`the buddy ${toBuddy} has gone since it was delegated to`);
    return { ...buddy, workspaceId: viewer.workspaceId };
  }
}
