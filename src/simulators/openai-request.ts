// The part of POST /v1/responses that a chat agent uses. Everything else is refused, as OpenAI refuses unknown parameters:
// a typo that passes here would fail in production.

import { z } from "zod";
import { fieldRefusal } from "./openai-field-error";
import { SimulatedRefusal } from "./simulated-refusal";

// Characters that OpenAI takes in one piece of text.
const MAX_TEXT = 10_485_760;

const text = z.string().max(MAX_TEXT);
const name = z
  .string()
  .regex(/^[a-zA-Z0-9_-]+$/)
  .max(64);
const callId = z.string().min(1).max(64);
const status = z.enum(["in_progress", "completed", "incomplete"]).optional();
const type = z.literal("message").optional();

// Ids are OpenAI's own: what it did not make itself is refused by its beginning.
function idOf(prefix: string) {
  return z
    .string()
    .regex(/^[a-zA-Z0-9_-]+$/)
    .max(64)
    .refine((id) => id.startsWith(prefix), { error: `expected an ID that begins with '${prefix}'` });
}

const inputText = z.strictObject({ type: z.literal("input_text"), text });
const outputText = z.strictObject({
  type: z.literal("output_text"),
  text,
  annotations: z.array(z.unknown()).optional(),
  logprobs: z.array(z.unknown()).optional(),
});
const refusal = z.strictObject({ type: z.literal("refusal"), refusal: text });

// A string is short for one piece of text: from here on there are only pieces.
const inputShorthand = text.transform((given): z.infer<typeof inputText>[] => [{ type: "input_text", text: given }]);
const outputShorthand = text.transform((given): z.infer<typeof outputText>[] => [{ type: "output_text", text: given }]);

const inputMessage = z.strictObject({
  type,
  role: z.enum(["user", "system", "developer"]),
  content: z.union([inputShorthand, z.array(z.discriminatedUnion("type", [inputText]))]),
  status,
});

const outputMessage = z.strictObject({
  type,
  role: z.literal("assistant"),
  content: z.union([outputShorthand, z.array(z.discriminatedUnion("type", [outputText, refusal]))]),
  id: idOf("msg").optional(),
  status,
  phase: z.enum(["commentary", "final_answer"]).nullish(),
});

const functionCall = z.strictObject({
  type: z.literal("function_call"),
  id: idOf("fc").optional(),
  call_id: callId,
  name,
  arguments: z.string(),
  status,
});

const functionCallOutput = z.strictObject({
  type: z.literal("function_call_output"),
  id: idOf("fc").nullish(),
  call_id: callId,
  output: z.union([text, z.array(inputText)]),
  status: status.nullable(),
});

const reasoningItem = z.strictObject({
  type: z.literal("reasoning"),
  id: idOf("rs"),
  summary: z.array(z.strictObject({ type: z.literal("summary_text"), text })),
  content: z.array(z.strictObject({ type: z.literal("reasoning_text"), text })).optional(),
  encrypted_content: text.nullish(),
  status,
});

const item = z.discriminatedUnion("type", [
  z.discriminatedUnion("role", [inputMessage, outputMessage]),
  functionCall,
  functionCallOutput,
  reasoningItem,
]);

const wholeInput = text.transform((given): z.infer<typeof item>[] => [
  { role: "user", content: [{ type: "input_text", text: given }] },
]);

const schema = z.record(z.string(), z.unknown());

const functionTool = z.strictObject({
  type: z.literal("function"),
  name,
  description: z.string().nullish(),
  parameters: schema.nullish(),
  strict: z.boolean().nullish(),
});

const textFormat = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text") }),
  z.strictObject({ type: z.literal("json_object") }),
  z.strictObject({
    type: z.literal("json_schema"),
    name,
    schema,
    description: z.string().optional(),
    strict: z.boolean().nullish(),
  }),
]);

const summary = z.enum(["auto", "concise", "detailed"]).nullish();

const responsesRequest = z.strictObject({
  model: z.string().min(1),
  input: z.union([wholeInput, z.array(item).min(1)]),
  instructions: z.string().nullish(),
  tools: z.array(functionTool).max(128).optional(),
  tool_choice: z
    .union([
      z.enum(["none", "auto", "required"]),
      z.discriminatedUnion("type", [
        z.strictObject({ type: z.literal("function"), name }),
        z.strictObject({
          type: z.literal("allowed_tools"),
          mode: z.enum(["auto", "required"]),
          tools: z.array(z.strictObject({ type: z.literal("function"), name })),
        }),
      ]),
    ])
    .optional(),
  parallel_tool_calls: z.boolean().nullish(),
  max_output_tokens: z.number().int().min(16).nullish(),
  max_tool_calls: z.number().int().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().optional() }).nullish(),
  store: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  include: z.array(z.literal("reasoning.encrypted_content")).nullish(),
  reasoning: z
    .strictObject({
      effort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]).nullish(),
      summary,
      generate_summary: summary,
    })
    .nullish(),
  text: z
    .strictObject({ format: textFormat.optional(), verbosity: z.enum(["low", "medium", "high"]).nullish() })
    .optional(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  truncation: z.enum(["auto", "disabled"]).nullish(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
  prompt_cache_key: z.string().max(64).nullish(),
  prompt_cache_retention: z.enum(["in_memory", "24h"]).nullish(),
  safety_identifier: z.string().max(64).nullish(),
  service_tier: z.enum(["auto", "default", "flex", "scale", "priority"]).nullish(),
  user: z.string().optional(),
});

export type OpenAiItem = z.infer<typeof item>;
export type OpenAiReasoningItem = z.infer<typeof reasoningItem>;
export type OpenAiRequest = z.infer<typeof responsesRequest>;

/** Reads the body of POST /v1/responses. Throws a `SimulatedRefusal` that names the first offending parameter. */
export function readOpenAiRequest(body: unknown): OpenAiRequest {
  const parsed = responsesRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SimulatedRefusal(issue === undefined ? { status: 400 } : fieldRefusal(issue, body));
}
