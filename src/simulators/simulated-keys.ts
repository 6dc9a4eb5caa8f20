/**
 * How a simulator takes a key. Any key of the provider's shape works, unless it was rejected by name or carries one of these
 * marks anywhere in its text, e.g. `sk-ant-demo-rejected-0001`:
 *
 * | Mark            | Model listing                | Model calls                          |
 * |-----------------|------------------------------|--------------------------------------|
 * | `-rejected-`    | 401, the key in the message  | 401, the key in the message          |
 * | `-forbidden-`   | 403                          | works                                |
 * | `-ratelimited-` | 429 with `retry-after: 1`    | 429 with `retry-after: 1`            |
 * | `-broken-`      | 500                          | 500                                  |
 * | `-silent-`      | never answers                | never answers                        |
 * | `-nocredit-`    | works                        | refused for want of credit           |
 *
 * A rejected key is repeated in the error on purpose, as real providers sometimes do: it makes leaks visible.
 */
export const KEY_MARKS = ["rejected", "forbidden", "ratelimited", "broken", "silent", "nocredit"] as const;

/** Why a request with this key is not served; `malformed` is no key, or one that is not the provider's. */
export type KeyTrouble = "malformed" | (typeof KEY_MARKS)[number];

export class SimulatedKeys {
  readonly #shape: RegExp;
  readonly #rejected = new Set<string>();

  constructor(shape: RegExp) {
    this.#shape = shape;
  }

  /** From now on this key is refused as a rejected one. */
  reject(key: string): void {
    this.#rejected.add(key);
  }

  /** Takes `reject` back. */
  accept(key: string): void {
    this.#rejected.delete(key);
  }

  /** What is wrong with this key when it lists models or calls one; null where it is served. */
  troubleOf(key: string, purpose: "listing" | "model-call"): KeyTrouble | null {
    if (!this.#shape.test(key)) return "malformed";
    if (this.#rejected.has(key)) return "rejected";
    const mark = KEY_MARKS.find((candidate) => key.includes(`-${candidate}-`));
    if (mark === undefined) return null;
    if (mark === "forbidden") return purpose === "listing" ? mark : null;
    if (mark === "nocredit") return purpose === "model-call" ? mark : null;
    return mark;
  }
}

/** The first seven characters and the last four; fewer of a key so short that this would show most of it. */
export function maskSimulatedKey(key: string): string {
  return key.length < 16 ? `${key.slice(0, 7)}…` : `${key.slice(0, 7)}…${key.slice(-4)}`;
}
