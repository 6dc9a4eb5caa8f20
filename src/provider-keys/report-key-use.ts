import { type DataSource, type FindOptionsWhere, In, IsNull, LessThan, Not } from "typeorm";

import { recordKeyEvent } from "./custody-trail";
import { refusedVerdict } from "./key-verdict";
import { ProviderKeyEntity } from "./provider-key.entity";

/** The key that a turn was started with, which may not be the one stored by now. */
export type KeyVersion = Pick<ProviderKeyEntity, "id" | "version" | "workspaceId" | "provider">;

/** What a model call said of the key it was made with. */
export type KeyUse = "ACCEPTED" | "REJECTED" | "QUOTA_EXCEEDED";

/** Uses that say nothing new write the time of use once in this many milliseconds. */
const USE_RESOLUTION_MS = 60_000;

/** Keeps what a turn's model call said of its key, if that version is still stored. */
export async function reportKeyUse(dataSource: DataSource, key: KeyVersion, use: KeyUse): Promise<void> {
  if (use === "ACCEPTED") await reportAccepted(dataSource, key);
  else await reportRefused(dataSource, key, use === "REJECTED" ? "INVALID" : "QUOTA_EXCEEDED");
}

/** One statement, and mostly one that finds nothing to write: this runs after every model call. */
async function reportAccepted(dataSource: DataSource, { id, version }: KeyVersion): Promise<void> {
  const now = new Date();
  await dataSource.manager.update(
    ProviderKeyEntity,
    [{ id, version, status: In(["INVALID", "QUOTA_EXCEEDED"]) }, ...lastUsedLongAgo({ id, version }, now)],
    {
      // What could never list its models is as limited as it was before the provider refused it.
      status: () => "CASE WHEN models = '[]' THEN 'LIMITED' ELSE 'ACTIVE' END",
      lastError: null,
      lastUsedAt: now,
      lastVerifiedAt: now,
    },
  );
}

async function reportRefused(
  dataSource: DataSource,
  { id, version, provider }: KeyVersion,
  status: "INVALID" | "QUOTA_EXCEEDED",
): Promise<void> {
  const now = new Date();
  const times = { lastUsedAt: now, ...(status === "INVALID" ? { lastVerifiedAt: now } : {}) };
  await dataSource.transaction(async (manager) => {
    const turned = await manager.update(
      ProviderKeyEntity,
      { id, version, status: Not(status) },
      { ...refusedVerdict(provider, status), ...times },
    );
    if (turned.affected !== 1) {
      await manager.update(ProviderKeyEntity, lastUsedLongAgo({ id, version }, now), times);
    } else if (status === "INVALID") {
      // Only the call that turned the status says so: a hundred turns that fail at once are one entry.
      const key = await manager.findOneByOrFail(ProviderKeyEntity, { id, version });
      await recordKeyEvent(manager, key, "REJECTED", null);
    }
  });
}

function lastUsedLongAgo(key: Pick<KeyVersion, "id" | "version">, now: Date): FindOptionsWhere<ProviderKeyEntity>[] {
  return [
    { ...key, lastUsedAt: IsNull() },
    { ...key, lastUsedAt: LessThan(new Date(now.getTime() - USE_RESOLUTION_MS)) },
  ];
}
