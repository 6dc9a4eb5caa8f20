import { Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";

import type { WorkspaceRole } from "../workspaces/authenticate";
import { isAdmin } from "../workspaces/permissions";
import type { UserEntity } from "../workspaces/user.entity";
import type { WorkspaceEntity } from "../workspaces/workspace.entity";
import type { GraphqlContext } from "./context";
import type { Loaders } from "./loaders";
import { PRICES } from "./prices";
import { User } from "./types/user";
import { Viewer } from "./types/viewer";

interface ViewerSource {
  user: UserEntity | null;
  workspace: WorkspaceEntity;
  role: WorkspaceRole;
}

@Resolver()
export class ViewerResolver {
  constructor(private readonly loaders: Loaders) {}

  @Query(() => Viewer, { description: "Who you are.", complexity: PRICES.row })
  async viewer(@Ctx() { viewer }: GraphqlContext): Promise<ViewerSource> {
    const [user, workspace] = await Promise.all([
      this.loaders.user.load(viewer.userId),
      this.loaders.workspace.load(viewer.workspaceId),
    ]);
    return { user, workspace, role: viewer.role };
  }
}

@Resolver(() => User)
export class UserResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description: "Email address. Null unless you are this user or an admin of a shared workspace.",
  })
  email(@Root() user: UserEntity, @Ctx() { viewer }: GraphqlContext): string | null {
    return user.id === viewer.userId || isAdmin(viewer) ? user.email : null;
  }
}
