import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Secret } from "./secret";

/** What every development secret begins with, so that production can tell one and refuse it. */
export const DEVELOPMENT_PREFIX = "development";

/**
 * The development secret of that name, made once and kept in `directory`, readable by its owner alone.
 * The file is created exclusively: of two servers starting at once, both use the one that was first.
 */
export function developmentSecret(directory: string, name: string, make: (random: Buffer) => string): Secret {
  const file = join(directory, name);
  mkdirSync(directory, { recursive: true });
  try {
    writeFileSync(file, make(randomBytes(32)), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return new Secret(readFileSync(file, "utf8").trim());
}
