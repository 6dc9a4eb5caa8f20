import DataLoader from "dataloader";
import { type DataSource, In } from "typeorm";

import type { LoadRouting, WorkspaceRouting } from "../agents/routing";
import { UserEntity } from "../workspaces/user.entity";

/** Lookups that many fields of one response share: those asked for in the same moment become one. Nothing is remembered. */
export interface Loaders {
  /** A person by row id; null once removed. */
  user: DataLoader<string, UserEntity | null>;
  /** A workspace's routing facts, as they are now. */
  routing: DataLoader<string, WorkspaceRouting>;
}

export function createLoaders(dataSource: DataSource, loadRouting: LoadRouting): Loaders {
  return {
    user: new DataLoader(
      async (ids) => {
        const users = await dataSource.getRepository(UserEntity).findBy({ id: In([...new Set(ids)]) });
        const byId = new Map(users.map((user) => [user.id, user]));
        return ids.map((id) => byId.get(id) ?? null);
      },
      { cache: false },
    ),
    routing: new DataLoader(
      async (workspaceIds) => {
        const byWorkspace = new Map([...new Set(workspaceIds)].map((id) => [id, loadRouting(id)]));
        return Promise.all(workspaceIds.map((id) => byWorkspace.get(id) ?? loadRouting(id)));
      },
      { cache: false },
    ),
  };
}
