// A key is named by its row's id and its version. Whatever is learned of a key is written only while that very version is
// stored: what a slow check or a running turn says of an older key never marks the one that has replaced it.

import { type DataSource, type EntityManager, In } from "typeorm";

import { RequestError } from "../errors";
import { newId } from "../ids";
import type { Logger } from "../logger";
import type { KeyProbe, LlmProvider, ProviderConnection } from "../providers/language-model";
import { PROVIDER_NAMES } from "../providers/provider-names";
import type { Secret } from "../secret";
import { holdOpen } from "../workspaces/hold-open";
import { type KeyEventPage, keyEventPage, recordKeyEvent } from "./custody-trail";
import { maskKey, parseProviderKey } from "./key-shape";
import { acceptedVerdict, refusedVerdict, UNREADABLE_VERDICT } from "./key-verdict";
import { ProviderKeyEntity } from "./provider-key.entity";
import { type KeyUse, type KeyVersion, reportKeyUse } from "./report-key-use";
import { RingKeyMissingError, SealedKeyUnreadableError } from "./sealed-key-unreadable-error";
import type { SecretBox } from "./secret-box";

export interface ProviderKeysDependencies {
  dataSource: DataSource;
  secretBox: SecretBox;
  connect(provider: LlmProvider, apiKey: Secret): Pick<ProviderConnection, "probeKey">;
  logger: Logger;
}

/** Who manages a workspace's keys. Whether they may is the doors' concern. */
export interface KeyActor {
  workspaceId: string;
  /** Row id. */
  userId: string;
}

/** The workspaces' own provider keys: checked, stored sealed, opened for turns, revoked. */
export class ProviderKeys {
  readonly #dataSource: DataSource;
  readonly #secretBox: SecretBox;
  readonly #connect: ProviderKeysDependencies["connect"];
  readonly #logger: Logger;

  constructor({ dataSource, secretBox, connect, logger }: ProviderKeysDependencies) {
    this.#dataSource = dataSource;
    this.#secretBox = secretBox;
    this.#connect = connect;
    this.#logger = logger;
  }

  /**
   * Stores a key that the provider accepts, in place of any earlier one, which stays as it is until then. Nothing is kept
   * of a rejected text, not even its masked form: it was never in our custody, and may be a password pasted by mistake.
   * Throws `BAD_USER_INPUT`, `INVALID_PROVIDER_KEY` or `PROVIDER_UNREACHABLE`.
   */
  async configure(actor: KeyActor, provider: LlmProvider, apiKeyText: string): Promise<ProviderKeyEntity> {
    const secret = parseProviderKey(provider, apiKeyText);
    const probe = await this.#connect(provider, secret).probeKey();
    if (probe.outcome === "REJECTED") throw newKeyRejected(provider);
    if (probe.outcome === "UNREACHABLE") {
      throw new RequestError("PROVIDER_UNREACHABLE", `${probe.reason} Nothing was stored.`);
    }
    const { workspaceId, userId } = actor;
    const fingerprint = await this.#secretBox.fingerprint(secret);
    return this.#dataSource.transaction(async (manager) => {
      await lockKeys(manager, workspaceId);
      const earlier = await manager.findOneBy(ProviderKeyEntity, { workspaceId, provider });
      const context = { workspaceId, provider, id: earlier?.id ?? newId(), version: (earlier?.version ?? 0) + 1 };
      const now = new Date();
      const stored = manager.create(ProviderKeyEntity, {
        ...context,
        ...acceptedVerdict(probe),
        sealedKey: await this.#secretBox.seal(secret, context),
        maskedKey: maskKey(provider, secret),
        fingerprint,
        configuredAt: now,
        configuredBy: userId,
        lastVerifiedAt: now,
        lastUsedAt: null,
      });
      await manager.upsert(ProviderKeyEntity, stored, ["id"]);
      await recordKeyEvent(manager, stored, earlier === null ? "CONFIGURED" : "REPLACED", userId);
      return stored;
    });
  }

  /**
   * Asks the provider about the stored key and keeps the answer. Returns what is stored afterwards: another key where this
   * one was replaced meanwhile, null where it was revoked. A rejected or unreadable key is returned as `INVALID`.
   * Throws `NOT_FOUND` where there is no key, and `PROVIDER_UNREACHABLE`, which leaves the key as it is.
   */
  async verify(actor: KeyActor, provider: LlmProvider): Promise<ProviderKeyEntity | null> {
    const { workspaceId, userId } = actor;
    const key = await this.find(workspaceId, provider);
    if (key === null) {
      throw new RequestError("NOT_FOUND", `No key for ${PROVIDER_NAMES[provider]} is stored. Configure one first.`);
    }
    const probe = await this.#probeStored(key);
    if (probe?.outcome === "UNREACHABLE") throw new RequestError("PROVIDER_UNREACHABLE", probe.reason);
    if (probe !== null) {
      const rejected = probe.outcome === "REJECTED";
      const verdict = rejected ? refusedVerdict(provider, "INVALID") : acceptedVerdict(probe);
      await this.#dataSource.transaction(async (manager) => {
        const current = { id: key.id, version: key.version };
        const kept = await manager.update(ProviderKeyEntity, current, { ...verdict, lastVerifiedAt: new Date() });
        if (kept.affected === 1) await recordKeyEvent(manager, key, rejected ? "REJECTED" : "VERIFIED", userId);
      });
    }
    return this.find(workspaceId, provider);
  }

  /** Deletes the key, ciphertext included. Safe to repeat. Turns that were started with it finish with it. */
  async revoke(actor: KeyActor, provider: LlmProvider): Promise<void> {
    const { workspaceId, userId } = actor;
    await this.#dataSource.transaction(async (manager) => {
      await lockKeys(manager, workspaceId);
      const key = await manager.findOneBy(ProviderKeyEntity, { workspaceId, provider });
      if (key === null) return;
      await manager.delete(ProviderKeyEntity, { id: key.id });
      await recordKeyEvent(manager, key, "REVOKED", userId);
    });
  }

  /** The workspace's keys, in a stable order. */
  list(workspaceId: string): Promise<ProviderKeyEntity[]> {
    return this.#dataSource.manager.find(ProviderKeyEntity, { where: { workspaceId }, order: { provider: "ASC" } });
  }

  find(workspaceId: string, provider: LlmProvider): Promise<ProviderKeyEntity | null> {
    return this.#dataSource.manager.findOneBy(ProviderKeyEntity, { workspaceId, provider });
  }

  /** The sealed texts of these rows, as they are stored now; a revoked key has none. */
  async findSealed(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const keys = await this.#dataSource.manager.find(ProviderKeyEntity, {
      select: { sealedKey: true },
      where: { id: In([...ids]) },
    });
    return new Set(keys.map(({ sealedKey }) => sealedKey));
  }

  /** The custody trail, newest first: entries older than `afterId` where it is given. */
  events(workspaceId: string, page: { first: number; afterId?: string | undefined }): Promise<KeyEventPage> {
    return keyEventPage(this.#dataSource.manager, workspaceId, page);
  }

  /** Unseals a key for use. Throws `SealedKeyUnreadableError` where that cannot work here; the key is then marked `INVALID`, unless another ring could open it. */
  async open(key: ProviderKeyEntity): Promise<Secret> {
    try {
      return await this.#secretBox.open(key.sealedKey, key);
    } catch (error) {
      if (!(error instanceof SealedKeyUnreadableError)) throw error;
      const { id, version, workspaceId, provider, sealedKey } = key;
      const about = { err: error, workspaceId, provider, keyId: id, version };
      if (error instanceof RingKeyMissingError) {
        // Wrapped by a server whose ring is ahead of this one's: nothing is wrong with the key.
        this.#logger.error(
          about,
          "a provider key needs a ring key that this server lacks: restart it with the new ring",
        );
        throw error;
      }
      this.#logger.error(about, "stored provider key is unreadable");
      // Named by its ciphertext: a key that was replaced or wrapped anew since it was read is not the one that failed.
      await this.#dataSource.manager.update(ProviderKeyEntity, { id, sealedKey }, UNREADABLE_VERDICT);
      throw error;
    }
  }

  /** Keeps what a turn's model call said of its key, if that version is still stored. Cheap where it is nothing new. */
  reportUse(key: KeyVersion, use: KeyUse): Promise<void> {
    return reportKeyUse(this.#dataSource, key, use);
  }

  /** Null where the key cannot be unsealed, so that there is nothing to ask with. */
  async #probeStored(key: ProviderKeyEntity): Promise<KeyProbe | null> {
    let secret: Secret;
    try {
      secret = await this.open(key);
    } catch (error) {
      if (error instanceof RingKeyMissingError) {
        throw new RequestError("SERVICE_UNAVAILABLE", "This server cannot open the stored key: tell whoever runs it.");
      }
      if (error instanceof SealedKeyUnreadableError) return null;
      throw error;
    }
    return this.#connect(key.provider, secret).probeKey();
  }
}

// One change of a workspace's keys at a time: the version that a key is sealed for must be the one that it is stored as.
function lockKeys(manager: EntityManager, workspaceId: string): Promise<void> {
  return holdOpen(manager, workspaceId, { alone: true });
}

function newKeyRejected(provider: LlmProvider): RequestError {
  const sentence = `${PROVIDER_NAMES[provider]} rejected the key, so nothing was stored. Check that it was copied whole, or create a new one.`;
  return new RequestError("INVALID_PROVIDER_KEY", sentence, ["input", "apiKey"]);
}
