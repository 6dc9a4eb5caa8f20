/** One request that a simulator received. */
export interface JournalEntry {
  method: string;
  /** Without the query. */
  path: string;
  /** Never the whole key; null where none was sent. */
  keyMasked: string | null;
  /** In lower case. Not their values, which may be keys. */
  headerNames: readonly string[];
  /** Parsed; the text itself where it was no JSON, null where there was none or not yet. */
  body: unknown;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** `refused` is any answer from 400 up, `aborted` a client that left before the end. */
  outcome: "running" | "completed" | "aborted" | "refused";
  /** Milliseconds since 1970; null while running. */
  endedAt: number | null;
  /** Tokens that the provider has counted when the answer ended or broke off, whether the client heard of them or not; null before. */
  tokens: number | null;
}

// Entries kept, and characters of bodies kept with them: long conversations repeat themselves in every request.
const MAX_ENTRIES = 10_000;
const MAX_CHARACTERS = 64 * 1024 * 1024;

/** What a simulator was asked, oldest first. The oldest are forgotten once it is full. */
export class SimulatorJournal {
  readonly #modelCallPath: string;
  readonly #kept: { entry: JournalEntry; characters: number }[] = [];
  readonly #waiting = new Set<(entry: JournalEntry) => void>();
  #characters = 0;

  constructor(modelCallPath: string) {
    this.#modelCallPath = modelCallPath;
  }

  get requests(): readonly JournalEntry[] {
    return this.#kept.map((kept) => kept.entry);
  }

  /** The model calls among them. */
  messages(): readonly JournalEntry[] {
    return this.requests.filter((entry) => entry.method === "POST" && entry.path === this.#modelCallPath);
  }

  /** The first entry that satisfies the predicate: one that is there, or the next that does when it appears or changes. */
  waitFor(predicate: (entry: JournalEntry) => boolean): Promise<JournalEntry> {
    const there = this.requests.find(predicate);
    if (there !== undefined) return Promise.resolve(there);
    return new Promise((resolve, reject) => {
      const look = (entry: JournalEntry): void => {
        try {
          if (!predicate(entry)) return;
          resolve(entry);
        } catch (error) {
          reject(error);
        }
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
    });
  }

  clear(): void {
    this.#kept.length = 0;
    this.#characters = 0;
  }

  /** Writes down a request that has arrived. */
  open(method: string, path: string, keyMasked: string | null, headerNames: readonly string[] = []): JournalEntry {
    const entry: JournalEntry = {
      method,
      path,
      keyMasked,
      headerNames,
      body: null,
      startedAt: Date.now(),
      outcome: "running",
      endedAt: null,
      tokens: null,
    };
    this.#kept.push({ entry, characters: 0 });
    this.#forget();
    this.#tell(entry);
    return entry;
  }

  /** Adds the body of a request; `characters` is its size as it was sent. */
  addBody(entry: JournalEntry, body: unknown, characters: number): void {
    entry.body = body;
    const kept = this.#kept.findLast((candidate) => candidate.entry === entry);
    if (kept !== undefined) {
      kept.characters = characters;
      this.#characters += characters;
      this.#forget();
    }
    this.#tell(entry);
  }

  /** Ends an entry, with the tokens counted until then. Only the first end counts. */
  end(entry: JournalEntry, outcome: "completed" | "aborted" | "refused", tokens: number | null = null): void {
    if (entry.outcome !== "running") return;
    entry.tokens = tokens;
    entry.outcome = outcome;
    entry.endedAt = Date.now();
    this.#tell(entry);
  }

  #forget(): void {
    while (this.#kept.length > MAX_ENTRIES || (this.#characters > MAX_CHARACTERS && this.#kept.length > 1)) {
      this.#characters -= this.#kept.shift()?.characters ?? 0;
    }
  }

  #tell(entry: JournalEntry): void {
    for (const look of [...this.#waiting]) look(entry);
  }
}
