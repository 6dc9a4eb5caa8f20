import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { Client } from "pg";
import type { EmbeddedPostgres } from "../../src/database/embedded-postgres";
import { startEmbeddedPostgres } from "../../src/database/embedded-postgres";
import { processIdentity } from "../../src/database/process-identity";
import { createLogger } from "../../src/logger";

const logger = createLogger("silent");
const asRoot = process.getuid?.() === 0;

/** For the tests that need no first start of their own, which takes twenty times a restart. Each leaves it stopped. */
let usedDirectory = "";
beforeAll(async () => {
  usedDirectory = mkdtempSync(join(tmpdir(), "embedded-postgres-"));
  const { stop } = await startEmbeddedPostgres({ dataDirectory: usedDirectory, logger });
  await stop();
});
afterAll(() => rmSync(usedDirectory, { recursive: true, force: true }));

// Undone in reverse after each test, so that a failed one leaves no server behind.
const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test("what was written survives a stop and a restart", async () => {
  const dataDirectory = temporaryDirectory();
  const first = await start(dataDirectory);
  await query(first.url, "CREATE TABLE note (text text)");
  await query(first.url, "INSERT INTO note VALUES ('kept')");
  await first.stop();
  await expect(query(first.url, "SELECT 1")).rejects.toThrow("ECONNREFUSED");

  const second = await start(dataDirectory);
  expect(await query(second.url, "SELECT text FROM note")).toEqual([{ text: "kept" }]);
});

test("it comes back on the port that it is given, so that its address stays good", async () => {
  const first = await startEmbeddedPostgres({ dataDirectory: usedDirectory, logger });
  await first.stop();
  const port = Number(new URL(first.url).port);
  const second = await startEmbeddedPostgres({ dataDirectory: usedDirectory, port, logger });
  cleanups.push(() => second.stop());
  expect(second.url).toBe(first.url);
  expect(await query(first.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("the database is durable, UTF-8, password-protected and on the loopback interface alone", async () => {
  const dataDirectory = usedDirectory;
  const { url } = await start(dataDirectory);
  const { hostname, pathname, port, username, password } = new URL(url);
  expect({ hostname, pathname }).toEqual({ hostname: "127.0.0.1", pathname: "/waypath" });
  expect(password).toMatch(/^[\w-]{32}$/);

  const settings = ["fsync", "full_page_writes", "synchronous_commit", "listen_addresses", "unix_socket_directories"];
  const shown = await Promise.all([...settings, "server_encoding"].map((name) => query(url, `SHOW ${name}`)));
  expect(Object.assign({}, ...shown.flat())).toEqual({
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    server_encoding: "UTF8",
  });
  expect(await query(url, "SELECT lower('É') AS lower, 'Z' < 'a' AS by_code_point")).toEqual([
    { lower: "é", by_code_point: true },
  ]);
  expect(existsSync(`/tmp/.s.PGSQL.${port}`)).toBe(false);
  for (const address of otherAddresses()) await expect(reach(address, Number(port))).rejects.toThrow("ECONNREFUSED");
  await expect(query(`postgres://${username}:wrong@127.0.0.1:${port}/waypath`, "SELECT 1")).rejects.toThrow(
    "password authentication failed",
  );
});

test("the password is the owner's alone to read, and is in no log", async () => {
  const dataDirectory = usedDirectory;
  const lines: string[] = [];
  const postgres = await startEmbeddedPostgres({
    dataDirectory,
    logger: createLogger("trace", { write: (line) => lines.push(line) }),
  });
  cleanups.push(() => postgres.stop());
  const { password } = new URL(postgres.url);
  const file = join(dataDirectory, "postgres/password");
  expect(readFileSync(file, "utf8")).toBe(password);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(lines).toHaveLength(1);
  expect(lines.join() + readFileSync(join(dataDirectory, "postgres/postgres.log"), "utf8")).not.toContain(password);
});

test("people's words do not reach the database's log", async () => {
  const dataDirectory = usedDirectory;
  const { url } = await start(dataDirectory);
  await query(url, "CREATE TABLE private_note (text text PRIMARY KEY)");
  const insert = () => query(url, "INSERT INTO private_note VALUES ('a private sentence')");
  await insert();
  await expect(insert()).rejects.toThrow("duplicate key");
  const log = readFileSync(join(dataDirectory, "postgres/postgres.log"), "utf8");
  expect(log).toContain("duplicate key");
  expect(log).not.toContain("a private sentence");
});

test("a Postgres left behind by a killed process is attached to, and stopped", async () => {
  const dataDirectory = usedDirectory;
  const holder = await hold(dataDirectory);
  await query(holder.url, "CREATE TABLE attached_note (text text)");
  const left = postmasterPid(dataDirectory);
  await kill(holder.child);
  expect(processIdentity(left)).toBeDefined();

  const attached = await start(dataDirectory);
  expect(attached.url).toBe(holder.url);
  expect(postmasterPid(dataDirectory)).toBe(left);
  expect(await query(attached.url, "SELECT text FROM attached_note")).toEqual([]);
  await attached.stop();
  expect(processIdentity(left)).toBeUndefined();
});

test("no acknowledged row is lost when every process is killed", async () => {
  const dataDirectory = usedDirectory;
  const holder = await hold(dataDirectory);
  await query(holder.url, "CREATE TABLE number (number int)");

  const client = new Client({ connectionString: holder.url });
  client.on("error", () => undefined); // it will break, and says so more than once
  const ended = new Promise<void>((resolve) => client.once("end", resolve));
  await client.connect();
  let acknowledged = 0;
  for (; acknowledged < 50; acknowledged += 1) await client.query("INSERT INTO number VALUES ($1)", [acknowledged]);
  process.kill(postmasterPid(dataDirectory), "SIGKILL");
  await kill(holder.child);
  await ended;

  const restarted = await start(dataDirectory);
  expect(await query(restarted.url, "SELECT count(*)::int AS rows FROM number")).toEqual([{ rows: acknowledged }]);
});

test("a second process at the same directory is refused, and the first goes on", async () => {
  const dataDirectory = usedDirectory;
  const holder = await hold(dataDirectory);
  await expect(startEmbeddedPostgres({ dataDirectory, logger })).rejects.toMatchObject({
    name: "EmbeddedPostgresError",
    message: expect.stringMatching(new RegExp(`in use by process ${holder.child.pid}\\. .*DATA_DIR.*DATABASE_URL`)),
  });
  expect(await query(holder.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("so is a second start in the same process, until the first has stopped", async () => {
  const dataDirectory = usedDirectory;
  const first = await start(dataDirectory);
  await expect(startEmbeddedPostgres({ dataDirectory, logger })).rejects.toThrow(`in use by process ${process.pid}`);
  await first.stop();
  await start(dataDirectory);
});

test("stop may be called twice, and after Postgres has died by itself", async () => {
  const dataDirectory = usedDirectory;
  const first = await start(dataDirectory);
  await Promise.all([first.stop(), first.stop()]);
  await first.stop();

  const second = await start(dataDirectory);
  const pid = postmasterPid(dataDirectory);
  process.kill(pid, "SIGKILL");
  await second.stop();
});

test("Ctrl+C in the terminal does not reach Postgres", async () => {
  const dataDirectory = usedDirectory;
  const holder = await hold(dataDirectory, { detached: true });
  const pid = postmasterPid(dataDirectory);
  // What a terminal does: the signal goes to the whole process group.
  process.kill(-(holder.child.pid ?? 0), "SIGINT");
  await once(holder.child, "exit");
  // It would refuse connections from the moment it is told to stop.
  expect(await query(holder.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  expect(postmasterPid(dataDirectory)).toBe(pid);
});

test("Postgres does not keep the process running", async () => {
  const holder = await hold(usedDirectory, {}, "leave");
  const exited = once(holder.child, "exit");
  holder.child.stdin?.end();
  expect(await exited).toEqual([0, null]);
  expect(processIdentity(postmasterPid(usedDirectory))).toBeDefined();
});

test("a wrong password file is said to be so, and nothing is left running", async () => {
  const dataDirectory = temporaryDirectory();
  const { stop } = await start(dataDirectory);
  await stop();
  const file = join(dataDirectory, "postgres/password");
  writeFileSync(file, "another");
  await expect(startEmbeddedPostgres({ dataDirectory, logger })).rejects.toThrow(file);
  rmSync(file);
  await expect(startEmbeddedPostgres({ dataDirectory, logger })).rejects.toThrow(`${file}, the password of`);
  expect(existsSync(join(dataDirectory, "postgres/cluster/postmaster.pid"))).toBe(false);
});

test("a creation that was cut short is begun anew", async () => {
  const dataDirectory = temporaryDirectory();
  const home = join(dataDirectory, "postgres");
  const first = await start(dataDirectory);
  await first.stop();
  // As a kill in the midst of initdb leaves it.
  renameSync(join(home, "cluster"), join(home, "cluster.unfinished"));
  const second = await start(dataDirectory);
  expect(new URL(second.url).password).not.toBe(new URL(first.url).password);
  expect(existsSync(join(home, "cluster.unfinished"))).toBe(false);
});

(asRoot ? test : test.skip)("root runs it as another user, and a directory above is not opened for it", async () => {
  const above = temporaryDirectory();
  const dataDirectory = join(above, "data");
  const { url } = await start(dataDirectory);
  const home = realpathSync(join(dataDirectory, "postgres"));
  cleanups.unshift(() => rmSync(home, { recursive: true, force: true }));
  expect(home).toMatch(/^\/var\/lib\/waypath\//);
  expect(statSync(above).mode & 0o777).toBe(0o700);
  expect(statSync(home).uid).toBe(0);
  const owner = statSync(join(home, "cluster")).uid;
  expect(owner).not.toBe(0);
  expect(statSync(`/proc/${postmasterPid(dataDirectory)}`).uid).toBe(owner);
  expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

(asRoot ? test : test.skip)(
  "a user other than root runs it as itself, in a directory that nobody else may enter",
  async () => {
    const directory = temporaryDirectory();
    const user = 65534;
    chownSync(directory, user, user);
    const { child, url } = await hold(directory, { uid: user, gid: user });
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, "postgres")).mode & 0o777).toBe(0o700);
    expect(statSync(`/proc/${postmasterPid(directory)}`).uid).toBe(user);
    expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);

    // Root comes later: the cluster's owner stays the one who runs it.
    await query(url, "CREATE TABLE note (text text)");
    await kill(child);
    const attached = await start(directory);
    await attached.stop();
    const restarted = await start(directory);
    expect(statSync(`/proc/${postmasterPid(directory)}`).uid).toBe(user);
    expect(await query(restarted.url, "SELECT text FROM note")).toEqual([]);
  },
);

(asRoot ? test : test.skip)("the server's own environment, keys included, is not handed to Postgres", async () => {
  const dataDirectory = usedDirectory;
  await start(dataDirectory);
  const environment = readFileSync(`/proc/${postmasterPid(dataDirectory)}/environ`, "utf8").split("\0");
  const names = environment.map((entry) => entry.split("=")[0]);
  expect(names).not.toContain("PATH");
  expect(names).toContain("LC_ALL");
});

/** Private to its owner, as mkdtemp makes it. */
function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "embedded-postgres-"));
  chmodSync(directory, 0o700);
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function start(dataDirectory: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDirectory, logger });
  cleanups.push(() => postgres.stop());
  return postgres;
}

/** Starts it in a process of its own, which can be killed. */
async function hold(
  dataDirectory: string,
  options: { detached?: boolean; uid?: number; gid?: number } = {},
  ...arguments_: string[]
): Promise<{ child: ChildProcess; url: string }> {
  const support = join(__dirname, "../support");
  const child = spawn(
    process.execPath,
    [
      "--require",
      join(support, "swc-register.cjs"),
      join(support, "hold-embedded-postgres.ts"),
      dataDirectory,
      ...arguments_,
    ],
    // The compiler keeps a cache in the temporary directory, which may be closed to another user.
    { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, TMPDIR: dataDirectory }, ...options },
  );
  cleanups.push(async () => {
    await kill(child);
    await stopLeftover(dataDirectory);
  });
  // A child that ends without a line closes its output: that fails here instead of waiting for ever.
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  const { url, error } = JSON.parse(String(value));
  if (typeof url !== "string") throw new Error(String(error));
  return { child, url };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** Attaches to what a killed process left, if it left something, and stops it. */
async function stopLeftover(dataDirectory: string): Promise<void> {
  if (!existsSync(join(dataDirectory, "postgres/cluster/postmaster.pid"))) return;
  const { stop } = await startEmbeddedPostgres({ dataDirectory, logger });
  await stop();
}

function postmasterPid(dataDirectory: string): number {
  return Number(readFileSync(join(dataDirectory, "postgres/cluster/postmaster.pid"), "utf8").split("\n")[0]);
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function otherAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, scopeid }) => address !== "127.0.0.1" && !scopeid)
    .map(({ address }) => address);
}

async function reach(host: string, port: number): Promise<void> {
  const socket = connect({ host, port });
  try {
    await once(socket, "connect");
  } finally {
    socket.destroy();
  }
}
