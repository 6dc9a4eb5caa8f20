// The postmaster is Postgres's first process. It outlives us when we are killed, so nothing here trusts a child handle alone:
// `postmaster.pid`, which Postgres itself writes and removes, says what runs, on which port, and whether it is ready.

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../logger";
import { childOptions } from "./embedded-cluster";
import type { EmbeddedHome } from "./embedded-home";
import { EmbeddedPostgresError } from "./embedded-postgres-error";
import { processIdentity } from "./process-identity";

export interface Postmaster {
  pid: number;
  port: number;
  /** False while it starts, recovers or stops. */
  ready: boolean;
}

export interface ReadyPostmaster extends Postmaster {
  /** False where it ran already. */
  launched: boolean;
}

/** Milliseconds for a start, recovery after a crash included, and as long again for a stop. */
const PATIENCE_MS = 30_000;
const POLL_MS = 10;
/** Milliseconds between two attempts to start. */
const RETRY_MS = 100;

/** The living postmaster of the cluster; undefined when there is none. */
export function findPostmaster(home: EmbeddedHome): Postmaster | undefined {
  const lines = readLines(join(home.cluster, "postmaster.pid"));
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isSafeInteger(pid) || pid <= 0 || !Number.isSafeInteger(port) || port <= 0) return undefined;
  return runsCluster(pid, home.cluster) ? { pid, port, ready: lines[7]?.trim() === "ready" } : undefined;
}

/**
 * The postmaster of the cluster, ready for connections: the one that runs, or a new one, on `port` or on any that is free. After
 * a kill -9 the old server's processes hold the cluster for a moment, and a port may be taken: it is tried again until
 * `PATIENCE_MS` have passed.
 */
export async function ensurePostmaster(
  home: EmbeddedHome,
  binaries: string,
  logger: Logger,
  port?: number,
): Promise<ReadyPostmaster> {
  const deadline = Date.now() + PATIENCE_MS;
  let attempts = 0;
  let launched: ChildProcess | undefined;
  while (Date.now() < deadline) {
    const running = findPostmaster(home);
    if (running?.ready) return { ...running, launched: running.pid === launched?.pid };
    if (running === undefined && !isRunning(launched)) {
      if (attempts === 1) logger.warn({ reason: lastFailure(home) }, "Postgres did not start; trying again");
      if (attempts > 0) await delay(RETRY_MS);
      attempts += 1;
      launched = await launch(home, binaries, port ?? (await findFreePort()));
    }
    await delay(POLL_MS);
  }
  throw new EmbeddedPostgresError(
    `Postgres did not become ready within ${PATIENCE_MS / 1000} seconds in ${home.cluster}. ` +
      `Its log is ${home.logFile} (last: ${lastFailure(home)}). Mend what it names and start again, or set DATABASE_URL. ` +
      "A postmaster.pid that names no Postgres may be removed.",
  );
}

/** Shuts the postmaster down in order (its connections are closed, what was written is kept) and waits until it is gone. */
export async function stopPostmaster(home: EmbeddedHome, pid: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  // Asked again: the number of a postmaster that died meanwhile may belong to a stranger.
  if (findPostmaster(home)?.pid !== pid) return;
  process.kill(pid, "SIGINT"); // Postgres's "fast" shutdown
  while (processIdentity(pid) !== undefined) {
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        `Postgres (process ${pid}) did not stop within ${PATIENCE_MS / 1000} seconds in ${home.cluster}. ` +
          `Its log is ${home.logFile}. The next start finds it and uses it.`,
      );
    }
    await delay(POLL_MS);
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}

/** A number left in the file may be a stranger's by now: on Linux the command line must name the cluster. */
function runsCluster(pid: number, cluster: string): boolean {
  if (process.platform !== "linux") return processIdentity(pid) !== undefined;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(cluster);
  } catch {
    return false;
  }
}

function isRunning(child: ChildProcess | undefined): boolean {
  return child !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Resolves once the program runs, which is before it is ready. */
async function launch(home: EmbeddedHome, binaries: string, port: number): Promise<ChildProcess> {
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    timezone: "UTC",
    log_timezone: "UTC",
    // Statements and details of errors would carry rows, and so people's words, into the log file.
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const log = openSync(home.logFile, "a", 0o600);
  try {
    const child = spawn(join(binaries, "postgres"), ["-D", home.cluster, ...options], {
      ...childOptions(home),
      // A process group of its own: Ctrl+C in a terminal reaches us alone, and we stop it when our work is done.
      detached: true,
      stdio: ["ignore", log, log],
    });
    child.unref();
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    return child;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The Postgres in ${binaries} cannot be run on this machine. Set DATABASE_URL to a Postgres 15 or newer.`,
      { cause: error },
    );
  } finally {
    closeSync(log);
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new EmbeddedPostgresError("No free port was found.");
  return address.port;
}

/** The last line of the log that says why. */
function lastFailure(home: EmbeddedHome): string {
  const lines = readLines(home.logFile).filter((line) => line !== "");
  return lines.findLast((line) => /FATAL:|PANIC:/.test(line)) ?? lines.at(-1) ?? "nothing";
}
