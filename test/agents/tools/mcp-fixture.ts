import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { type McpServers, type McpServersOptions, startMcpServers } from "../../../src/agents/tools/mcp-servers";
import { createToolbox, type ToolOutcome } from "../../../src/agents/tools/toolbox";
import { createLogger } from "../../../src/logger";
import type { JsonObject, JsonValue } from "../../../src/providers/language-model";
import type { McpServerEntry } from "../../../src/workspaces/mcp-server-entry";

export const REGISTER = resolve(__dirname, "../../support/swc-register.cjs");
const SCRIPTED = resolve(__dirname, "../../support/scripted-mcp-server.ts");
export const EVERYTHING = require.resolve("@modelcontextprotocol/server-everything/dist/index.js");

/** Stands for the fixture's file of process ids. */
const PID_FILE = "PID_FILE";

export type LogLine = {
  level: string;
  time: string;
  msg: string;
  server?: string;
  reason?: string;
  line?: string;
  tool?: string;
};

export interface McpFixture {
  servers: McpServers;
  logs: LogLine[];
  /** Resolves with the first line, past or to come, that matches, `skip` of them left out. */
  logged(msg: RegExp, skip?: number): Promise<LogLine>;
  /** Names of what all servers offer now. */
  names(): string[];
  /** Calls a tool, as a buddy that may call everything would. */
  call(name: string, args?: JsonObject, signal?: AbortSignal): Promise<ToolOutcome>;
  /** The result of a call that must go well. */
  result(name: string, args?: JsonObject): Promise<JsonValue>;
  /** The ids of the processes that were started, in order. */
  pids(): number[];
  close(): Promise<void>;
}

/** A server that misbehaves as told; the fixture knows its process. */
export function scripted(
  behaviour = "fine",
  env: Record<string, string> = {},
  pidFile = PID_FILE,
): Extract<McpServerEntry, { command: string }> {
  return { command: process.execPath, args: ["-r", REGISTER, SCRIPTED, behaviour, pidFile], env };
}

export async function openMcpFixture(
  entries: Record<string, McpServerEntry>,
  options: Partial<McpServersOptions> = {},
): Promise<McpFixture> {
  const directory = mkdtempSync(join(tmpdir(), "waypath-mcp-"));
  const pidFile = join(directory, "pids");
  const logs: LogLine[] = [];
  const listeners = new Set<() => void>();
  const logger = createLogger("debug", {
    write(line) {
      logs.push(JSON.parse(line));
      for (const listener of listeners) listener();
    },
  });
  const withPidFile = Object.entries(entries).map(([name, entry]): [string, McpServerEntry] => {
    if (!("command" in entry)) return [name, entry];
    return [name, { ...entry, args: entry.args.map((argument) => (argument === PID_FILE ? pidFile : argument)) }];
  });
  const servers = startMcpServers(new Map(withPidFile), {
    logger,
    environment: { PATH: process.env.PATH },
    ...options,
  });
  await servers.tried;

  const call = (name: string, args: JsonObject = {}, signal = new AbortController().signal) => {
    const toolbox = createToolbox({ tools: servers.tools(), allowed: [name], logger });
    return toolbox.call(
      { name: toolbox.definitions[0]?.name ?? name, arguments: args },
      { workspaceId: "acme", userId: "user", buddy: "campaign", sessionId: "session", signal },
    );
  };
  return {
    servers,
    logs,
    logged(msg, skip = 0) {
      return new Promise((resolveLine) => {
        const look = () => {
          const line = logs.filter((each) => msg.test(each.msg))[skip];
          if (line === undefined) return;
          listeners.delete(look);
          resolveLine(line);
        };
        listeners.add(look);
        look();
      });
    },
    names: () => servers.tools().map(({ name }) => name),
    call,
    async result(name, args) {
      const outcome = await call(name, args);
      if ("errorMessage" in outcome) throw new Error(outcome.errorMessage);
      return outcome.result;
    },
    pids: () => readFileSync(pidFile, "utf8").trim().split("\n").map(Number),
    async close() {
      await servers.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** A process that has ended, but that nobody has asked how, does not run. */
export function isRunning(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
}

/** Looks every few milliseconds, until it is so; for ten seconds at most. */
export async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error("it did not come to be so");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
