import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { z } from "zod";

import type { JsonObject } from "../../../providers/language-model";
import { isJsonObject } from "../clean-json";
import { MCP_LIST_PAGES, MCP_TOOLS } from "../tool-limits";

/** A tool as its server describes it. Nothing of it has been checked but the name. */
export interface ListedTool {
  name: string;
  description: string;
  inputSchema: JsonObject;
}

export interface ToolList {
  tools: ListedTool[];
  /** The server offers more than is read. */
  cut: boolean;
}

// The SDK's own schemas refuse the whole list for one bad tool, and compile what the tools say of their output.
const page = z.object({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });

const listedTool = z.object({
  name: z.string().regex(/^[\x21-\x7e]{1,128}$/),
  title: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  inputSchema: z.unknown(),
  execution: z.object({ taskSupport: z.string().optional() }).optional().catch(undefined),
});

/** The server's tools, without those that cannot be named or that answer only later. Rejects as the request does. */
export async function readToolList(client: Client): Promise<ToolList> {
  const tools = new Map<string, ListedTool>();
  let cursor: string | undefined;
  for (let pages = 0; pages < MCP_LIST_PAGES; pages += 1) {
    const params = cursor === undefined ? {} : { cursor };
    const { tools: listed, nextCursor } = await client.request({ method: "tools/list", params }, page);
    for (const each of listed) {
      const tool = readTool(each);
      if (tool === undefined || tools.has(tool.name)) continue;
      if (tools.size === MCP_TOOLS) return { tools: [...tools.values()], cut: true };
      tools.set(tool.name, tool);
    }
    if (nextCursor === undefined) return { tools: [...tools.values()], cut: false };
    cursor = nextCursor;
  }
  return { tools: [...tools.values()], cut: true };
}

function readTool(listed: unknown): ListedTool | undefined {
  const parsed = listedTool.safeParse(listed);
  if (!parsed.success || parsed.data.execution?.taskSupport === "required") return undefined;
  const { name, title, description, inputSchema } = parsed.data;
  // What is no object is no schema either: the toolbox leaves such a tool out and says so.
  const schema = isJsonObject(inputSchema) ? inputSchema : { type: "none" };
  return { name, description: description ?? title ?? name, inputSchema: schema };
}
