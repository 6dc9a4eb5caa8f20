import { setTimeout as wait } from "node:timers/promises";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";

import { type Tool, ToolFailure } from "../tool";
import {
  MCP_CONNECT_SECONDS,
  MCP_FIRST_PAUSE_MS,
  MCP_LONGEST_PAUSE_MS,
  MCP_RELIST_PAUSE_MS,
  MCP_STABLE_MS,
} from "../tool-limits";
import { coalesce } from "./coalesce";
import { type McpConnection, openMcpConnection } from "./mcp-connection";
import type { McpLog } from "./mcp-log";
import { createServedTools } from "./served-tools";

/** A server that is kept connected for as long as this process runs. */
export interface McpServer {
  /** What it offers now. While a server that has ended is being started again its tools stay, and calls wait for it. */
  tools(): readonly Tool[];
  /** Resolves when the first try to connect is over, whatever came of it. */
  readonly tried: Promise<void>;
  /** Resolves when nothing of it runs any more. */
  close(): Promise<void>;
}

export interface McpServerOptions {
  name: string;
  createTransport: () => Transport;
  connectSeconds?: number | undefined;
  log: McpLog;
}

export function startMcpServer(options: McpServerOptions): McpServer {
  const { log } = options;
  const closing = new AbortController();
  /** Aborting it ends the connection that is being made, or was made by it. */
  let attempt = new AbortController();
  /** The connection there is, or that is being made. Null during the pause after one that failed. */
  let connection: Promise<McpConnection> | null = null;

  const served = createServedTools({
    server: options.name,
    async call(tool, args, signal) {
      const open = await connection?.catch(() => null);
      if (!open) throw new ToolFailure("The server of this tool is not running at the moment. Go on without it.");
      return open.callTool(tool, args, signal);
    },
    log,
  });

  const readAgain = coalesce(async () => {
    try {
      const open = await connection;
      if (open !== null) await served.read(open);
      await wait(MCP_RELIST_PAUSE_MS, undefined, { signal: closing.signal });
    } catch (error) {
      if (closing.signal.aborted) return;
      log.debug("the tools of an MCP server were not read again", { reason: log.reason(error) });
    }
  });

  const open = async (): Promise<McpConnection> => {
    const transport = options.createTransport();
    const { signal } = attempt;
    signal.addEventListener("abort", () => void transport.close(), { once: true });
    const giveUp = () => attempt.abort(new Error("it took too long to connect"));
    const timer = setTimeout(giveUp, (options.connectSeconds ?? MCP_CONNECT_SECONDS) * 1000);
    try {
      const opened = await openMcpConnection({ transport, onToolsChanged: readAgain, log });
      await served.read(opened);
      return opened;
    } catch (error) {
      await transport.close();
      throw signal.aborted ? signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  };

  let firstTryOver = () => {};
  const tried = new Promise<void>((resolve) => {
    firstTryOver = resolve;
  });

  const keepConnected = async () => {
    for (let failures = 0; !closing.signal.aborted; failures += 1) {
      const startedAt = performance.now();
      try {
        attempt = new AbortController();
        connection = open();
        const opened = await connection;
        log.info("an MCP server is connected", { tools: served.all.length });
        firstTryOver();
        await opened.ended;
        await opened.close();
        if (closing.signal.aborted) break;
        if (performance.now() - startedAt > MCP_STABLE_MS) failures = 0;
        log[failures === 0 ? "warn" : "debug"]("an MCP server has ended; it is started again");
      } catch (error) {
        if (closing.signal.aborted) break;
        // Told when something was lost, not with every try that follows.
        const level = failures === 0 || served.all.length > 0 ? "warn" : "debug";
        log[level]("an MCP server cannot be used: its tools are left out for now", { reason: log.reason(error) });
        failures = Math.max(failures, 1);
        firstTryOver();
      }
      if (failures > 0) {
        connection = null;
        served.clear();
        await wait(pauseAfter(failures), undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
    connection = null;
    served.clear();
    firstTryOver();
  };
  const done = keepConnected();

  return {
    tools: () => served.all,
    tried,
    async close() {
      closing.abort();
      attempt.abort(new Error("the server is shutting down"));
      await done;
    },
  };
}

function pauseAfter(failures: number): number {
  return Math.min(MCP_FIRST_PAUSE_MS * 2 ** (failures - 1), MCP_LONGEST_PAUSE_MS);
}
