import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import type { Logger } from "../logger";
import { prepareBinaries } from "./embedded-binaries";
import { createCluster, SUPERUSER } from "./embedded-cluster";
import type { EmbeddedHome } from "./embedded-home";
import { openEmbeddedHome } from "./embedded-home";
import { EmbeddedPostgresError } from "./embedded-postgres-error";
import type { ReadyPostmaster } from "./postmaster";
import { ensurePostmaster, findPostmaster, stopPostmaster } from "./postmaster";
import { releaseProcessLock, takeProcessLock } from "./process-lock";

export interface EmbeddedPostgres {
  /** `postgres://user:password@127.0.0.1:port/waypath`. Holds the password: not for logs. */
  url: string;
  /** Shuts Postgres down, waits until it is gone, and lets another process use the directory. Safe to call twice. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  dataDirectory: string;
  /** Where it listens if it does not run already; default: any port that is free. */
  port?: number;
  logger: Logger;
}

const DATABASE = "waypath";

/**
 * Starts the Postgres of `dataDirectory`, or attaches to the one that a killed process left running; makes the cluster and
 * the database the first time. One process at a time: a second would have its database stopped by the first.
 * Throws `EmbeddedPostgresError`, whose sentence names the files and the next step.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    return await startLocked(openEmbeddedHome(options.dataDirectory), options);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw new EmbeddedPostgresError(
      `The database in ${options.dataDirectory} could not be started: ${error instanceof Error ? error.message : error}. ` +
        "Start as the user who started it first, move DATA_DIR, or set DATABASE_URL.",
      { cause: error },
    );
  }
}

/** Whether a server has kept a database in `dataDirectory`. */
export function hasEmbeddedPostgres(dataDirectory: string): boolean {
  return existsSync(join(dataDirectory, "postgres", "cluster"));
}

/** The address of the database that a server runs in `dataDirectory` right now; undefined where none does. Starts nothing. */
export function findEmbeddedPostgres(dataDirectory: string): string | undefined {
  if (!hasEmbeddedPostgres(dataDirectory)) return undefined;
  const home = openEmbeddedHome(dataDirectory);
  const postmaster = findPostmaster(home);
  return postmaster?.ready ? urlOf(postmaster, readPassword(home)) : undefined;
}

async function startLocked(
  home: EmbeddedHome,
  { port, logger }: Omit<EmbeddedPostgresOptions, "dataDirectory">,
): Promise<EmbeddedPostgres> {
  const holder = takeProcessLock(home.lockFile);
  if (holder !== undefined) {
    throw new EmbeddedPostgresError(
      `The database in ${home.directory} is in use by process ${holder}. ` +
        "Stop that process, give this one a DATA_DIR of its own, or set DATABASE_URL for both.",
    );
  }
  try {
    const startedAt = performance.now();
    const binaries = prepareBinaries(home);
    await createCluster(home, binaries);
    const password = readPassword(home);
    const postmaster = await ensurePostmaster(home, binaries, logger, port);
    await createDatabase(postmaster, password, home);
    logger.info(
      { port: postmaster.port, directory: home.directory, milliseconds: Math.round(performance.now() - startedAt) },
      postmaster.launched ? "embedded Postgres started" : "attached to the embedded Postgres that was running",
    );

    let stopping: Promise<void> | undefined;
    return {
      url: urlOf(postmaster, password),
      stop: () => {
        stopping ??= stopPostmaster(home, postmaster.pid).then(() => releaseProcessLock(home.lockFile));
        return stopping;
      },
    };
  } catch (error) {
    releaseProcessLock(home.lockFile);
    throw error;
  }
}

function urlOf({ port }: { port: number }, password: string): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

function readPassword(home: EmbeddedHome): string {
  try {
    return readFileSync(home.passwordFile, "utf8").trim();
  } catch (error) {
    throw new EmbeddedPostgresError(
      `${home.passwordFile}, the password of the database beside it, cannot be read. ` +
        `Bring it back, or move ${home.cluster} away to begin with an empty database.`,
      { cause: error },
    );
  }
}

async function createDatabase(postmaster: ReadyPostmaster, password: string, home: EmbeddedHome): Promise<void> {
  const client = new Client({
    host: "127.0.0.1",
    port: postmaster.port,
    user: SUPERUSER,
    password,
    database: "postgres",
    ssl: false,
  });
  // A connection that breaks also fails the query that waits on it; unheard, the event would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    // One that ran already has not proved that it is ours: it is left alone.
    if (postmaster.launched) await stopPostmaster(home, postmaster.pid);
    throw new EmbeddedPostgresError(
      `Postgres runs in ${home.cluster} but does not accept the password in ${home.passwordFile}, or does not answer. ` +
        `Its log is ${home.logFile}.`,
      { cause: error },
    );
  } finally {
    await client.end();
  }
}
