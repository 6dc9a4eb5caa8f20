import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Secret } from "./secret";

/** What every development secret begins with, so that production can tell one and refuse it. */
export const DEVELOPMENT_PREFIX = "development";

/**
 * The development secret of that name, made once and kept in `directory`, readable by its owner alone.
 * Of two servers starting at once, both use the one that was first.
 */
export function developmentSecret(directory: string, name: string, make: (random: Buffer) => string): Secret {
  const file = join(directory, name);
  mkdirSync(directory, { recursive: true });
  if (!existsSync(file)) createWhole(file, make(randomBytes(32)));
  return new Secret(readFileSync(file, "utf8").trim());
}

/** Leaves a file that is there already. A link makes it appear with its content, so that nobody reads half a secret. */
function createWhole(file: string, content: string): void {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, content, { mode: 0o600, flag: "wx", flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(draft);
  }
}
