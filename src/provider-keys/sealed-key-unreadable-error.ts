/**
 * A sealed key that no retry will open: altered, moved from where it belongs, or sealed with a ring key that is gone.
 * `message` says which, for operators; it contains nothing of the key.
 */
export class SealedKeyUnreadableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SealedKeyUnreadableError";
  }
}

/** This process lacks the ring key: a server with another ring may well open it. */
export class RingKeyMissingError extends SealedKeyUnreadableError {
  constructor(ringKeyId: string) {
    super(`The key ring has no key "${ringKeyId}", which sealed this key.`);
    this.name = "RingKeyMissingError";
  }
}
