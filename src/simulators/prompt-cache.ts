import { createHash } from "node:crypto";

/** A piece of a prompt that a cache can end after. */
export interface PromptSegment {
  /** What it says and where it stands; equal prompts have equal identities, whatever is marked for caching. */
  identity: string;
  characters: number;
  /** How long what ends here is kept, where the request asks for that. */
  breakpoint: "5m" | "1h" | null;
}

/** Tokens of a prompt. The four add up to the whole of it. */
export interface PromptTokens {
  uncached: number;
  read: number;
  written5m: number;
  written1h: number;
}

/** The rule of thumb that all simulated counts follow. */
export const CHARACTERS_PER_TOKEN = 4;
const LIFETIME_MS = { "5m": 5 * 60_000, "1h": 60 * 60_000 };
// Prefixes remembered; the ones not used for longest go first.
const MAX_PREFIXES = 10_000;

/** Tokens of a text of this length. */
export function tokensOf(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/**
 * A provider's prompt cache: a prefix that the same owner sent before is read, up to the last mark the rest is written.
 * It has no least length of its own: Anthropic's simulator shows it on short prompts too.
 */
export class PromptCache {
  readonly #expiresAt = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Counts a prompt and remembers its marked prefixes. `owner` tells keys and models apart and is not kept. */
  count(owner: string, segments: readonly PromptSegment[]): PromptTokens {
    const tokens: PromptTokens = { uncached: 0, read: 0, written5m: 0, written1h: 0 };
    const prefixes = segments.some((segment) => segment.breakpoint !== null) ? prefixesOf(owner, segments) : [];
    const known = prefixes.findLast((prefix) => this.#knows(prefix.hash));
    tokens.read = known?.tokens ?? 0;
    let cached = tokens.read;
    for (const { hash, breakpoint, tokens: end } of prefixes) {
      if (breakpoint === null) continue;
      if (end > cached) {
        tokens[breakpoint === "5m" ? "written5m" : "written1h"] += end - cached;
        cached = end;
      }
      this.#remember(hash, LIFETIME_MS[breakpoint]);
    }
    const characters = segments.reduce((sum, segment) => sum + segment.characters, 0);
    tokens.uncached = tokensOf(characters) - cached;
    return tokens;
  }

  #knows(hash: string): boolean {
    return (this.#expiresAt.get(hash) ?? 0) > this.#now();
  }

  #remember(hash: string, lifetimeMs: number): void {
    this.#expiresAt.delete(hash);
    this.#expiresAt.set(hash, this.#now() + lifetimeMs);
    for (const oldest of this.#expiresAt.keys()) {
      if (this.#expiresAt.size <= MAX_PREFIXES) break;
      this.#expiresAt.delete(oldest);
    }
  }
}

interface Prefix {
  hash: string;
  tokens: number;
  breakpoint: PromptSegment["breakpoint"];
}

// Every prefix up to the last mark: an earlier request may have marked any of them.
function prefixesOf(owner: string, segments: readonly PromptSegment[]): Prefix[] {
  const last = segments.findLastIndex((segment) => segment.breakpoint !== null);
  const hash = createHash("sha256").update(owner);
  let characters = 0;
  return segments.slice(0, last + 1).map((segment) => {
    hash.update(`\n${segment.identity.length}:${segment.identity}`);
    characters += segment.characters;
    return { hash: hash.copy().digest("base64"), tokens: tokensOf(characters), breakpoint: segment.breakpoint };
  });
}
