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
}

/** How long an unused connection, and with it an opened key, stays in memory, in milliseconds. */
const KEPT_UNUSED_MS = 5 * 60_000;
/** Between two looks for unused ones, in milliseconds: how much longer than that one may stay. */
const LOOK_EVERY_MS = 30_000;
/** Connections kept at once; the one unused for longest goes first. */
const KEPT_CONNECTIONS = 500;

/** One connection per key *version*: a replaced key is never used again, because nothing asks for its version any more. */
export function createModelConnections(options: ModelConnectionsOptions): ModelConnections {
  const kept = new Map<string, { connection: ProviderConnection; usedAt: number }>();

  const forgetUnused = (now: number) => {
    // The map is ordered by last use, so that the first entries are the ones to look at.
    for (const [name, { usedAt }] of kept) {
      if (now - usedAt < KEPT_UNUSED_MS && kept.size <= KEPT_CONNECTIONS) return;
      kept.delete(name);
    }
  };
  const timer = setInterval(() => forgetUnused(Date.now()), LOOK_EVERY_MS).unref();

  return {
    platform: options.platform,
    async forKey(key) {
      // All that the seal is bound to, and the sealed text itself: a row that was tampered with is opened, and so refused.
      const name = [key.workspaceId, key.provider, key.id, key.version, key.sealedKey].join(":");
      const connection = kept.get(name)?.connection ?? options.connect(key.provider, await options.openKey(key));
      const now = Date.now();
      kept.delete(name);
      kept.set(name, { connection, usedAt: now });
      forgetUnused(now);
      return connection;
    },
    close() {
      clearInterval(timer);
      kept.clear();
    },
  };
}
