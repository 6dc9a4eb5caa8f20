import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

import { PROJECT } from "../support/documents";

export interface Outcome {
  code: number | null;
  /** What it wrote, standard error included. */
  output: string;
}

/** What a newcomer has: the committed files in an empty folder, a shell, and an environment in which nothing is set. */
export interface CleanClone {
  directory: string;
  /** Runs lines of shell to their end. */
  run(lines: string, environment?: Record<string, string>): Promise<Outcome>;
  /** Runs lines of shell until they have written a text, and then goes on running them. */
  start(lines: string, until: string): Promise<{ output: string; stop(): Promise<void> }>;
  remove(): void;
}

const OF_THE_MACHINE = /^(PATH|HOME|(https?|no)_proxy|npm_config_.*|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR))$/i;

export function makeCleanClone(): CleanClone {
  const parent = mkdtempSync(join(tmpdir(), "waypath-newcomer-"));
  const directory = join(parent, "waypath");
  copyProject(directory);
  // npm finds its cache and its registry by these; nothing that the product reads is among them.
  const ofTheMachine = Object.fromEntries(Object.entries(process.env).filter(([name]) => OF_THE_MACHINE.test(name)));

  const shell = (lines: string, environment: Record<string, string> = {}) => {
    const child = spawn("bash", ["-euo", "pipefail", "-c", lines], {
      cwd: directory,
      env: { ...ofTheMachine, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const said = { output: "" };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said.output += text;
      });
    }
    return { child, said };
  };

  return {
    directory,
    run: async (lines, environment) => {
      const { child, said } = shell(lines, environment);
      const [code] = await once(child, "close");
      return { code, output: said.output };
    },
    start: async (lines, until) => {
      const { child, said } = shell(lines);
      const closed = once(child, "close");
      await new Promise<void>((resolve, reject) => {
        child.stdout.on("data", () => said.output.includes(until) && resolve());
        child.once("close", (code) => reject(new Error(`ended with ${code} before "${until}":\n${said.output}`)));
      });
      return {
        output: said.output,
        stop: async () => {
          // The shell's whole group, as Ctrl-C in a terminal.
          if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
          await closed;
        },
      };
    },
    remove: () => rmSync(parent, { recursive: true, force: true }),
  };
}

/** What is made here, and what somebody has set here: none of it is in a clone. */
const NOT_CLONED = /^(node_modules|dist|\.git|\.waypath|\.env|coverage)(\/|$)|\/node_modules(\/|$)/;

/** The committed files; those that stand here where the project came without its history. */
function copyProject(directory: string): void {
  if (!existsSync(join(PROJECT, ".git"))) {
    cpSync(PROJECT, directory, {
      recursive: true,
      filter: (source) => !NOT_CLONED.test(relative(PROJECT, source).replaceAll("\\", "/")),
    });
    return;
  }
  // Also of a folder that somebody else has checked out.
  const trusting = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" };
  const cloned = spawnSync("git", ["clone", "--quiet", PROJECT, directory], {
    encoding: "utf8",
    env: { ...process.env, ...trusting },
  });
  if (cloned.status !== 0) throw new Error(`git clone failed: ${cloned.stderr}`);
}
