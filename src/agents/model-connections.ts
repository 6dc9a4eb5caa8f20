import type { Logger } from "../logger";
import type { ProviderKeyEntity } from "../provider-keys/provider-key.entity";
import type { LlmProvider, ProviderConnection } from "../providers/language-model";
import type { Secret } from "../secret";

export interface ModelConnections {
  /** The line to Waypath's own account. */
  platform: ProviderConnection;
  /** The line that this stored key opens. Rejects with what opening the sealed key rejects with. */
  forKey(key: ProviderKeyEntity): Promise<ProviderConnection>;
  /** Forgets every opened key. */
  close(): void;
}

export interface ModelConnectionsOptions {
  platform: ProviderConnection;
  openKey(key: ProviderKeyEntity): Promise<Secret>;
  connect(provider: LlmProvider, apiKey: Secret): ProviderConnection;
  /** The sealed texts of these rows, as they are stored now. */
  findSealed(ids: readonly string[]): Promise<ReadonlySet<string>>;
  logger: Logger;
  /** In place of the usual pause, in milliseconds. */
  lookEveryMs?: number;
}

interface Kept {
  id: string;
  sealedKey: string;
  connection: ProviderConnection;
  usedAt: number;
}

/** How long an unused connection, and with it an opened key, stays in memory, in milliseconds. */
const KEPT_UNUSED_MS = 5 * 60_000;
/** Between two looks for unused ones, and for keys that were revoked here or elsewhere, in milliseconds: how much longer they may stay. */
const LOOK_EVERY_MS = 30_000;
/** Connections kept at once; the one unused for longest goes first. */
const KEPT_CONNECTIONS = 500;

/**
 * One connection per key *version*: a replaced key is never used again, because nothing asks for its version any more. A revoked
 * one is forgotten within `LOOK_EVERY_MS`; a turn that was started with it keeps its own connection to its end.
 */
export function createModelConnections(options: ModelConnectionsOptions): ModelConnections {
  const kept = new Map<string, Kept>();

  const forgetUnused = (now: number) => {
    // The map is ordered by last use, so that the first entries are the ones to look at.
    for (const [name, { usedAt }] of kept) {
      if (now - usedAt < KEPT_UNUSED_MS && kept.size <= KEPT_CONNECTIONS) return;
      kept.delete(name);
    }
  };
  const forgetRevoked = async () => {
    const looked = [...kept];
    if (looked.length === 0) return;
    const stored = await options.findSealed(looked.map(([, { id }]) => id));
    for (const [name, { sealedKey }] of looked) if (!stored.has(sealedKey)) kept.delete(name);
  };
  const look = () => {
    forgetUnused(Date.now());
    // Where the database does not answer, what is unused goes all the same.
    forgetRevoked().catch((error) => options.logger.warn({ err: error }, "looking for revoked keys failed"));
  };
  const timer = setInterval(look, options.lookEveryMs ?? LOOK_EVERY_MS).unref();

  return {
    platform: options.platform,
    async forKey(key) {
      // All that the seal is bound to, and the sealed text itself: a row that was tampered with is opened, and so refused.
      const { id, sealedKey } = key;
      const name = [key.workspaceId, key.provider, id, key.version, sealedKey].join(":");
      const connection = kept.get(name)?.connection ?? options.connect(key.provider, await options.openKey(key));
      const now = Date.now();
      kept.delete(name);
      kept.set(name, { id, sealedKey, connection, usedAt: now });
      forgetUnused(now);
      return connection;
    },
    close() {
      clearInterval(timer);
      kept.clear();
    },
  };
}
