// A lock file that names the process that holds it. A holder that was killed leaves the file behind; the next process sees
// that the holder is dead and takes over. Two processes that take over at the same moment never both succeed.

import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { errorCode } from "./error-code";
import { processIdentity } from "./process-identity";

const holderSchema = z.object({ pid: z.int().positive(), identity: z.string() });

/** Takes the lock at `path` for this process. Returns the process id of the living holder when there is one already. */
export function takeProcessLock(path: string): number | undefined {
  const ticket = `${path}.${process.pid}`;
  writeFileSync(ticket, JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) ?? "" }), {
    mode: 0o600,
  });
  try {
    return takeWith(ticket, path);
  } finally {
    rmSync(ticket, { force: true });
  }
}

export function releaseProcessLock(path: string): void {
  rmSync(path, { force: true });
}

function takeWith(ticket: string, path: string): number | undefined {
  for (;;) {
    // A link, not a new file: it appears with its content, so that nobody reads half a holder.
    if (linked(ticket, path)) return undefined;
    const found = readIfThere(path);
    if (found === undefined) continue;
    const holder = parseHolder(found);
    if (holder !== undefined && isLiving(holder)) return holder.pid;

    // Removing a dead holder's file needs a lock of its own: otherwise the slower of two removes the file that the faster just made.
    const guard = `${path}.after-${holder?.pid ?? "unknown"}`;
    const rival = takeWith(ticket, guard);
    if (rival !== undefined) return rival;
    try {
      if (readIfThere(path) === found) rmSync(path);
    } finally {
      rmSync(guard);
    }
  }
}

function linked(ticket: string, path: string): boolean {
  try {
    linkSync(ticket, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Undefined for a file torn by a power failure: whoever wrote it is gone. */
function parseHolder(text: string): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isLiving(holder: z.infer<typeof holderSchema>): boolean {
  const identity = processIdentity(holder.pid);
  // An empty identity knows no more than "lives": then the number has to do.
  return identity !== undefined && (identity === "" || holder.identity === "" || identity === holder.identity);
}
