// Puts every stored key's data key under the ring's first key, while servers run. Provider keys are not opened: the sealed text
// stays as it is, only what its data key is wrapped with changes.
import { type DataSource, MoreThan, Raw } from "typeorm";

import type { LlmProvider } from "../providers/language-model";
import { ProviderKeyEntity } from "./provider-key.entity";
import { SealedKeyUnreadableError } from "./sealed-key-unreadable-error";
import { RING_KEY_ID, type SecretBox } from "./secret-box";

export interface RewrapResult {
  rewrapped: number;
  /** Under the first key before. */
  current: number;
  /** Left as they are. */
  failed: { workspaceId: string; provider: LlmProvider; reason: string }[];
}

/** Rows read at once. */
const BATCH = 200;

/**
 * Safe to repeat, and to run twice at once. A key that is replaced or revoked meanwhile is left alone; one that a server wraps
 * with an earlier ring key meanwhile is found by another pass. Whatever else than an unreadable key goes wrong rejects.
 */
export async function rewrapKeys(dataSource: DataSource, secretBox: SecretBox): Promise<RewrapResult> {
  const current = await dataSource.manager.countBy(ProviderKeyEntity, { sealedKey: wrappedWith("=", secretBox) });
  let rewrapped = 0;
  for (;;) {
    const pass = await rewrapOnce(dataSource, secretBox);
    rewrapped += pass.rewrapped;
    if (pass.changed === 0) return { rewrapped, current, failed: pass.failed };
  }
}

/** Stored keys that are not under the ring's first key. */
export function countToRewrap(dataSource: DataSource, secretBox: SecretBox): Promise<number> {
  return dataSource.manager.countBy(ProviderKeyEntity, { sealedKey: wrappedWith("<>", secretBox) });
}

/** Looks at each row that is not under the first key, once. `changed`: rows that were no longer as they had been read. */
async function rewrapOnce(dataSource: DataSource, secretBox: SecretBox) {
  const pass = { rewrapped: 0, changed: 0, failed: [] as RewrapResult["failed"] };
  for (let after: string | undefined; ; ) {
    const keys = await dataSource.manager.find(ProviderKeyEntity, {
      where: { sealedKey: wrappedWith("<>", secretBox), ...(after === undefined ? {} : { id: MoreThan(after) }) },
      order: { id: "ASC" },
      take: BATCH,
    });
    for (const key of keys) {
      const { id, workspaceId, provider, sealedKey } = key;
      try {
        const sealedAnew = await secretBox.rewrap(sealedKey, key);
        // Named by its ciphertext: a key that was replaced since it was read must not come back.
        const { affected } = await dataSource.manager.update(
          ProviderKeyEntity,
          { id, sealedKey },
          { sealedKey: sealedAnew },
        );
        if (affected === 1) pass.rewrapped += 1;
        else pass.changed += 1;
      } catch (error) {
        if (!(error instanceof SealedKeyUnreadableError)) throw error;
        pass.failed.push({ workspaceId, provider, reason: error.message });
      }
    }
    after = keys.at(-1)?.id;
    if (after === undefined) return pass;
  }
}

function wrappedWith(operator: "=" | "<>", { primaryKeyId }: SecretBox) {
  return Raw(() => `${RING_KEY_ID} ${operator} :primaryKeyId`, { primaryKeyId });
}
