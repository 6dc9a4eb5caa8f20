import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import type { DataSource } from "typeorm";

import type { AgentSessionEntity } from "../agents/agent-session.entity";
import type { RouteDecision } from "../agents/model-resolver";
import type { SessionQueries } from "../agents/session-queries";
import type { Buddies, Buddy as BuddyOfFile } from "../workspaces/buddies";
import type { ModelMode } from "../workspaces/model-mode";
import { noSuchBuddy } from "../workspaces/no-such-buddy";
import { requireAdmin } from "../workspaces/permissions";
import { storeBuddyMode } from "../workspaces/routing-settings";
import type { WorkspaceEntity } from "../workspaces/workspace.entity";
import { type SessionConnectionSource, sessionConnection } from "./agent-session.resolver";
import type { GraphqlContext } from "./context";
import type { Loaders } from "./loaders";
import { PRICES } from "./prices";
import { AgentSessionConnection } from "./types/agent-session-connection";
import { Buddy } from "./types/buddy";
import { ModelModeEnum, type RouteStatus } from "./types/enums";
import { RoutePreview } from "./types/model-route";
import { PageArgs } from "./types/page-args";
import { SetBuddyModelInput, SetBuddyModelPayload } from "./types/routing-mutations";
import type { BuddySource } from "./types/sources";
import { Workspace } from "./types/workspace";
import { withUserErrors } from "./user-errors";

const ROUTE_STATUSES: Record<RouteDecision["outcome"], RouteStatus> = {
  READY: "READY",
  FALLS_BACK: "FALLS_BACK",
  KEY_REJECTED: "KEY_REJECTED",
  REFUSED: "BLOCKED",
};

@Resolver(() => Buddy)
export class BuddyResolver {
  constructor(
    private readonly dataSource: DataSource,
    private readonly buddies: Buddies,
    private readonly sessions: SessionQueries,
    private readonly loaders: Loaders,
    private readonly toolNamesOf: (buddy: BuddyOfFile) => string[],
  ) {}

  @Query(() => Buddy, { nullable: true, description: "A buddy of the workspace, or null." })
  buddy(
    @Arg("slug", () => String, { description: "Its slug, e.g. `campaign`." }) slug: string,
    @Ctx() { viewer }: GraphqlContext,
  ): BuddySource | null {
    const buddy = this.buddies.find(slug);
    return buddy === undefined ? null : { ...buddy, workspaceId: viewer.workspaceId };
  }

  @Mutation(() => SetBuddyModelPayload, { description: "Set or clear a buddy's stored model mode. Needs role ADMIN." })
  setBuddyModel(
    @Arg("input", () => SetBuddyModelInput, { description: "What to set." }) input: SetBuddyModelInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireAdmin(context.viewer);
    return withUserErrors(
      async () => {
        const buddy = this.buddy(input.buddy, context);
        if (buddy === null) throw noSuchBuddy(this.buddies);
        const { workspaceId, slug } = buddy;
        await storeBuddyMode(this.dataSource, { workspaceId, slug }, input.mode ?? null);
        return { buddy };
      },
      { buddy: null },
    );
  }

  @FieldResolver(() => ModelModeEnum, {
    nullable: true,
    description:
      "Stored model mode, or null when the workspace default applies. A request may override it for one turn.",
  })
  async modelMode(@Root() { workspaceId, slug }: BuddySource): Promise<ModelMode | null> {
    const { settings } = await this.loaders.routing.load(workspaceId);
    return settings.buddyModes.get(slug) ?? null;
  }

  @FieldResolver(() => RoutePreview, {
    description: "What would happen if a turn started now, and who would pay: ask before you send.",
  })
  async nextRoute(
    @Root() buddy: BuddySource,
    @Arg("override", () => ModelModeEnum, {
      nullable: true,
      description: "As if the request carried this mode for the buddy.",
    })
    override: ModelMode | null,
  ): Promise<RoutePreview> {
    const decision = (await this.loaders.routing.load(buddy.workspaceId)).decide(buddy, override ?? null);
    return {
      status: ROUTE_STATUSES[decision.outcome],
      route: decision.outcome === "REFUSED" ? null : decision.route,
      reason: decision.outcome === "REFUSED" ? decision.message : null,
    };
  }

  @FieldResolver(() => [String], {
    name: "tools",
    description: "Names of the tools it may call. Calls to any other tool are refused, whatever the model says.",
  })
  toolNames(@Root() buddy: BuddySource): string[] {
    return this.toolNamesOf(buddy);
  }

  @FieldResolver(() => Workspace, { description: "Its workspace." })
  workspace(@Root() { workspaceId }: BuddySource): Promise<WorkspaceEntity> {
    return this.loaders.workspace.load(workspaceId);
  }

  @FieldResolver(() => AgentSessionConnection, { description: "Its turns, newest first.", complexity: PRICES.page })
  agentSessions(
    @Root() { slug }: BuddySource,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: GraphqlContext,
  ): Promise<SessionConnectionSource<AgentSessionEntity>> {
    return sessionConnection(this.sessions, viewer, args, { buddies: [slug] });
  }
}
