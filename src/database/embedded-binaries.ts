import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import type { EmbeddedHome } from "./embedded-home";
import { EmbeddedPostgresError } from "./embedded-postgres-error";
import { canReach } from "./run-account";

const manifestSchema = z.object({ version: z.string().regex(/^[\w.+-]+$/) });
/** Paths from the package's root; `target` is the link to be made. */
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The folder with `initdb` and `postgres`, ready to be run by the account of `home`. They stay where npm put them if they can;
 * else a copy (about 60 MB) is made in `home`, once per version. Throws `EmbeddedPostgresError` where the platform has none.
 */
export function prepareBinaries(home: EmbeddedHome, packageDirectory = findPlatformPackage()): string {
  if (canReach(join(packageDirectory, "native/bin"), home.account) && makeLibraryLinks(packageDirectory)) {
    return join(packageDirectory, "native/bin");
  }
  const { version } = manifestSchema.parse(readJson(join(packageDirectory, "package.json")));
  const copy = join(home.directory, `binaries-${version}`);
  if (!existsSync(copy)) copyBinaries(packageDirectory, copy);
  return join(copy, "native/bin");
}

function findPlatformPackage(): string {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    // Asked from the package that depends on it: package managers that do not flatten hide it from us.
    const entry = createRequire(require.resolve("embedded-postgres")).resolve(`@embedded-postgres/${platform}`);
    return dirname(dirname(entry));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `No Postgres is installed for this platform (${platform}). Set DATABASE_URL to a Postgres 15 or newer, ` +
        "or, if optional packages were left out, run npm install with them.",
      { cause: error },
    );
  }
}

/**
 * npm cannot pack symbolic links, so the package lists them and makes them in an install script, which may be turned off.
 * False where a link is missing and cannot be made.
 */
function makeLibraryLinks(packageDirectory: string): boolean {
  const list = join(packageDirectory, "native/pg-symlinks.json");
  if (!existsSync(list)) return true;
  try {
    for (const { source, target } of linksSchema.parse(readJson(list))) {
      const link = join(packageDirectory, target);
      if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
    }
    return true;
  } catch {
    return false;
  }
}

function copyBinaries(packageDirectory: string, copy: string): void {
  // Renamed when complete: a copy cut short by a kill is never run.
  const unfinished = `${copy}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(join(packageDirectory, "native"), join(unfinished, "native"), { recursive: true, verbatimSymlinks: true });
  openForReading(unfinished);
  if (!makeLibraryLinks(unfinished)) {
    throw new EmbeddedPostgresError(`The Postgres libraries in ${unfinished} could not be linked. Set DATABASE_URL.`);
  }
  renameSync(unfinished, copy);
}

/** The original may be readable for its owner only, and Postgres may run as somebody else. */
function openForReading(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const executable = entry.isDirectory() || (statSync(path).mode & 0o100) !== 0;
    chmodSync(path, executable ? 0o755 : 0o644);
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
