import type { Logger } from "../../logger";
import type { ToolDefinition } from "../../providers/language-model";
import { cleanText, cutText } from "./clean-json";
import { runBounded, TookTooLong } from "./run-bounded";
import { type ArgumentCheck, createArgumentCheck } from "./schema/argument-check";
import { UnusableSchema } from "./schema/json-schema";
import { offeredSchema } from "./schema/offered-schema";
import { readInputSchema } from "./schema/read-input-schema";
import type { Tool } from "./tool";
import { DESCRIPTION_CHARACTERS, SCHEMA_READING_MS } from "./tool-limits";
import { wireName } from "./tool-names";

export interface PreparedTool {
  tool: Tool;
  /** What the model is offered. */
  definition: ToolDefinition;
  checkArguments: ArgumentCheck;
}

/** Compiled once per tool, not per session; forgotten with the tool. */
const prepared = new WeakMap<Tool, PreparedTool | null>();

/** The tool as it can be offered and called; null for one whose schema cannot be used, after one warning. */
export function prepareTool(tool: Tool, logger: Logger): PreparedTool | null {
  const known = prepared.get(tool);
  if (known !== undefined) return known;
  const result = prepare(tool, logger);
  prepared.set(tool, result);
  return result;
}

function prepare(tool: Tool, logger: Logger): PreparedTool | null {
  try {
    // Somebody else's schema steers all of it.
    return tool.isOurs ? readTool(tool) : runBounded(() => readTool(tool), SCHEMA_READING_MS);
  } catch (error) {
    logger.warn({ tool: tool.name, reason: reasonOf(error) }, "a tool is left out: its input schema cannot be used");
    return null;
  }
}

function readTool(tool: Tool): PreparedTool {
  const inputSchema = readInputSchema(tool.inputSchema);
  return {
    tool,
    checkArguments: createArgumentCheck(inputSchema),
    definition: {
      name: wireName(tool.name),
      description: cutText(cleanText(tool.description), DESCRIPTION_CHARACTERS),
      inputSchema: offeredSchema(inputSchema),
    },
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof TookTooLong) return "it takes too long to read";
  return error instanceof UnusableSchema ? error.message : "it cannot be read";
}
