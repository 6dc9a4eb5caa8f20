import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ErrorCode, McpError, ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";

import type { JsonObject, JsonValue } from "../../../providers/language-model";
import { ToolFailure } from "../tool";
import { MCP_CONNECT_SECONDS, MCP_PING_SECONDS, TOOL_CALL_SECONDS } from "../tool-limits";
import type { McpLog } from "./mcp-log";
import { readCallResult } from "./read-call-result";
import { readToolList, type ToolList } from "./read-tool-list";

/** One connection to a server that has said hello. It ends once, and is not used again. */
export interface McpConnection {
  /** Resolves when the connection has ended, whoever ended it. */
  readonly ended: Promise<void>;
  listTools(): Promise<ToolList>;
  /** Rejects with a `ToolFailure`; ends the connection when the server does not speak any more. */
  callTool(name: string, args: JsonObject, signal: AbortSignal): Promise<JsonValue>;
  /** Resolves when a server that was started for it is gone. */
  close(): Promise<void>;
}

export interface McpConnectionOptions {
  transport: Transport;
  onToolsChanged: () => void;
  log: McpLog;
}

const CLIENT = { name: "waypath", version: "1" };

/** Milliseconds after which the SDK gives up: later than whoever asked, who has a reason to tell. */
const REQUEST_TIMEOUT_MS = 1000 * (10 + Math.max(TOOL_CALL_SECONDS, MCP_CONNECT_SECONDS));

/** Says hello over the transport. Rejects when that fails, or when the transport is closed by then. */
export async function openMcpConnection(options: McpConnectionOptions): Promise<McpConnection> {
  const { transport, log } = options;
  const client = new Client(CLIENT);
  let open = true;
  const ended = new Promise<void>((resolve) => {
    client.onclose = () => {
      open = false;
      resolve();
    };
  });
  client.setNotificationHandler(ToolListChangedNotificationSchema, options.onToolsChanged);
  client.onerror = (error) => log.debug("an MCP server is hard to understand", { reason: log.reason(error) });
  await client.connect(transport, { timeout: REQUEST_TIMEOUT_MS });

  const close = () => {
    open = false;
    return transport.close();
  };
  let pinging = false;
  const endUnlessItAnswers = async () => {
    if (pinging || !open) return;
    pinging = true;
    const alive = await client.ping({ timeout: MCP_PING_SECONDS * 1000 }).then(
      () => true,
      // Also a server that does not know the ping has answered.
      (error) => error instanceof McpError && error.code !== ErrorCode.RequestTimeout,
    );
    pinging = false;
    if (alive || !open) return;
    log.debug("an MCP server does not answer");
    await close();
  };

  return {
    ended,
    close,
    listTools: () => readToolList(client),
    async callTool(name, args, signal) {
      const request = { method: "tools/call", params: { name, arguments: args } };
      let answer: unknown;
      try {
        answer = await client.request(request, z.unknown(), { signal, timeout: REQUEST_TIMEOUT_MS });
      } catch (error) {
        if (signal.aborted) {
          void endUnlessItAnswers();
          throw signal.reason;
        }
        // The server's own refusal is for the model; every other error says that the line is broken.
        if (open && error instanceof McpError) throw new ToolFailure(`The call was refused: ${error.message}`);
        log.debug("a call to an MCP server failed", { reason: log.reason(error) });
        void close();
        throw new ToolFailure("The server of this tool broke off. Try again, or go on without it.");
      }
      return readCallResult(answer);
    },
  };
}
