import { createHash } from "node:crypto";

/** The longest name that both providers take. */
const LONGEST_WIRE_NAME = 64;

/** A built-in tool whose name can go on the wire as it is, and is not mistaken for a server's. */
const PLAIN = /^(?!.*__)[a-zA-Z0-9_-]+$/;
/** A server's tool whose two halves can be told apart in `server__tool`. */
const PLAIN_OF_SERVER = /^(?!.*__.*\/)[a-z0-9_-]*[a-z0-9-]\/(?!_)[a-zA-Z0-9_-]+$/;

/**
 * A tool's name as models see it: letters, digits, `_` and `-`, up to 64. It follows from the name alone, so that it is the
 * same in every turn; no two names share one but by a collision of the digest.
 */
export function wireName(name: string): string {
  const wire = name.replace("/", "__");
  const plain = PLAIN.test(name) || PLAIN_OF_SERVER.test(name);
  if (plain && wire.length <= LONGEST_WIRE_NAME) return wire;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${wire.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, LONGEST_WIRE_NAME - 9)}_${digest}`;
}

/** Whether an allowlist names the tool: itself, or by `server/*` all of its server. */
export function isAllowed(name: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => entry === name || (entry.endsWith("/*") && name.startsWith(entry.slice(0, -1))));
}
