import { type DataSource, In, IsNull, Not } from "typeorm";

import { WorkspaceEntity } from "./workspace.entity";

/** Which of these workspaces nobody gets into any more. */
export type FindDisabledWorkspaces = (workspaceIds: readonly string[]) => Promise<ReadonlySet<string>>;

export function createFindDisabledWorkspaces(dataSource: DataSource): FindDisabledWorkspaces {
  return async (workspaceIds) => {
    const disabled = await dataSource.getRepository(WorkspaceEntity).find({
      select: { id: true },
      where: { id: In([...workspaceIds]), disabledAt: Not(IsNull()) },
    });
    return new Set(disabled.map(({ id }) => id));
  };
}
