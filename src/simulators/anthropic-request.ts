// The part of POST /v1/messages that a chat agent uses. Everything else is refused, as Anthropic refuses unknown fields:
// a typo that passes here would fail in production.

import { z } from "zod";
import { describeFieldError } from "./anthropic-field-error";
import { SimulatedRefusal } from "./simulated-refusal";

const cacheControl = z.strictObject({ type: z.literal("ephemeral"), ttl: z.enum(["5m", "1h"]).optional() }).nullish();

const textBlock = z.strictObject({
  type: z.literal("text"),
  text: z.string(),
  cache_control: cacheControl,
  citations: z.array(z.unknown()).nullish(),
});

const toolUseBlock = z.strictObject({
  type: z.literal("tool_use"),
  id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  name: z.string().min(1).max(200),
  input: z.record(z.string(), z.unknown()),
  cache_control: cacheControl,
  caller: z.strictObject({ type: z.literal("direct") }).optional(),
  toolset_name: z.string().nullish(),
});

const toolResultBlock = z.strictObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  content: z.union([z.string(), z.array(textBlock)]).optional(),
  is_error: z.boolean().optional(),
  cache_control: cacheControl,
  toolset_name: z.string().nullish(),
});

const thinkingBlock = z.strictObject({ type: z.literal("thinking"), thinking: z.string(), signature: z.string() });
const redactedThinkingBlock = z.strictObject({ type: z.literal("redacted_thinking"), data: z.string() });

// A string is short for one text block, an empty one for none: from here on there are only blocks.
const textShorthand = z
  .string()
  .transform((text): AnthropicTextBlock[] => (text === "" ? [] : [{ type: "text", text }]));

const message = z.strictObject({
  role: z.enum(["user", "assistant"]),
  content: z.union([
    textShorthand,
    z.array(
      z.discriminatedUnion("type", [textBlock, toolUseBlock, toolResultBlock, thinkingBlock, redactedThinkingBlock]),
    ),
  ]),
});

const tool = z.strictObject({
  type: z.literal("custom").nullish(),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
  description: z.string().optional(),
  input_schema: z.looseObject({
    type: z.literal("object"),
    properties: z.record(z.string(), z.unknown()).nullish(),
    required: z.array(z.string()).nullish(),
  }),
  strict: z.boolean().optional(),
  input_examples: z.array(z.record(z.string(), z.unknown())).optional(),
  eager_input_streaming: z.boolean().nullish(),
  defer_loading: z.boolean().optional(),
  allowed_callers: z.array(z.literal("direct")).optional(),
  cache_control: cacheControl,
});

const parallel = { disable_parallel_tool_use: z.boolean().optional() };
const display = { display: z.enum(["summarized", "omitted"]).nullish() };

const messagesRequest = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.number().int().min(1),
  messages: z.array(message).min(1).max(100_000),
  system: z.union([textShorthand, z.array(textBlock)]).optional(),
  tools: z.array(tool).optional(),
  tool_choice: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("auto"), ...parallel }),
      z.strictObject({ type: z.literal("any"), ...parallel }),
      z.strictObject({ type: z.literal("tool"), name: z.string(), ...parallel }),
      z.strictObject({ type: z.literal("none") }),
    ])
    .optional(),
  thinking: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("enabled"), budget_tokens: z.number().int().min(1024), ...display }),
      z.strictObject({ type: z.literal("adaptive"), ...display }),
      z.strictObject({ type: z.literal("between_tools") }),
      z.strictObject({ type: z.literal("disabled") }),
    ])
    .optional(),
  stop_sequences: z.array(z.string().regex(/\S/)).optional(),
  stream: z.boolean().optional(),
  metadata: z.strictObject({ user_id: z.string().max(256).nullish() }).optional(),
  cache_control: cacheControl,
  service_tier: z.enum(["auto", "standard_only"]).optional(),
  inference_geo: z.string().nullish(),
  output_config: z
    .strictObject({
      effort: z.enum(["low", "medium", "high", "xhigh", "max"]).nullish(),
      format: z.strictObject({ type: z.literal("json_schema"), schema: z.record(z.string(), z.unknown()) }).nullish(),
    })
    .optional(),
});

// Sampling parameters went with the version of 2026-10-21.
const messagesRequestBefore = messagesRequest.extend({
  temperature: z.number().min(0).max(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.number().int().min(0).optional(),
});

const SCHEMAS: Record<string, typeof messagesRequest> = {
  "2023-01-01": messagesRequestBefore,
  "2023-06-01": messagesRequestBefore,
  "2026-10-21": messagesRequest,
};

export type AnthropicTextBlock = z.infer<typeof textBlock>;
export type AnthropicMessage = z.infer<typeof message>;
export type AnthropicBlock = AnthropicMessage["content"][number];
export type AnthropicTool = z.infer<typeof tool>;
export type AnthropicRequest = z.infer<typeof messagesRequest>;
export type AnthropicCacheControl = z.infer<typeof cacheControl>;

/** The `anthropic-version` of a request. Throws a `SimulatedRefusal` where it is missing or none of Anthropic's. */
export function anthropicVersion(header: string | string[] | undefined): string {
  if (typeof header !== "string") throw invalid("anthropic-version: header is required");
  if (SCHEMAS[header] === undefined) throw invalid(`anthropic-version: "${header}" is not a valid version`);
  return header;
}

/** Reads the body of POST /v1/messages. Throws a `SimulatedRefusal` that names the first offending field. */
export function readAnthropicRequest(body: unknown, version: string): AnthropicRequest {
  const parsed = (SCHEMAS[version] ?? messagesRequest).safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(issue === undefined ? "The request is invalid" : describeFieldError(issue, body));
}

function invalid(message: string): SimulatedRefusal {
  return new SimulatedRefusal({ status: 400, message });
}
