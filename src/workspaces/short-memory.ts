interface Remembered<Value> {
  value: Value;
  /** In milliseconds of `Date.now`. */
  until: number;
}

/** Remembers values for a short time, and only so many at once: the oldest goes first. */
export class ShortMemory<Value> {
  readonly #values = new Map<string, Remembered<Value>>();

  constructor(private readonly limits: { milliseconds: number; values: number }) {}

  /** Undefined: never heard, or forgotten. */
  recall(key: string): Value | undefined {
    const remembered = this.#values.get(key);
    return remembered !== undefined && remembered.until > Date.now() ? remembered.value : undefined;
  }

  /** Not beyond `latest`, in milliseconds of `Date.now`. */
  remember(key: string, value: Value, latest: number): void {
    this.#values.delete(key);
    const oldest = this.#values.keys().next();
    if (this.#values.size >= this.limits.values && !oldest.done) this.#values.delete(oldest.value);
    this.#values.set(key, { value, until: Math.min(Date.now() + this.limits.milliseconds, latest) });
  }

  get size(): number {
    return this.#values.size;
  }
}
