import { Field, ObjectType } from "type-graphql";

import type { WorkspaceRole } from "../../workspaces/authenticate";
import type { UserEntity } from "../../workspaces/user.entity";
import type { WorkspaceEntity } from "../../workspaces/workspace.entity";
import { WorkspaceRoleEnum } from "./enums";
import { User } from "./user";
import { Workspace } from "./workspace";

@ObjectType({ description: "Who the bearer token speaks for." })
export abstract class Viewer {
  @Field(() => User, { nullable: true, description: "The person, or null for a service token." })
  readonly user!: UserEntity | null;

  @Field(() => Workspace, { description: "The workspace the token belongs to." })
  readonly workspace!: WorkspaceEntity;

  @Field(() => WorkspaceRoleEnum, { description: "The token's role in it." })
  readonly role!: WorkspaceRole;
}
