// Where the embedded Postgres keeps its files: `postgres` in the data directory. As root the directory stays root's own, so
// that the account lent to Postgres can replace nothing in it; only the cluster and the password file are given away.

import { randomUUID } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error";
import type { RunAccount } from "./run-account";
import { canReach, chooseRunAccount } from "./run-account";

export interface EmbeddedHome {
  directory: string;
  /** Postgres's own data directory; absent until it is complete. */
  cluster: string;
  passwordFile: string;
  logFile: string;
  lockFile: string;
  /** Undefined: Postgres runs as this process does. */
  account: RunAccount | undefined;
}

/** Used only by root, and only for a data directory below one that Postgres may not enter. Survives a reboot, unlike /tmp. */
const SHARED_DIRECTORY = "/var/lib/waypath";
const OWNER_ONLY = 0o700;
/** Others may pass through, but not list. */
const PASSABLE = 0o711;

/** Makes the directories where they are missing. Throws `EmbeddedPostgresError` where Postgres could not reach them. */
export function openEmbeddedHome(dataDirectory: string): EmbeddedHome {
  const link = join(resolve(dataDirectory), "postgres");
  const account = accountOf(join(link, "cluster"));
  const mode = account === undefined ? OWNER_ONLY : PASSABLE;

  if (!existsSync(dataDirectory)) makeDirectory(dataDirectory, mode);
  if (account !== undefined && canReach(dirname(resolve(dataDirectory)), account)) makePassable(dataDirectory);
  if (!isThere(link)) {
    // Opening the directories above (a home directory, as a rule) to everybody would be worse than a file elsewhere: they hold
    // more than ours. The link in the data directory shows where the cluster is, and removing it begins anew.
    if (canReach(dataDirectory, account)) makeDirectory(link, mode);
    else symlinkSync(join(SHARED_DIRECTORY, randomUUID()), link);
  }
  if (lstatSync(link).isSymbolicLink() && !existsSync(link)) {
    makeDirectory(dirname(readlinkSync(link)), mode);
    makeDirectory(readlinkSync(link), mode);
  }

  const directory = realpathSync(link);
  if (!canReach(directory, account)) {
    throw new EmbeddedPostgresError(
      `Postgres runs as user number ${account?.uid} here, which may not enter ${directory}. ` +
        "Let it pass through the directories above, move DATA_DIR, or set DATABASE_URL.",
    );
  }
  return {
    directory,
    cluster: join(directory, "cluster"),
    passwordFile: join(directory, "password"),
    logFile: join(directory, "postgres.log"),
    lockFile: join(directory, "lock"),
    account,
  };
}

/** An existing cluster is run by its owner: Postgres accepts no other. */
function accountOf(cluster: string): RunAccount | undefined {
  if (process.getuid?.() !== 0 || !existsSync(cluster)) return chooseRunAccount();
  const { uid, gid } = statSync(cluster);
  return { uid, gid };
}

/** The data directory itself is ours to open; what lies in it is guarded by modes of its own. */
function makePassable(directory: string): void {
  const { uid, mode } = statSync(directory);
  if (uid === 0 && (mode & 0o011) !== 0o011) chmodSync(directory, (mode & 0o777) | 0o011);
}

function makeDirectory(path: string, mode: number): void {
  const made = mkdirSync(path, { recursive: true, mode });
  if (made !== undefined) chmodSync(path, mode); // gives back what the umask took
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
