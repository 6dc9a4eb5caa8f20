import DataLoader from "dataloader";
import { type DataSource, In } from "typeorm";

import { AgentSessionEntity } from "../agents/agent-session.entity";
import type { LoadRouting, WorkspaceRouting } from "../agents/routing";
import { OUTAGE_PATIENCE_MS, outlastOutage } from "../database/outlast-outage";
import type { MeterEventEntity } from "../metering/meter-event.entity";
import { findMeterEvents } from "../metering/meter-events";
import { UserEntity } from "../workspaces/user.entity";
import { WorkspaceEntity } from "../workspaces/workspace.entity";

/** Lookups that many fields of one response share: those asked for in the same moment become one. Nothing is remembered. */
export interface Loaders {
  /** A person by row id; null where there is none. */
  user: DataLoader<string, UserEntity | null>;
  /** A session by row id, of one that the viewer may see: both belong to the same person. */
  session: DataLoader<string, AgentSessionEntity | null>;
  /** The sessions that a session delegated, oldest first. */
  delegations: DataLoader<string, AgentSessionEntity[]>;
  /** A session's row in the ledger; null where it has none. */
  meterEvent: DataLoader<string, MeterEventEntity | null>;
  /** A workspace by its id. */
  workspace: DataLoader<string, WorkspaceEntity>;
  /** A workspace's routing facts, as they are now. */
  routing: DataLoader<string, WorkspaceRouting>;
}

export function createLoaders(dataSource: DataSource, loadRouting: LoadRouting): Loaders {
  return {
    user: batching(async (ids) => {
      const users = await dataSource.getRepository(UserEntity).findBy({ id: In([...new Set(ids)]) });
      const byId = new Map(users.map((user) => [user.id, user]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    session: batching(async (ids) => {
      const sessions = await dataSource.getRepository(AgentSessionEntity).findBy({ id: In([...new Set(ids)]) });
      const byId = new Map(sessions.map((session) => [session.id, session]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    delegations: batching(async (parentIds) => {
      const delegated = await dataSource.getRepository(AgentSessionEntity).find({
        where: { parentId: In([...new Set(parentIds)]) },
        order: { startedAt: "ASC", id: "ASC" },
      });
      return parentIds.map((parentId) => delegated.filter((session) => session.parentId === parentId));
    }),
    meterEvent: batching(async (sessionIds) => {
      const events = await findMeterEvents(dataSource, sessionIds);
      return sessionIds.map((id) => events.get(id) ?? null);
    }),
    workspace: batching(async (ids) => {
      const workspaces = await dataSource.getRepository(WorkspaceEntity).findBy({ id: In([...new Set(ids)]) });
      const byId = new Map(workspaces.map((workspace) => [workspace.id, workspace]));
      return ids.map((id) => byId.get(id) ?? new Error("the workspace of something that is shown has gone"));
    }),
    routing: batching(async (workspaceIds) => {
      const byWorkspace = new Map([...new Set(workspaceIds)].map((id) => [id, loadRouting(id)]));
      return Promise.all(workspaceIds.map((id) => byWorkspace.get(id) ?? loadRouting(id)));
    }),
  };
}

/** A turn's events are asked for once: what they show of the database waits out a moment in which it is away. */
function batching<Key, Value>(load: (keys: readonly Key[]) => Promise<(Value | Error)[]>): DataLoader<Key, Value> {
  return new DataLoader((keys) => outlastOutage(() => load(keys), AbortSignal.timeout(OUTAGE_PATIENCE_MS)), {
    cache: false,
  });
}
