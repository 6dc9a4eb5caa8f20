import { setTimeout as wait } from "node:timers/promises";
import { findLowPort } from "../../test/support/low-port";
import { makeServerHome, type ServerHome, type ServerProcess } from "../../test/support/server-process";

/** How long a server may take to say that it is ready, in milliseconds. */
const READY_ANSWER_MS = 3_000;
const START_PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 50;

/** Two servers of one product: each is started again whenever its process ends, until both are stopped. */
export class ServerPair {
  readonly urls: readonly string[];
  readonly #home: ServerHome;
  readonly #ports: readonly number[];
  readonly #environment: Record<string, string>;
  readonly #running: (ServerProcess | undefined)[] = [];
  readonly #killed = new Set<ServerProcess>();
  #stopping = false;
  /** Starts that found the database away. */
  failedStarts = 0;
  /** What servers said that ended by themselves. */
  readonly crashes: string[] = [];
  readonly #said: string[] = [];

  private constructor(ports: readonly number[], environment: Record<string, string>) {
    this.#home = makeServerHome();
    this.#ports = ports;
    this.#environment = environment;
    this.urls = ports.map((port) => `http://127.0.0.1:${port}`);
  }

  /** Starts both, the second once the first has migrated the database. */
  static async start(environment: Record<string, string>): Promise<ServerPair> {
    const pair = new ServerPair([await findLowPort(), await findLowPort()], environment);
    for (const index of pair.#ports.keys()) {
      pair.#run(index);
      await pair.untilReady(index);
    }
    return pair;
  }

  /** All that the servers said, process by process; the ones that run come last. */
  output(): string {
    const running = this.#running.map((server, index) => `── ${this.urls[index]} runs\n${server?.stdout}`);
    return [...this.#said, ...running].join("\n");
  }

  /** Those that can take requests now. */
  async ready(): Promise<number[]> {
    const ready = await Promise.all(this.urls.map(isReady));
    return [...this.urls.keys()].filter((index) => ready[index]);
  }

  /** Rejects after a minute, with all that was said. */
  async untilReady(index: number): Promise<void> {
    const deadline = Date.now() + START_PATIENCE_MS;
    while (!(await this.ready()).includes(index)) {
      if (Date.now() > deadline) throw new Error(`a server does not become ready:\n${this.output()}`);
      await wait(LOOK_EVERY_MS);
    }
  }

  /** SIGKILL: nothing in the process has a last word. */
  kill(index: number): void {
    const server = this.#running[index];
    if (server === undefined) return;
    this.#killed.add(server);
    server.kill("SIGKILL");
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#home.close();
  }

  #run(index: number): void {
    const server = this.#home.start({ ...this.#environment, PORT: String(this.#ports[index]) });
    this.#running[index] = server;
    void server.ended.then(({ stdout, stderr, code, signal }) => {
      this.#said.push(`── ${this.urls[index]} ended: ${signal ?? `code ${code}`}\n${stdout}${stderr}`);
      if (this.#stopping) return;
      if (stderr.includes("Waypath did not start.")) this.failedStarts += 1;
      else if (!this.#killed.has(server)) this.crashes.push(stderr.slice(-2_000));
      this.#run(index);
    });
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(READY_ANSWER_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
