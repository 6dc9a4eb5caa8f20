// Envelope encryption. Each sealed text has a data key of its own, wrapped by the ring; both layers are bound to the row
// that the text belongs to, so that a ciphertext copied into another row, workspace or version does not open there.
//
//   wp1.<ring key id>.<wrapped data key>.<nonce, ciphertext, tag>      the last two in base64url

import { randomBytes } from "node:crypto";

import type { LlmProvider } from "../providers/language-model";
import { Secret } from "../secret";
import { CIPHER_KEY_LENGTH, decrypt, encrypt } from "./authenticated-cipher";
import type { KeyWrapper, WrappedKey } from "./key-ring";
import { SealedKeyUnreadableError } from "./sealed-key-unreadable-error";

/** Where a sealed text belongs. It opens nowhere else. */
export interface SealContext {
  workspaceId: string;
  provider: LlmProvider;
  /** Id of the row. */
  id: string;
  /** Version of the key in that row. */
  version: number;
}

const FORMAT = "wp1";
const SEALED = /^wp1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

/** SQL: the id of the ring key that a row's data key is wrapped with, and whether the row has one. */
export const RING_KEY_ID = "split_part(sealed_key, '.', 2)";
export const HAS_RING_KEY = `sealed_key LIKE '${FORMAT}.%.%.%'`;

/** Bytes of a fingerprint: enough that two different keys never share one. */
const FINGERPRINT_LENGTH = 16;

/** Longer than any provider key, so that no fingerprint is ever a check value. */
const CHECKED = Buffer.from("waypath ring key check ".repeat(30));

export class SecretBox {
  readonly #wrapper: KeyWrapper;

  constructor(wrapper: KeyWrapper) {
    this.#wrapper = wrapper;
  }

  /** The ring key that wraps from now on. */
  get primaryKeyId(): string {
    return this.#wrapper.primaryKeyId;
  }

  /** Whether the ring has the key of that id. */
  hasRingKey(id: string): boolean {
    return this.#wrapper.keyIds.includes(id);
  }

  /** Seals `secret` into one printable string that opens only with an equal `context`. */
  async seal(secret: Secret, context: SealContext): Promise<string> {
    const dataKey = randomBytes(CIPHER_KEY_LENGTH);
    try {
      const body = secret.use((text) => {
        const plaintext = Buffer.from(text, "utf8");
        const encrypted = encrypt(dataKey, plaintext, bind("provider key", context));
        plaintext.fill(0);
        return encrypted;
      });
      return format(await this.#wrapper.wrap(dataKey, bind("data key", context)), body);
    } finally {
      dataKey.fill(0);
    }
  }

  /** Throws `SealedKeyUnreadableError` unless `sealed` is, to the last bit, what `seal` made for an equal `context`. */
  async open(sealed: string, context: SealContext): Promise<Secret> {
    const { wrapped, body } = parse(sealed);
    const dataKey = await this.#wrapper.unwrap(wrapped, bind("data key", context));
    try {
      const plaintext = decrypt(dataKey, body, bind("provider key", context));
      const secret = new Secret(plaintext.toString("utf8"));
      plaintext.fill(0);
      return secret;
    } finally {
      dataKey.fill(0);
    }
  }

  /**
   * Unwraps the data key and forgets it: whether the ring's key is the one that wrapped it. The secret itself is not opened.
   * Throws as `open` does.
   */
  async checkWrapping(sealed: string, context: SealContext): Promise<void> {
    const dataKey = await this.#wrapper.unwrap(parse(sealed).wrapped, bind("data key", context));
    dataKey.fill(0);
  }

  /** Puts the data key under the primary ring key. The secret itself is not opened. Throws as `open` does. */
  async rewrap(sealed: string, context: SealContext): Promise<string> {
    const { wrapped, body } = parse(sealed);
    const dataKey = await this.#wrapper.unwrap(wrapped, bind("data key", context));
    try {
      return format(await this.#wrapper.wrap(dataKey, bind("data key", context)), body);
    } finally {
      dataKey.fill(0);
    }
  }

  /** Of each key of the ring what only its holder can compute, and what tells nothing of it. */
  checkValues(): Promise<{ id: string; checkValue: string }[]> {
    return Promise.all(
      this.#wrapper.keyIds.map(async (id) => {
        const code = await this.#wrapper.authenticate(CHECKED, id);
        return { id, checkValue: code.subarray(0, FINGERPRINT_LENGTH).toString("hex") };
      }),
    );
  }

  /**
   * Tells an operator that two stored keys are the same key: `<ring key id>:<hex>`, comparable under one ring key.
   * A keyed code and not a bare hash, so that who has only the database cannot test guesses against it.
   */
  async fingerprint(secret: Secret): Promise<string> {
    const code = await secret.use(async (text) => {
      const plaintext = Buffer.from(text, "utf8");
      try {
        return await this.#wrapper.authenticate(plaintext, this.primaryKeyId);
      } finally {
        plaintext.fill(0);
      }
    });
    return `${this.#wrapper.primaryKeyId}:${code.subarray(0, FINGERPRINT_LENGTH).toString("hex")}`;
  }
}

// Each field is preceded by its length in bytes: "ab" and "c" must not bind the same as "a" and "bc".
function bind(purpose: "provider key" | "data key", context: SealContext): Buffer {
  const fields = [purpose, FORMAT, context.workspaceId, context.provider, context.id, String(context.version)];
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field, "utf8");
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

function format(wrapped: WrappedKey, body: Buffer): string {
  return [FORMAT, wrapped.keyId, wrapped.ciphertext.toString("base64url"), body.toString("base64url")].join(".");
}

function parse(sealed: string): { wrapped: WrappedKey; body: Buffer } {
  const [, keyId, wrappedText, bodyText] = SEALED.exec(sealed) ?? [];
  if (keyId === undefined || wrappedText === undefined || bodyText === undefined) {
    throw new SealedKeyUnreadableError("The sealed key has an unknown format.");
  }
  return { wrapped: { keyId, ciphertext: decode(wrappedText) }, body: decode(bodyText) };
}

// The last character of base64url may carry bits that no byte holds: a text that differs only there is refused too.
function decode(text: string): Buffer {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.toString("base64url") !== text) throw new SealedKeyUnreadableError("The sealed key is not base64url.");
  return bytes;
}
