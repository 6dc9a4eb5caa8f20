import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import type { DataSource } from "typeorm";

import type { SessionQueries } from "../agents/session-queries";
import { parseId } from "../ids";
import { ProviderKeyEventEntity } from "../provider-keys/provider-key-event.entity";
import type { ProviderKeys } from "../provider-keys/provider-keys";
import { LLM_PROVIDERS } from "../providers/language-model";
import type { Buddies } from "../workspaces/buddies";
import { UserEntity } from "../workspaces/user.entity";
import { WorkspaceEntity } from "../workspaces/workspace.entity";
import type { GraphqlContext } from "./context";
import { PRICES } from "./prices";
import { Node, type NodeSource } from "./types/node";

@Resolver()
export class NodeResolver {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: SessionQueries,
    private readonly providerKeys: ProviderKeys,
    private readonly buddies: Buddies,
  ) {}

  @Query(() => Node, { nullable: true, description: "Any object by id, or null (Relay).", complexity: PRICES.row })
  async node(
    @Arg("id", () => ID, { description: "Its id." }) id: string,
    @Ctx() { viewer }: GraphqlContext,
  ): Promise<NodeSource | null> {
    const { workspaceId } = viewer;
    if (id === workspaceId) return this.dataSource.getRepository(WorkspaceEntity).findOneBy({ id });
    const parsed = parseId(id);
    switch (parsed?.type) {
      case "session":
        return this.sessions.find(viewer, parsed.uuid);
      case "thread":
        return this.sessions.findThread(viewer, parsed.uuid);
      case "user":
        return this.dataSource.getRepository(UserEntity).findOneBy({ id: parsed.uuid, workspaceId });
      case "keyEvent":
        return this.dataSource.getRepository(ProviderKeyEventEntity).findOneBy({ id: parsed.uuid, workspaceId });
      case "buddy": {
        const buddy = parsed.workspaceId === workspaceId ? this.buddies.find(parsed.name) : undefined;
        return buddy === undefined ? null : { ...buddy, workspaceId };
      }
      case "integration": {
        const provider = LLM_PROVIDERS.find((name) => name === parsed.name);
        if (provider === undefined || parsed.workspaceId !== workspaceId) return null;
        return { workspaceId, provider, key: await this.providerKeys.find(workspaceId, provider) };
      }
      default:
        return null;
    }
  }
}
