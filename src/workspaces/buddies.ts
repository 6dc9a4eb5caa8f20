import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

import { ConfigError } from "../config";

export type BuddyRole = "ORCHESTRATOR" | "SPECIALIST";

/** An agent of every workspace, as the buddies file describes it. */
export interface Buddy {
  /** Short name, e.g. `campaign`: letters, digits, `_` and `-`. */
  slug: string;
  name: string;
  description: string | null;
  role: BuddyRole;
  /** The model's system prompt. */
  instructions: string;
}

/** The buddies there are: the orchestrator first, then by name. */
export interface Buddies {
  readonly all: readonly Buddy[];
  readonly orchestrator: Buddy;
  find(slug: string): Buddy | undefined;
}

const file = z.strictObject({
  buddies: z
    .array(
      z.strictObject({
        slug: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be up to 64 letters, digits, _ or -"),
        name: z.string().min(1),
        description: z.string().min(1).optional(),
        orchestrator: z.boolean().default(false),
        instructions: z.string().min(1),
      }),
    )
    .min(1),
});

/** Reads the buddies file. Throws a `ConfigError` with the file's name and every problem found in it. */
export function loadBuddies(path: string): Buddies {
  return parseBuddies(
    attempt(path, () => readFileSync(path, "utf8")),
    path,
  );
}

export function parseBuddies(text: string, path: string): Buddies {
  const parsed = file.safeParse(attempt(path, () => parse(text)));
  if (!parsed.success) throw unusable(path, z.prettifyError(parsed.error));

  const buddies = parsed.data.buddies.map(({ orchestrator, description, ...rest }): Buddy => {
    return { ...rest, description: description ?? null, role: orchestrator ? "ORCHESTRATOR" : "SPECIALIST" };
  });
  const bySlug = new Map(buddies.map((buddy) => [buddy.slug, buddy]));
  if (bySlug.size < buddies.length) throw unusable(path, "two buddies have the same slug.");
  const [orchestrator, ...others] = buddies.filter((buddy) => buddy.role === "ORCHESTRATOR");
  if (orchestrator === undefined || others.length > 0) {
    throw unusable(path, "exactly one buddy must have `orchestrator: true`.");
  }
  const specialists = buddies
    .filter((buddy) => buddy !== orchestrator)
    .sort((a, b) => a.name.localeCompare(b.name, "en"));
  return { all: [orchestrator, ...specialists], orchestrator, find: (slug) => bySlug.get(slug) };
}

function attempt<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw unusable(path, error instanceof Error ? error.message : String(error));
  }
}

function unusable(path: string, reason: string): ConfigError {
  return new ConfigError([`BUDDIES_FILE: ${path} cannot be used: ${reason}`]);
}
