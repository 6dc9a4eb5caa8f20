import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

import { ConfigError } from "../config";
import { BUILT_IN_TOOL_NAMES } from "./built-in-tool-names";
import { type McpServerEntry, mcpServerEntries } from "./mcp-server-entry";

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
  /** The tools it may call: names of built-in ones, `server/tool`, `server/*`. */
  tools: readonly string[];
  /** Slugs of the buddies it may hand work to; none for a specialist. */
  delegatesTo: readonly string[];
}

/** The buddies there are: the orchestrator first, then by name. */
export interface Buddies {
  readonly all: readonly Buddy[];
  readonly orchestrator: Buddy;
  /** The MCP servers whose tools buddies may be allowed, by name. */
  readonly mcpServers: ReadonlyMap<string, McpServerEntry>;
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
        tools: z.array(z.string()).default([]),
        delegates_to: z.array(z.string()).default([]),
      }),
    )
    .min(1),
  mcp_servers: mcpServerEntries.default({}),
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

  const mcpServers = new Map(Object.entries(parsed.data.mcp_servers));
  const buddies = parsed.data.buddies.map(({ orchestrator, description, delegates_to, ...rest }): Buddy => {
    return {
      ...rest,
      description: description ?? null,
      role: orchestrator ? "ORCHESTRATOR" : "SPECIALIST",
      delegatesTo: delegates_to,
    };
  });
  const bySlug = new Map(buddies.map((buddy) => [buddy.slug, buddy]));
  if (bySlug.size < buddies.length) throw unusable(path, "two buddies have the same slug.");
  const [orchestrator, ...others] = buddies.filter((buddy) => buddy.role === "ORCHESTRATOR");
  if (orchestrator === undefined || others.length > 0) {
    throw unusable(path, "exactly one buddy must have `orchestrator: true`.");
  }
  const problems = buddies.flatMap((buddy) => [
    ...toolProblems(buddy, mcpServers),
    ...delegationProblems(buddy, bySlug),
  ]);
  if (problems.length > 0) throw unusable(path, problems.join("\n"));

  const specialists = buddies
    .filter((buddy) => buddy !== orchestrator)
    .sort((a, b) => a.name.localeCompare(b.name, "en"));
  return { all: [orchestrator, ...specialists], orchestrator, mcpServers, find: (slug) => bySlug.get(slug) };
}

/** An allowlist that names what is not there is a misspelling: better refused now than missed in a turn. */
function toolProblems({ slug, tools }: Buddy, mcpServers: ReadonlyMap<string, McpServerEntry>): string[] {
  const builtIn: readonly string[] = BUILT_IN_TOOL_NAMES;
  return tools.flatMap((entry) => {
    const [server = "", tool] = entry.split(/\/(.*)/s);
    const where = `${slug}: the tool \`${entry}\``;
    if (tool === undefined) {
      return builtIn.includes(entry) ? [] : [`${where} is not built in. There are ${builtIn.join(", ")}.`];
    }
    if (!mcpServers.has(server)) return [`${where} is of a server that \`mcp_servers\` does not have.`];
    if (tool === "" || (tool !== "*" && tool.includes("*")))
      return [`${where} must be \`server/tool\` or \`server/*\`.`];
    return [];
  });
}

function delegationProblems({ slug, role, delegatesTo }: Buddy, bySlug: ReadonlyMap<string, Buddy>): string[] {
  if (role === "SPECIALIST" && delegatesTo.length > 0)
    return [`${slug}: only the orchestrator may have \`delegates_to\`.`];
  return delegatesTo.flatMap((other) => {
    if (other === slug) return [`${slug}: it cannot delegate to itself.`];
    return bySlug.has(other) ? [] : [`${slug}: it cannot delegate to \`${other}\`, which is no buddy.`];
  });
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
