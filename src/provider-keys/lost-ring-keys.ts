// A ring key may leave the ring only once nothing is wrapped with it. Asked before a server serves: it would otherwise take the
// keys that it cannot open for broken ones, and mark them.
import type { DataSource } from "typeorm";

import { DEVELOPMENT_PREFIX } from "../development-secrets";
import { ProviderKeyEntity } from "./provider-key.entity";
import { SealedKeyUnreadableError } from "./sealed-key-unreadable-error";
import { HAS_RING_KEY, RING_KEY_ID, type SecretBox } from "./secret-box";

/** A ring key that stored provider keys need and that is not in the ring. */
export interface LostRingKey {
  id: string;
  /** `DIFFERENT`: the ring has a key of that id, and it is another one. */
  reason: "MISSING" | "DIFFERENT";
  /** Stored provider keys that need it. */
  keys: number;
}

/** Rows that a ring key is tried on. One that opens is proof; that none of so many does is no accident of a single row. */
const TRIED = 10;

/** By id. Reads only. */
export async function findLostRingKeys(dataSource: DataSource, secretBox: SecretBox): Promise<LostRingKey[]> {
  const inUse: { id: string; keys: number }[] = await dataSource.query(
    `SELECT ${RING_KEY_ID} AS id, count(*)::int AS keys FROM provider_keys WHERE ${HAS_RING_KEY} GROUP BY 1 ORDER BY 1`,
  );
  const lost: LostRingKey[] = [];
  for (const { id, keys } of inUse) {
    if (!secretBox.hasRingKey(id)) lost.push({ id, reason: "MISSING", keys });
    else if (!(await opensAny(dataSource, secretBox, id))) lost.push({ id, reason: "DIFFERENT", keys });
  }
  return lost;
}

/** For the operator: what is wrong and what to do. */
export function describeLostRingKey({ id, reason, keys }: LostRingKey): string {
  const sealed = keys === 1 ? "1 stored provider key was" : `${keys} stored provider keys were`;
  const trouble =
    reason === "MISSING"
      ? `KEY_ENCRYPTION_KEYS lacks the ring key "${id}", which ${sealed} sealed with.`
      : `The ring key "${id}" in KEY_ENCRYPTION_KEYS is not the one that ${sealed} sealed with.`;
  const place =
    id === DEVELOPMENT_PREFIX
      ? " (where KEY_ENCRYPTION_KEYS is not set: the file key-encryption-keys in DATA_DIR)"
      : "";
  return (
    `${trouble} Bring it back${place}, behind a new one of another id if you like; it may leave once \`npx waypath keys rotate\` has run. ` +
    `Where it is lost for good, \`npx waypath keys rotate --revoke-lost ${id}\` deletes what it sealed.`
  );
}

/** For the operator: another server has another key of that id. */
export function describeTakenRingKey(id: string): string {
  return (
    `The ring key "${id}" in KEY_ENCRYPTION_KEYS is not the one that other servers on this database have. Give all servers the same ` +
    "ring; a new key needs an id of its own. Where those servers are gone for good, start again in five minutes."
  );
}

/** Tries data keys, not the provider keys below them: those are opened for a turn alone. */
async function opensAny(dataSource: DataSource, secretBox: SecretBox, id: string): Promise<boolean> {
  const tried = await dataSource
    .getRepository(ProviderKeyEntity)
    .createQueryBuilder()
    .where(`${HAS_RING_KEY} AND ${RING_KEY_ID} = :id`, { id })
    .orderBy("configured_at", "DESC")
    .limit(TRIED)
    .getMany();
  for (const key of tried) {
    try {
      await secretBox.checkWrapping(key.sealedKey, key);
      return true;
    } catch (error) {
      if (!(error instanceof SealedKeyUnreadableError)) throw error;
    }
  }
  return false;
}
