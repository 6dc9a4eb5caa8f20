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
