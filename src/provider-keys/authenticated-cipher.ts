// AES-256-GCM with a fresh nonce per message. Node takes shorter tags on opening unless the length is given, and a
// tag of 4 bytes can be guessed: the length is given, and anything too short is refused before it gets that far.

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

import { SealedKeyUnreadableError } from "./sealed-key-unreadable-error";

/** Bytes. */
export const CIPHER_KEY_LENGTH = 32;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

const ALGORITHM = "aes-256-gcm";

/** Encrypts to nonce, ciphertext and tag. `context` is bound: the same one is needed to decrypt. */
export function encrypt(key: Buffer, plaintext: Buffer, context: Buffer): Buffer {
  const nonce = randomBytes(NONCE_LENGTH);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_LENGTH }).setAAD(context);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Decrypts what `encrypt` made. Throws `SealedKeyUnreadableError` unless key, context and every byte are the same. */
export function decrypt(key: Buffer, sealed: Buffer, context: Buffer): Buffer {
  if (sealed.length < NONCE_LENGTH + TAG_LENGTH) throw new SealedKeyUnreadableError("The sealed key is cut short.");
  const nonce = sealed.subarray(0, NONCE_LENGTH);
  const ciphertext = sealed.subarray(NONCE_LENGTH, -TAG_LENGTH);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_LENGTH })
    .setAAD(context)
    .setAuthTag(sealed.subarray(-TAG_LENGTH));
  // Plaintext that is not yet authenticated; it leaves this function only once `final` has accepted the tag.
  const plaintext = decipher.update(ciphertext);
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    throw new SealedKeyUnreadableError(
      "The sealed key was altered, moved from where it belongs, or sealed with another ring key of the same name.",
    );
  }
  return plaintext;
}
