// The contract between agents and providers: types only. Both adapters pass the same list of MUST sentences
// (test/audits/language-model.ts); passing it is what "the same agent contract" means.

export const LLM_PROVIDERS = ["CLAUDE", "OPENAI"] as const;

/** Who serves a model. */
export type LlmProvider = (typeof LLM_PROVIDERS)[number];

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** One message of a conversation, in no provider's dialect. Adapters translate; threads store it as it is. */
export type Message = { role: "user"; content: UserBlock[] } | { role: "assistant"; content: AssistantBlock[] };

export type UserBlock = TextBlock | ToolResultBlock;
export type AssistantBlock = TextBlock | ToolCallBlock | ReasoningBlock;

export interface TextBlock {
  type: "text";
  text: string;
}

export interface ToolCallBlock {
  type: "tool-call";
  /** Unique within the conversation; adapters rewrite it where their provider wants another shape. */
  id: string;
  name: string;
  arguments: JsonObject;
}

/** What a model thought before the block that follows, sealed by its provider; no other provider can read it. */
export interface ReasoningBlock {
  type: "reasoning";
  provider: LlmProvider;
  /** In the provider's own form: handed back as it is, within the turn that it belongs to, and only to that provider. */
  data: JsonValue;
}

export interface ToolResultBlock {
  type: "tool-result";
  toolCallId: string;
  /** What the model reads: text, or a JSON value that the adapter serialises. */
  result: JsonValue;
  isError: boolean;
}

export interface ToolDefinition {
  /** Letters, digits, `_` and `-`, up to 64: what both providers accept. */
  name: string;
  description: string;
  /** JSON Schema of the arguments, with `type: "object"` at its root. */
  inputSchema: JsonObject;
}

/** One request to a provider. */
export interface ModelRequest {
  system: string;
  /** Starts with a user message. Neighbours of the same role are allowed; the adapter joins them where it must. */
  messages: readonly Message[];
  tools: readonly ToolDefinition[];
  /** Tokens the model may generate; reaching it ends with `MAX_TOKENS`. */
  maxOutputTokens: number;
  /** Aborting closes the provider's connection at once and makes `respond` reject with the signal's reason. */
  signal: AbortSignal;
}

/** Tokens used. `input` excludes cache reads and writes. What the provider does not say is null. */
export interface ModelUsage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  /** Part of `outputTokens`. */
  reasoningTokens: number | null;
}

/** What a model says while it answers: one closed union. */
export type ModelPart =
  /** Never empty. `blockId` tells the text blocks of one call apart. */
  | { type: "text-delta"; blockId: string; delta: string }
  /** Arguments complete; `invalidArguments` holds the raw text where it was no JSON object, and `arguments` is then `{}`. */
  | { type: "tool-call"; id: string; name: string; arguments: JsonObject; invalidArguments?: string }
  /** To be kept in its place among the answer's blocks until the turn has ended. Counts as output. */
  | ReasoningBlock
  /** The call's counts so far. Replaces the earlier ones, never adds to them; only ever grows. */
  | { type: "usage"; usage: ModelUsage };

/** How a call ended: normalized, and in the provider's own word. */
export interface ModelFinish {
  reason: { unified: "STOP" | "TOOL_CALLS" | "MAX_TOKENS" | "REFUSAL" | "OTHER"; raw: string };
  usage: ModelUsage;
}

/** A model that one key can call. */
export interface LanguageModel {
  readonly provider: LlmProvider;
  /** Exactly what is sent to the provider. */
  readonly modelId: string;
  /**
   * Makes one model call. `emit` is called for each part, in order, while the answer comes and never after the promise
   * has settled; text that is read at once is one part. The finish is the returned value, so that there is exactly one; a stream that
   * ends without the provider's own end marker never resolves.
   *
   * Rejects with a `TurnFailure` (`PROVIDER_STREAM_BROKEN` once output has begun), or with `signal.reason` when aborted.
   */
  respond(request: ModelRequest, emit: (part: ModelPart) => void): Promise<ModelFinish>;
}

/** A model as its provider lists it. */
export interface ListedModel {
  id: string;
  displayName: string;
}

/** What a provider says of a key when it is asked to list its models: free, no tokens. */
export type KeyProbe =
  | { outcome: "ACCEPTED"; models: ListedModel[] }
  /** Valid, but may not list models. */
  | { outcome: "LIMITED" }
  | { outcome: "REJECTED" }
  /** Not known: rate limit, server fault, timeout, no connection. `reason` is a sentence of ours for the user. */
  | { outcome: "UNREACHABLE"; reason: string };

/** One key's line to its provider. The key stays a `Secret` in it: neither it nor the official SDK's client can print one. */
export interface ProviderConnection {
  readonly provider: LlmProvider;
  languageModel(modelId: string): LanguageModel;
  /** `GET /v1/models` with this key. Never throws; gives up after 10 seconds. */
  probeKey(): Promise<KeyProbe>;
}
