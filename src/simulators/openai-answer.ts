import { randomBytes } from "node:crypto";
import type {
  Response,
  ResponseFunctionToolCallItem,
  ResponseOutputMessage,
  ResponseOutputRefusal,
  ResponseOutputText,
  ResponseReasoningItem,
  ResponseUsage,
} from "openai/resources/responses/responses";
import { sealReasoning } from "./openai-reasoning";
import type { OpenAiRequest } from "./openai-request";
import type { OpenAiUsage } from "./openai-usage";
import type { ScriptedCall } from "./script-steps";

/** What the two ways of answering a model call, streaming and at once, are made from. */
export interface OpenAiAnswer {
  request: OpenAiRequest;
  key: string;
  finish: ScriptedCall["finish"];
  /** Whether the model thinks before it speaks. */
  reasons: boolean;
  usage: OpenAiUsage;
}

/** A response as it goes over the wire: `output_text` is the SDK's own, and usage comes at the end. */
export interface OpenAiResponse extends Omit<Response, "output_text" | "incomplete_details" | "usage"> {
  incomplete_details: { reason: string } | null;
  store: boolean;
  usage: ResponseUsage | null;
}

// `unknown` is a reason that no client has heard of yet.
const INCOMPLETE: Partial<Record<ScriptedCall["finish"], string>> = {
  "max-tokens": "max_output_tokens",
  "content-filter": "content_filter",
  unknown: "simulated_unknown",
};

const SUMMARY = "**Simulating**\n\nNo model has thought about this.";

/** The response as it stands before anything was written. */
export function emptyResponse({ request }: OpenAiAnswer): OpenAiResponse {
  return {
    id: simulatedId("resp_"),
    object: "response",
    created_at: seconds(),
    status: "in_progress",
    background: false,
    completed_at: null,
    error: null,
    incomplete_details: null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    metadata: request.metadata ?? {},
    model: request.model,
    output: [],
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    previous_response_id: null,
    prompt_cache_key: request.prompt_cache_key ?? null,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: request.reasoning?.summary ?? null },
    safety_identifier: request.safety_identifier ?? null,
    service_tier: "default",
    store: request.store ?? true,
    temperature: request.temperature ?? 1,
    text: { format: request.text?.format ?? { type: "text" }, verbosity: request.text?.verbosity ?? "medium" },
    tool_choice: request.tool_choice ?? "auto",
    tools: (request.tools ?? []).map((tool) => ({
      ...tool,
      parameters: tool.parameters ?? null,
      strict: tool.strict ?? false,
    })),
    top_logprobs: 0,
    top_p: request.top_p ?? 1,
    truncation: request.truncation ?? "disabled",
    usage: null,
  };
}

export function emptyMessage(): ResponseOutputMessage {
  return { id: simulatedId("msg_"), type: "message", status: "in_progress", role: "assistant", content: [] };
}

/** The next piece of a message: of a refusal where the model refuses. */
export function emptyPart({ finish }: OpenAiAnswer): ResponseOutputText | ResponseOutputRefusal {
  if (finish === "refusal") return { type: "refusal", refusal: "" };
  return { type: "output_text", text: "", annotations: [], logprobs: [] };
}

export function emptyFunctionCall(name: string): ResponseFunctionToolCallItem {
  return {
    id: simulatedId("fc_"),
    type: "function_call",
    status: "in_progress",
    call_id: `call_${randomBytes(12).toString("hex")}`,
    name,
    arguments: "",
  };
}

export function emptyReasoning(): ResponseReasoningItem {
  return { id: simulatedId("rs_"), type: "reasoning", summary: [] };
}

/** What a reasoning item holds in the end, by what the request asks for. */
export function reasoned(
  { id }: ResponseReasoningItem,
  { request, key }: OpenAiAnswer,
): Partial<ResponseReasoningItem> {
  const { include, reasoning } = request;
  return {
    ...((reasoning?.summary ?? reasoning?.generate_summary)
      ? { summary: [{ type: "summary_text", text: SUMMARY }] }
      : {}),
    ...(include?.includes("reasoning.encrypted_content") ? { encrypted_content: sealReasoning(id, key) } : {}),
  };
}

/** How the response ends. */
export function endOf({ finish }: OpenAiAnswer) {
  const reason = INCOMPLETE[finish];
  if (reason !== undefined) return { status: "incomplete" as const, incomplete_details: { reason } };
  return { status: "completed" as const, completed_at: seconds() };
}

function simulatedId(prefix: string): string {
  return `${prefix}0${randomBytes(24).toString("hex")}`;
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
