import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const PROJECT = resolve(__dirname, "../..");

/** How a process ended, with all that it said. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The built server as a process of its own, as `npm start` runs it. */
export interface ServerProcess {
  readonly pid: number;
  readonly stdout: string;
  /** Resolves with the match once standard output has one. Rejects with all that was said when the process ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** The same for standard error. */
  complains(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when it says that it is ready. */
  ready(): Promise<{ url: string; token: string }>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** A place for servers: a working directory without a `.env`, and a data directory in it. */
export interface ServerHome {
  readonly dataDirectory: string;
  /** Starts a server with nothing configured but where its data is, that any port will do, and what is given. */
  start(environment?: Record<string, string>): ServerProcess;
  /** Runs the command line with the same environment. */
  waypath(args: string[], environment?: Record<string, string>): Promise<Ended>;
  /** The process id of the embedded Postgres; undefined where none runs. */
  postgres(): number | undefined;
  /** Stops what still runs, and removes everything. */
  close(): Promise<void>;
}

export interface ServerHomeOptions {
  /** Such servers do not hear what a terminal tells this process. */
  detached?: boolean;
  /** What Node itself is told, e.g. to write a profile. */
  nodeArguments?: readonly string[];
}

export function makeServerHome({ detached = false, nodeArguments = [] }: ServerHomeOptions = {}): ServerHome {
  const directory = mkdtempSync(join(tmpdir(), "waypath-process-"));
  copyFileSync(join(PROJECT, "buddies.yaml"), join(directory, "buddies.yaml"));
  const dataDirectory = join(directory, "data");
  const servers: ServerProcess[] = [];
  const run = (script: string, args: string[], environment: Record<string, string>) => {
    const { PATH, HOME } = process.env;
    return spawn(process.execPath, [...nodeArguments, join(PROJECT, "dist/src", script), ...args], {
      cwd: directory,
      detached,
      env: { PATH, HOME, DATA_DIR: dataDirectory, PORT: "0", ...environment },
    });
  };
  const home: ServerHome = {
    dataDirectory,
    start(environment = {}) {
      const server = watch(run("main.js", [], environment));
      servers.push(server);
      return server;
    },
    waypath: (args, environment = {}) => watch(run("cli.js", args, environment)).ended,
    postgres() {
      const file = join(dataDirectory, "postgres/cluster/postmaster.pid");
      const pid = existsSync(file) ? Number(readFileSync(file, "utf8").split("\n")[0]) : undefined;
      return pid !== undefined && isAlive(pid) ? pid : undefined;
    },
    async close() {
      for (const server of servers) server.kill("SIGTERM");
      await Promise.all(servers.map((server) => server.ended));
      const left = home.postgres();
      if (left !== undefined) process.kill(left, "SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return home;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function watch(child: ChildProcess): ServerProcess {
  let [stdout, stderr] = ["", ""];
  const listeners = new Set<() => void>();
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    for (const listener of listeners) listener();
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<Ended>((done, failed) => {
    child.once("error", failed);
    child.once("close", (code, signal) => done({ code, signal, stdout, stderr }));
  });
  const waitFor = (pattern: RegExp, said: () => string) =>
    new Promise<RegExpExecArray>((found, failed) => {
      const look = () => {
        const match = pattern.exec(said());
        if (match === null) return;
        listeners.delete(look);
        found(match);
      };
      listeners.add(look);
      ended.then((end) => failed(new Error(`the process ended: ${JSON.stringify(end, null, 1)}`)), failed);
      look();
    });
  const says = (pattern: RegExp) => waitFor(pattern, () => stdout);
  return {
    pid: child.pid ?? 0,
    get stdout() {
      return stdout;
    },
    says,
    complains: (pattern) => waitFor(pattern, () => stderr),
    async ready() {
      const [, url = "", token = ""] = await says(/GraphQL +(http:\S+)\/graphql[\s\S]* {2}(eyJ\S+)\n/);
      return { url, token };
    },
    kill: (signal) => child.kill(signal),
    ended,
  };
}
