import { NIL, v7 } from "uuid";

// Rows are known by UUIDv7, so that their order is their age. Outside the server an id carries its type in front, which is
// what lets one lookup find any object; without a row, an id is derived from what it names.

const PREFIXES = {
  session: "ses",
  thread: "thr",
  user: "usr",
  keyEvent: "kev",
  buddy: "bud",
  integration: "int",
} as const;

/** An id that no row has: what an id that this server never gave out is looked up as. */
export const NO_ROW = NIL;

export type IdType = keyof typeof PREFIXES;

/** A new row's id. */
export function newId(): string {
  return v7();
}

/** A row's id as clients see it, e.g. `ses_01a207…`: the prefix and the UUID without dashes, which Postgres reads as it is. */
export function publicId(type: IdType, uuid: string): string {
  return `${PREFIXES[type]}_${uuid.replaceAll("-", "")}`;
}

/** The id of what has no row of its own, e.g. `bud_acme.campaign`. Neither part may contain a dot. */
export function derivedId(type: "buddy" | "integration", workspaceId: string, name: string): string {
  return `${PREFIXES[type]}_${workspaceId}.${name}`;
}

export type ParsedId =
  | { type: Exclude<IdType, "buddy" | "integration">; uuid: string }
  | { type: "buddy" | "integration"; workspaceId: string; name: string };

/** What a client's id names; null for anything this server never gave out. */
export function parseId(id: string): ParsedId | null {
  const [type] = IDS.find(([, prefix]) => id.startsWith(`${prefix}_`)) ?? [];
  if (type === undefined) return null;
  const rest = id.slice(PREFIXES[type].length + 1);
  if (type === "buddy" || type === "integration") {
    const [workspaceId, name, ...more] = rest.split(".");
    return workspaceId && name && more.length === 0 ? { type, workspaceId, name } : null;
  }
  return /^[0-9a-f]{32}$/.test(rest) ? { type, uuid: withDashes(rest) } : null;
}

/** The row's id inside a client's id of the expected type; null for any other id. */
export function uuidOf(type: Exclude<IdType, "buddy" | "integration">, id: string): string | null {
  const parsed = parseId(id);
  return parsed?.type === type && "uuid" in parsed ? parsed.uuid : null;
}

const IDS: [IdType, string][] = [
  ["session", PREFIXES.session],
  ["thread", PREFIXES.thread],
  ["user", PREFIXES.user],
  ["keyEvent", PREFIXES.keyEvent],
  ["buddy", PREFIXES.buddy],
  ["integration", PREFIXES.integration],
];

function withDashes(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
