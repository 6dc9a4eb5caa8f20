import { findCanaries } from "./canary-keys";

/** Everything that came out while canaries were driven in. */
export class Evidence {
  readonly #kept: { place: string; text: string }[] = [];
  #operations = 0;

  get operations(): number {
    return this.#operations;
  }

  /** Does one operation that has a canary in it, or works with one, and keeps what it answers, or how it fails. */
  async drive<Answer>(operation: string, run: () => Promise<Answer>): Promise<Answer> {
    this.#operations += 1;
    const answer = await run();
    this.keep(operation, answer);
    return answer;
  }

  keep(place: string, value: unknown): void {
    this.#kept.push({ place, text: typeof value === "string" ? value : (JSON.stringify(value) ?? "") });
  }

  /** All that was kept of a place. */
  textOf(place: string): string {
    return this.#kept
      .filter((kept) => kept.place === place)
      .map(({ text }) => text)
      .join("\n");
  }

  hits(): { place: string; around: string }[] {
    return this.#kept.flatMap(({ place, text }) => findCanaries(text).map((around) => ({ place, around })));
  }
}
