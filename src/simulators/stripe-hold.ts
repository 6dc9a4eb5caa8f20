/** Where a held meter event stands: received and not yet taken, or taken and not yet answered. */
export type HoldPoint = "before-taking" | "before-answer";

/** Keeps meter events waiting, so that a test can look, kill and send in the meantime without racing a clock. */
export class StripeHold {
  readonly #held = new Map<HoldPoint, Promise<void>>();

  /** From now on events wait at this point, until what it returns is called. */
  at(point: HoldPoint): () => void {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#held.set(point, held);
    return () => {
      if (this.#held.get(point) === held) this.#held.delete(point);
      release();
    };
  }

  /** Resolves when nothing holds events here. */
  async pass(point: HoldPoint): Promise<void> {
    await this.#held.get(point);
  }
}
