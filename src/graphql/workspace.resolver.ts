import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import type { DataSource } from "typeorm";
import type { AgentSessionEntity } from "../agents/agent-session.entity";
import type { SessionQueries } from "../agents/session-queries";
import type { ThreadEntity } from "../agents/thread.entity";
import type { Buddies } from "../workspaces/buddies";
import { isAdmin, requireAdmin } from "../workspaces/permissions";
import { updateRoutingPolicy } from "../workspaces/routing-settings";
import type { WorkspaceEntity } from "../workspaces/workspace.entity";
import { type SessionConnectionSource, sessionConnection } from "./agent-session.resolver";
import type { GraphqlContext } from "./context";
import type { Loaders } from "./loaders";
import { type ConnectionSource, connectionFrom, readPageArgs } from "./pagination";
import { PRICES } from "./prices";
import { AgentSessionConnection, AgentSessionsArgs } from "./types/agent-session-connection";
import { Buddy } from "./types/buddy";
import { PageArgs } from "./types/page-args";
import { UpdateRoutingPolicyInput, UpdateRoutingPolicyPayload } from "./types/routing-mutations";
import { RoutingPolicy } from "./types/routing-policy";
import type { BuddySource } from "./types/sources";
import { ThreadConnection } from "./types/thread";
import { Workspace } from "./types/workspace";
import { withUserErrors } from "./user-errors";

@Resolver(() => Workspace)
export class WorkspaceResolver {
  constructor(
    private readonly dataSource: DataSource,
    private readonly loaders: Loaders,
    private readonly buddies: Buddies,
    private readonly sessions: SessionQueries,
  ) {}

  @Query(() => Workspace, { description: "The token's workspace.", complexity: PRICES.row })
  workspace(@Ctx() { viewer }: GraphqlContext): Promise<WorkspaceEntity> {
    return this.loaders.workspace.load(viewer.workspaceId);
  }

  @Mutation(() => UpdateRoutingPolicyPayload, {
    description: "Change the workspace-wide routing rules. Needs role ADMIN.",
  })
  updateRoutingPolicy(
    @Arg("input", () => UpdateRoutingPolicyInput, { description: "What to change." }) input: UpdateRoutingPolicyInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireAdmin(context.viewer);
    return withUserErrors(
      async () => {
        await updateRoutingPolicy(this.dataSource, context.viewer.workspaceId, {
          defaultMode: input.defaultMode ?? undefined,
          byokFallback: input.byokFallback ?? undefined,
        });
        return { workspace: await this.workspace(context) };
      },
      { workspace: null },
    );
  }

  @FieldResolver(() => Boolean, { description: "Whether you may configure, verify and revoke provider keys." })
  viewerCanManageProviders(@Ctx() { viewer }: GraphqlContext): boolean {
    return isAdmin(viewer);
  }

  @FieldResolver(() => Boolean, { description: "Whether you may set buddies' model modes." })
  viewerCanManageBuddies(@Ctx() { viewer }: GraphqlContext): boolean {
    return isAdmin(viewer);
  }

  @FieldResolver(() => RoutingPolicy, {
    description: "How turns are routed when a buddy has no mode of its own, or its key is missing.",
  })
  async routingPolicy(@Root() workspace: WorkspaceEntity): Promise<RoutingPolicy> {
    const { settings } = await this.loaders.routing.load(workspace.id);
    return { defaultMode: settings.defaultMode ?? "METERED", byokFallback: settings.byokFallback };
  }

  @FieldResolver(() => [Buddy], { name: "buddies", description: "Every buddy, orchestrator first, then by name." })
  allBuddies(@Root() workspace: WorkspaceEntity): BuddySource[] {
    return this.buddies.all.map((buddy) => ({ ...buddy, workspaceId: workspace.id }));
  }

  @FieldResolver(() => AgentSessionConnection, {
    description: "Turns, newest first: the audit list.",
    complexity: PRICES.page,
  })
  agentSessions(
    @Args(() => AgentSessionsArgs) args: AgentSessionsArgs,
    @Ctx() { viewer }: GraphqlContext,
  ): Promise<SessionConnectionSource<AgentSessionEntity>> {
    return sessionConnection(this.sessions, viewer, args, args.filter ?? {}, args.orderBy ?? undefined);
  }

  @FieldResolver(() => ThreadConnection, {
    description: "Your conversations, latest first; admins and owners see all.",
    complexity: PRICES.page,
  })
  async threads(
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { viewer }: GraphqlContext,
  ): Promise<ConnectionSource<ThreadEntity>> {
    const page = readPageArgs(args, "THREADS");
    return connectionFrom(await this.sessions.listThreads(viewer, page), page);
  }
}
