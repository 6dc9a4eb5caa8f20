import { createHmac, hkdfSync } from "node:crypto";

import { Secret } from "../secret";
import { CIPHER_KEY_LENGTH, decrypt, encrypt } from "./authenticated-cipher";
import { RingKeyMissingError } from "./sealed-key-unreadable-error";

/** A data key that only its wrapper can read. */
export interface WrappedKey {
  /** Which key wrapped it: letters, digits, `_` and `-`. */
  keyId: string;
  ciphertext: Buffer;
}

/** What guards the data keys: the ring below, or a key service such as a KMS or Vault in its place. */
export interface KeyWrapper {
  /** The key that wraps from now on. */
  readonly primaryKeyId: string;
  /** The keys that it has; what another one wrapped, it cannot unwrap. */
  readonly keyIds: readonly string[];
  /** Wraps under the primary key. The same `context` is needed to unwrap. The caller still owns `dataKey`. */
  wrap(dataKey: Buffer, context: Buffer): Promise<WrappedKey>;
  /**
   * Throws `RingKeyMissingError` where it lacks the key, another `SealedKeyUnreadableError` when no retry will help; anything else thrown, such as a key service that cannot
   * be reached, says nothing about the key. The caller zeroes what it gets.
   */
  unwrap(wrapped: WrappedKey, context: Buffer): Promise<Buffer>;
  /** A code that only the holder of that key can compute: 32 bytes, the same for the same message. */
  authenticate(message: Buffer, keyId: string): Promise<Buffer>;
}

/** Shorter than any ring key in base64, so that a key in an id's place is never taken for one and printed. */
const RING_KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

/** Keys held in this process: the first wraps, all unwrap. */
export class KeyRing implements KeyWrapper {
  readonly primaryKeyId: string;
  readonly #primaryKey: Buffer;
  readonly #keys: ReadonlyMap<string, Buffer>;

  constructor(primary: { id: string; key: Buffer }, others: readonly { id: string; key: Buffer }[] = []) {
    this.primaryKeyId = primary.id;
    this.#primaryKey = primary.key;
    this.#keys = new Map([primary, ...others].map(({ id, key }) => [id, key]));
  }

  get keyIds(): string[] {
    return [...this.#keys.keys()];
  }

  async wrap(dataKey: Buffer, context: Buffer): Promise<WrappedKey> {
    return { keyId: this.primaryKeyId, ciphertext: encrypt(this.#primaryKey, dataKey, context) };
  }

  async unwrap(wrapped: WrappedKey, context: Buffer): Promise<Buffer> {
    const key = this.#keys.get(wrapped.keyId);
    if (key === undefined) throw new RingKeyMissingError(wrapped.keyId);
    return decrypt(key, wrapped.ciphertext, context);
  }

  async authenticate(message: Buffer, keyId: string): Promise<Buffer> {
    const ringKey = this.#keys.get(keyId);
    if (ringKey === undefined) throw new RingKeyMissingError(keyId);
    // One key, one use: the ring key itself only ever encrypts.
    const key = Buffer.from(hkdfSync("sha256", ringKey, "", "waypath fingerprint", CIPHER_KEY_LENGTH));
    return createHmac("sha256", key).update(message).digest();
  }
}

/** Reads `id:base64,id:base64`, 32 bytes each. Throws an error that says what is wrong and repeats no key. */
export function parseKeyRing(text: Secret | string): KeyRing {
  const entries = (typeof text === "string" ? new Secret(text) : text).use((plaintext) =>
    plaintext.split(",").map((entry, index) => parseEntry(entry.trim(), index + 1)),
  );
  const [primary, ...others] = entries;
  if (primary === undefined) throw malformed("it is empty");
  entries.forEach(({ id, key }, index) => {
    const earlier = entries.slice(0, index);
    if (earlier.some((other) => other.id === id)) throw malformed(`the id "${id}" is given twice`);
    const same = earlier.find((other) => other.key.equals(key));
    if (same !== undefined) throw malformed(`"${same.id}" and "${id}" are the same key`);
  });
  return new KeyRing(primary, others);
}

function parseEntry(entry: string, position: number): { id: string; key: Buffer } {
  const colon = entry.indexOf(":");
  const id = entry.slice(0, Math.max(colon, 0));
  if (!RING_KEY_ID.test(id)) {
    throw malformed(`entry ${position} has no id of 1 to 32 letters, digits, "_" or "-" before a colon`);
  }
  const encoded = entry.slice(colon + 1);
  const key = Buffer.from(encoded, "base64");
  // Node skips what is not base64: only what encodes back to the same text was read as it was meant.
  if (key.length !== CIPHER_KEY_LENGTH || key.toString("base64") !== encoded) {
    throw malformed(`the key "${id}" is not ${CIPHER_KEY_LENGTH} bytes in base64 (44 characters, ending in "=")`);
  }
  return { id, key };
}

function malformed(reason: string): Error {
  return new Error(
    `KEY_ENCRYPTION_KEYS cannot be read: ${reason}. Expected "id:base64,id:base64"; make a key with "openssl rand -base64 32".`,
  );
}
