import { inspect } from "node:util";

/**
 * A value that cannot be printed, logged, serialised or inspected by accident.
 * The plaintext is reachable only inside the function handed to `use`.
 */
export class Secret {
  readonly #plaintext: string;

  constructor(plaintext: string) {
    this.#plaintext = plaintext;
  }

  /** Hands the plaintext to `consume` and returns what it returns. Keep the plaintext inside that call. */
  use<Result>(consume: (plaintext: string) => Result): Result {
    return consume(this.#plaintext);
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}
