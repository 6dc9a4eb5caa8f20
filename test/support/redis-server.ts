import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

import { findLowPort } from "./low-port";

/** A Redis of its own that keeps nothing on disk: whenever it comes back it is empty. */
export interface RedisServer {
  readonly url: string;
  /** Kills it as a crash would. */
  kill(): Promise<void>;
  /** Has it answer nothing, as a machine that hangs, until it is woken. */
  freeze(): void;
  wake(): void;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
}

const BINARIES = ["redis-server", "valkey-server"];

/** The Redis that is on the PATH, or the Valkey; undefined where there is neither. */
export function findRedisBinary(): string | undefined {
  return BINARIES.find((name) => spawnSync(name, ["--version"]).status === 0);
}

/** Kill it in the end. */
export async function startRedisServer(): Promise<RedisServer> {
  const binary = findRedisBinary();
  if (binary === undefined) throw new Error(`none of ${BINARIES.join(", ")} is on the PATH`);
  const port = await findLowPort();
  let running = await start(binary, port);
  return {
    url: `redis://127.0.0.1:${port}`,
    async kill() {
      if (running.exitCode !== null || running.signalCode !== null) return;
      running.kill("SIGKILL");
      await once(running, "exit");
    },
    freeze: () => void running.kill("SIGSTOP"),
    wake: () => void running.kill("SIGCONT"),
    async restart() {
      running = await start(binary, port);
    },
  };
}

async function start(binary: string, port: number): Promise<ChildProcess> {
  const options = ["--bind", "127.0.0.1", "--port", String(port), "--save", "", "--appendonly", "no"];
  const child = spawn(binary, options, { stdio: ["ignore", "pipe", "ignore"] });
  await new Promise<void>((ready, failed) => {
    let said = "";
    child.stdout.on("data", (text) => {
      said += text;
      if (/ready to accept connections/i.test(said)) ready();
    });
    child.once("error", failed);
    child.once("exit", () => failed(new Error(`${binary} ended: ${said}`)));
  });
  child.stdout.removeAllListeners("data").resume();
  return child;
}
