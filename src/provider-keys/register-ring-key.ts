// Servers say which ring key they wrap with. `keys rotate` runs elsewhere, with an environment of its own: wrapped with a first key
// that only that environment has, every provider key would be out of all servers' reach.
import type { DataSource } from "typeorm";

import { RingKeyEntity } from "./ring-key.entity";
import type { SecretBox } from "./secret-box";

/** Called by a server that has found that it can open what is stored: an earlier key of that id is then no longer in use. */
export async function registerRingKey(dataSource: DataSource, secretBox: SecretBox): Promise<void> {
  const checkValue = await secretBox.checkValue();
  await dataSource.manager.upsert(RingKeyEntity, { id: secretBox.primaryKeyId, checkValue, registeredAt: new Date() }, [
    "id",
  ]);
}

/** Whether a server has begun with the very key that this ring has first. */
export async function isRegistered(dataSource: DataSource, secretBox: SecretBox): Promise<boolean> {
  const checkValue = await secretBox.checkValue();
  return dataSource.manager.existsBy(RingKeyEntity, { id: secretBox.primaryKeyId, checkValue });
}
