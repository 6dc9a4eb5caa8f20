import { z } from "zod";

import type { JsonValue } from "../../../providers/language-model";
import { cleanJson, isJsonObject } from "../clean-json";
import { ToolFailure } from "../tool";

const callResult = z.object({
  content: z.array(z.unknown()).optional(),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional().catch(undefined),
});

const block = z.union([
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.enum(["image", "audio"]), mimeType: z.string().optional() }),
  z.object({ type: z.literal("resource_link"), uri: z.string(), name: z.string().optional() }),
  z.object({
    type: z.literal("resource"),
    resource: z.object({ uri: z.string().optional(), text: z.string().optional() }),
  }),
]);

/**
 * What a model reads of a tool's answer: structured content as it is, otherwise the text of its one block, or a list of
 * several. Of images and other data only that they were there. Throws a `ToolFailure` when the tool says that it failed.
 */
export function readCallResult(answer: unknown): JsonValue {
  const parsed = callResult.safeParse(answer);
  if (!parsed.success || (parsed.data.content === undefined && parsed.data.structuredContent === undefined)) {
    throw new ToolFailure("The tool has answered with something that is no result. Go on without it.");
  }
  const { content = [], structuredContent, isError } = parsed.data;
  const blocks = content.map(readBlock);
  if (isError) throw new ToolFailure(blocks.join("\n").trim() || "The tool says that it failed, but not why.");
  if (isJsonObject(structuredContent)) return cleanJson(structuredContent);
  const [first = null] = blocks;
  return blocks.length > 1 ? blocks : first;
}

function readBlock(given: unknown): string {
  const parsed = block.safeParse(given);
  if (!parsed.success) return "[content of a kind that cannot be shown]";
  const { data } = parsed;
  switch (data.type) {
    case "text":
      return data.text;
    case "resource_link":
      return `[resource: ${[data.name, data.uri].filter(Boolean).join(", ")}]`;
    case "resource":
      return data.resource.text ?? `[resource: ${data.resource.uri ?? "without a name"}, not text]`;
    default:
      return `[${data.type}${data.mimeType === undefined ? "" : `, ${data.mimeType}`}: not shown]`;
  }
}
