import type { DataSource } from "typeorm";

import { recordKeyEvent } from "./custody-trail";
import { ProviderKeyEntity } from "./provider-key.entity";
import { SealedKeyUnreadableError } from "./sealed-key-unreadable-error";
import { RING_KEY_ID, type SecretBox } from "./secret-box";

/**
 * Gives up the keys that only a lost ring key could open: each is revoked, with an entry of the trail, so that its workspace sees
 * that it has to configure it again. Keys that do open stay. Resolves with how many are gone.
 */
export async function revokeLostKeys(dataSource: DataSource, secretBox: SecretBox, ringKeyId: string): Promise<number> {
  const keys = await dataSource
    .getRepository(ProviderKeyEntity)
    .createQueryBuilder()
    .where(`${RING_KEY_ID} = :ringKeyId`, { ringKeyId })
    .getMany();
  let revoked = 0;
  for (const key of keys) {
    if (await opens(secretBox, key)) continue;
    const { id, sealedKey } = key;
    revoked += await dataSource.transaction(async (manager) => {
      const { affected } = await manager.delete(ProviderKeyEntity, { id, sealedKey });
      if (affected === 1) await recordKeyEvent(manager, key, "REVOKED", null);
      return affected ?? 0;
    });
  }
  return revoked;
}

async function opens(secretBox: SecretBox, key: ProviderKeyEntity): Promise<boolean> {
  try {
    await secretBox.checkWrapping(key.sealedKey, key);
    return true;
  } catch (error) {
    if (error instanceof SealedKeyUnreadableError) return false;
    throw error;
  }
}
