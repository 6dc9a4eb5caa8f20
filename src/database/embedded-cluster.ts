import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { EmbeddedHome } from "./embedded-home";
import { EmbeddedPostgresError } from "./embedded-postgres-error";
import type { RunAccount } from "./run-account";

/** Name of the cluster's superuser. */
export const SUPERUSER = "waypath";

/**
 * What a program of Postgres is started with. Our own environment stays out: it holds keys, and PG… variables would be obeyed.
 * Our working directory stays out too: the account may not be able to enter it.
 */
export function childOptions(home: EmbeddedHome): Partial<RunAccount> & { cwd: string; env: Record<string, string> } {
  return { ...home.account, cwd: home.directory, env: { LC_ALL: "C", TZ: "UTC" } };
}

/** Makes the cluster and the superuser's password where there is none. A cluster is complete or it is not there. */
export async function createCluster(home: EmbeddedHome, binaries: string): Promise<void> {
  if (existsSync(home.cluster)) return;
  const unfinished = `${home.cluster}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(home.passwordFile, { force: true });

  const password = randomBytes(24).toString("base64url");
  writeFileSync(home.passwordFile, password, { mode: 0o600, flag: "wx", flush: true });
  mkdirSync(unfinished, { mode: 0o700 });
  if (home.account !== undefined) {
    chownSync(home.passwordFile, home.account.uid, home.account.gid);
    chownSync(unfinished, home.account.uid, home.account.gid);
  }
  await runInitdb(home, binaries, unfinished);
  renameSync(unfinished, home.cluster);
  syncDirectory(home.directory);
}

async function runInitdb(home: EmbeddedHome, binaries: string, directory: string): Promise<void> {
  const options = [
    `--pgdata=${directory}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${home.passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // Sorts by code point and knows all letters' cases, alike on every machine and with every version of its libraries.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
    "--no-clean", // we clean up ourselves; its word about that would hide the reason of a failure
  ];
  try {
    await promisify(execFile)(join(binaries, "initdb"), options, childOptions(home));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The database in ${home.directory} could not be created; set DATABASE_URL to use another Postgres. ` +
        `initdb ended with: ${lastLine(error)}`,
      { cause: error },
    );
  }
}

function lastLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error)
    .trim()
    .split("\n")
    .slice(-1)
    .join();
}

/** Otherwise a power failure may undo the rename, and the next start would take the cluster for an unfinished one. */
function syncDirectory(directory: string): void {
  if (process.platform === "win32") return; // cannot open directories
  const descriptor = openSync(directory, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
