import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error";

/** Numbers of the operating system's user that Postgres runs as. */
export interface RunAccount {
  uid: number;
  gid: number;
}

// Accounts made for a database first; `nobody` exists on every Unix.
const CANDIDATES = ["postgres", "nobody"];

/** Postgres refuses to run as root, so root lends it another account. Undefined: it runs as we do. */
export function chooseRunAccount(): RunAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const candidate of CANDIDATES) {
    const [, , uid, gid] = users.find(([name]) => name === candidate) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new EmbeddedPostgresError(
    `Postgres refuses to run as root, and this machine has no user "${CANDIDATES.join('" or "')}". ` +
      "Start as a user other than root, or set DATABASE_URL.",
  );
}

/** Whether `account` may enter every directory above `path`, and enter or execute `path` itself. */
export function canReach(path: string, account: RunAccount | undefined): boolean {
  if (account === undefined) return true;
  for (let step = realpathSync(path); ; step = dirname(step)) {
    const { uid, gid, mode } = statSync(step);
    // The account has no supplementary groups: they are dropped when a program is started for it.
    const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
    if (((mode >> shift) & 1) === 0) return false;
    if (dirname(step) === step) return true;
  }
}
