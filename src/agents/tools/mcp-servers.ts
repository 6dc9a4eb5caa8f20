import type { Logger } from "../../logger";
import type { McpServerEntry } from "../../workspaces/mcp-server-entry";
import { type Environment, fillIn } from "./mcp/fill-in";
import { createHttpTransport } from "./mcp/http-transport";
import { createMcpLog } from "./mcp/mcp-log";
import { type McpServer, startMcpServer } from "./mcp/mcp-server";
import { createStdioTransport } from "./mcp/stdio-transport";
import type { Tool } from "./tool";

export interface McpServers {
  /** What the servers that are there offer now, named `server/tool`. */
  tools(): readonly Tool[];
  /** Resolves when every server was tried once: for whoever must not start before. Never rejects. */
  readonly tried: Promise<void>;
  /** Ends all connections and processes. Resolves when they are gone. */
  close(): Promise<void>;
}

export interface McpServersOptions {
  logger: Logger;
  /** What `${NAME}` in an entry stands for, and where programs are found: `PATH`. Nothing else of it is handed on. */
  environment: Environment;
  connectSeconds?: number;
}

/**
 * Connects in the background, and again when a server ends. A server that is missing, slow or wrong costs a warning and its
 * own tools, never the start and never a turn.
 */
export function startMcpServers(entries: ReadonlyMap<string, McpServerEntry>, options: McpServersOptions): McpServers {
  const servers = [...entries].flatMap(([name, entry]) => start(name, entry, options) ?? []);
  return {
    tools: () => servers.flatMap((server) => server.tools()),
    tried: Promise.all(servers.map(({ tried }) => tried)).then(() => undefined),
    async close() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** Undefined, after a warning, where a value that the entry asks for is not there. */
function start(name: string, entry: McpServerEntry, options: McpServersOptions): McpServer | undefined {
  const { logger, environment, connectSeconds } = options;
  let filled: Record<string, string>;
  try {
    filled = fillIn("command" in entry ? entry.env : entry.headers, environment);
  } catch (error) {
    const log = createMcpLog(logger, name, []);
    log.warn("an MCP server is left out", { reason: log.reason(error) });
    return undefined;
  }
  const log = createMcpLog(logger, name, Object.values(filled));
  const createTransport = () =>
    "command" in entry
      ? createStdioTransport({
          command: entry.command,
          args: entry.args,
          env: { ...(environment.PATH === undefined ? {} : { PATH: environment.PATH }), ...filled },
          onLogLine: log.says,
        })
      : createHttpTransport({ url: entry.url, headers: filled });
  return startMcpServer({ name, createTransport, connectSeconds, log });
}
