import assert from "node:assert/strict";
import type { TurnErrorCode } from "../../src/errors";
import type {
  JsonValue,
  LlmProvider,
  Message,
  ModelFinish,
  ModelPart,
  ModelRequest,
  ModelUsage,
  ProviderConnection,
  ReasoningBlock,
  ToolDefinition,
} from "../../src/providers/language-model";
import type { ProviderSimulator } from "../../src/simulators/provider-simulator";
import type { SimulatedAction } from "../../src/simulators/script";
import { simulate } from "../../src/simulators/script";
import type { JournalEntry } from "../../src/simulators/simulator-journal";

/** One thing that every adapter must do. `run` rejects where it does not. */
export interface Audit {
  id: string;
  must: string;
  run(harness: LanguageModelHarness): Promise<void>;
}

/** One documented refusal and what it must become. */
export interface DocumentedRefusal {
  status: number;
  type: string;
  message?: string;
  code: TurnErrorCode;
  retryable: boolean;
}

/** An adapter, the simulator it talks to, and how its provider differs from others. */
export interface LanguageModelHarness {
  provider: LlmProvider;
  modelId: string;
  simulator: ProviderSimulator;
  /** `baseUrl` replaces the simulator's. */
  connect(apiKey: string, baseUrl?: string): ProviderConnection;
  /** A key of the provider's shape with `trait` in it, e.g. `sk-ant-plain-0123456789`. */
  apiKey(trait: string): string;
  refusals: DocumentedRefusal[];
  /** Whether the counts come before the output, so that a cancelled call can be billed. */
  reportsUsageEarly: boolean;
  /** Whether an answer without reasoning says so with a 0. */
  alwaysTellsReasoning: boolean;
  /** Whether an answer whose script counts reasoning tokens contains reasoning. */
  reasonsUnasked: boolean;
  /** Reasoning that the provider accepts; another one each time. */
  ownReasoning(): Promise<ReasoningBlock>;
  /** What the adapter sent, in the contract's words. */
  readBody(body: unknown): SentRequest;
}

export interface SentRequest {
  modelId: string;
  system: string;
  maxOutputTokens: number;
  tools: ToolDefinition[];
  /** What the reasoning blocks hold, in their order. */
  reasoning: JsonValue[];
}

export interface AskOptions {
  messages?: Message[];
  system?: string;
  tools?: ToolDefinition[];
  maxOutputTokens?: number;
  signal?: AbortSignal;
  apiKey?: string;
  baseUrl?: string;
  onPart?(part: ModelPart): void;
}

/** What one call came to. Exactly one of `finish` and `error` is set. */
export interface Outcome {
  /** Grows when something is emitted after the call has settled, which must never happen. */
  parts: ModelPart[];
  partsWhenSettled: number;
  finish: ModelFinish | null;
  error: unknown;
}

export const TOOLS: ToolDefinition[] = [
  {
    name: "find_leads",
    description: "Finds leads by city.",
    inputSchema: {
      type: "object",
      properties: { city: { type: "string" }, limit: { type: "integer" } },
      required: ["city"],
      additionalProperties: false,
    },
  },
  { name: "now", description: "Tells the time.", inputSchema: { type: "object", properties: {} } },
];

/** A user's message that plays `actions` as the answer to it. */
export function scripted(...actions: SimulatedAction[]): Message {
  return { role: "user", content: [{ type: "text", text: simulate([actions]) }] };
}

/** Makes one call and reports what it came to; never rejects. */
export async function ask(
  harness: LanguageModelHarness,
  actions: SimulatedAction[],
  options: AskOptions = {},
): Promise<Outcome> {
  const parts: ModelPart[] = [];
  const request: ModelRequest = {
    system: options.system ?? "Be brief.",
    messages: options.messages ?? [scripted(...actions)],
    tools: options.tools ?? TOOLS,
    maxOutputTokens: options.maxOutputTokens ?? 1_024,
    signal: options.signal ?? new AbortController().signal,
  };
  const connection = harness.connect(options.apiKey ?? harness.apiKey("plain"), options.baseUrl);
  const settled = await connection
    .languageModel(harness.modelId)
    .respond(request, (part) => {
      parts.push(part);
      options.onPart?.(part);
    })
    .then(
      (finish) => ({ finish, error: undefined }),
      (error: unknown) => ({ finish: null, error }),
    );
  return { ...settled, parts, partsWhenSettled: parts.length };
}

/** As `ask`, for calls that must succeed. */
export async function askWell(
  harness: LanguageModelHarness,
  actions: SimulatedAction[],
  options: AskOptions = {},
): Promise<Outcome & { finish: ModelFinish }> {
  const outcome = await ask(harness, actions, options);
  if (outcome.finish === null) throw new Error("the call failed", { cause: outcome.error });
  return { ...outcome, finish: outcome.finish };
}

export function textOf({ parts }: Outcome): string {
  return parts.map((part) => (part.type === "text-delta" ? part.delta : "")).join("");
}

export function toolCallsOf({ parts }: Outcome): Extract<ModelPart, { type: "tool-call" }>[] {
  return parts.filter((part) => part.type === "tool-call");
}

export function usagesOf({ parts }: Outcome): ModelUsage[] {
  return parts.flatMap((part) => (part.type === "usage" ? [part.usage] : []));
}

/** The failure of a call that had to fail with a `TurnFailure` of one of these codes. */
export function failureOf(outcome: Outcome, ...codes: TurnErrorCode[]) {
  const { error } = outcome;
  assert.ok(error instanceof Error && error.name === "TurnFailure", `no TurnFailure: ${String(error)}`);
  assert.ok("code" in error && "retryable" in error && "retryAfterSeconds" in error);
  assert.ok(
    codes.some((code) => code === error.code),
    `${String(error.code)} is none of ${codes.join(", ")}`,
  );
  return error;
}

/** The newest request to the simulator. */
export function lastRequest({ simulator }: LanguageModelHarness): JournalEntry {
  const entry = simulator.journal.requests.at(-1);
  assert.ok(entry, "the simulator got no request");
  return entry;
}
