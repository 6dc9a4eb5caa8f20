import { Arg, Ctx, FieldResolver, Resolver, Root } from "type-graphql";

import type { SessionQueries } from "../agents/session-queries";
import type { UsageSummary as SummarizedUsage } from "../agents/usage-summary";
import type { Buddies } from "../workspaces/buddies";
import type { GraphqlContext } from "./context";
import { PRICES } from "./prices";
import { Buddy } from "./types/buddy";
import { DateTime } from "./types/scalars";
import type { BuddySource } from "./types/sources";
import { BuddyUsage, UsageSummary } from "./types/usage";
import { Workspace } from "./types/workspace";

@Resolver(() => Workspace)
export class WorkspaceUsageResolver {
  constructor(private readonly sessions: SessionQueries) {}

  @FieldResolver(() => UsageSummary, { description: "Token usage over a period.", complexity: PRICES.sums })
  usage(
    @Arg("from", () => DateTime, {
      nullable: true,
      description: "Start, inclusive. Defaults to the start of the current billing month.",
    })
    from: Date | null | undefined,
    @Arg("to", () => DateTime, { nullable: true, description: "End, exclusive. Defaults to now." })
    to: Date | null | undefined,
    @Ctx() { viewer }: GraphqlContext,
  ): Promise<SummarizedUsage> {
    return this.sessions.usage(viewer, { from, to });
  }
}

@Resolver(() => BuddyUsage)
export class BuddyUsageResolver {
  constructor(private readonly buddies: Buddies) {}

  @FieldResolver(() => Buddy, { nullable: true, description: "The buddy. Null when it was deleted." })
  buddy(@Root() { slug }: SummarizedUsage["byBuddy"][number], @Ctx() { viewer }: GraphqlContext): BuddySource | null {
    const buddy = this.buddies.find(slug);
    return buddy === undefined ? null : { ...buddy, workspaceId: viewer.workspaceId };
  }
}
