import type { JsonObject, JsonValue } from "../../../providers/language-model";
import type { Tool } from "../tool";
import { MCP_TOOLS } from "../tool-limits";
import type { McpConnection } from "./mcp-connection";
import type { McpLog } from "./mcp-log";
import type { ListedTool } from "./read-tool-list";

/** The tools of one server, as they were last read from it. */
export interface ServedTools {
  readonly all: readonly Tool[];
  /** Rejects when they cannot be read; then they stay as they were. */
  read(connection: McpConnection): Promise<void>;
  clear(): void;
}

export interface ServedToolsOptions {
  server: string;
  call(tool: string, args: JsonObject, signal: AbortSignal): Promise<JsonValue>;
  log: McpLog;
}

export function createServedTools({ server, call, log }: ServedToolsOptions): ServedTools {
  /** By the text of their description: a tool that is the same as before stays the same object, and so stays compiled. */
  let known = new Map<string, Tool>();
  let all: readonly Tool[] = [];

  const toTool = ({ name, description, inputSchema }: ListedTool): Tool => ({
    name: `${server}/${name}`,
    description,
    inputSchema,
    call: (args, { signal }) => call(name, args, signal),
  });

  return {
    get all() {
      return all;
    },
    async read(connection) {
      const { tools, cut } = await connection.listTools();
      if (cut) log.warn("an MCP server offers too many tools: some are left out", { taken: MCP_TOOLS });
      known = new Map(
        tools.map((listed) => {
          const text = JSON.stringify(listed);
          return [text, known.get(text) ?? toTool(listed)];
        }),
      );
      all = [...known.values()];
    },
    clear() {
      all = [];
    },
  };
}
