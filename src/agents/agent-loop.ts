// One buddy at work: its model is called, the tools that it asks for are run, and it is called again with what they returned,
// until it has nothing more to ask.
import type {
  AssistantBlock,
  JsonObject,
  LanguageModel,
  Message,
  ModelFinish,
  ModelPart,
  TextBlock,
  ToolCallBlock,
  ToolDefinition,
  ToolResultBlock,
} from "../providers/language-model";
import type { SessionObserver } from "../tracing/turn-observer";
import type { FinishReason } from "./agent-session.entity";
import { callModel } from "./call-model";
import type { Prompt } from "./estimate-usage";
import { addUsage, NO_TOKENS, type TokenUsage } from "./token-usage";
import { cleanJson, cleanText, isJsonObject } from "./tools/clean-json";
import { STEPS } from "./tools/tool-limits";

/** A tool call as the model made it. */
export type RequestedToolCall = ToolCallBlock & { invalidArguments?: string };

/** What the loop tells while it runs. */
export interface AgentLoopObserver {
  /** `delta` is never empty. */
  text(blockId: string, delta: string): void;
  /** A tool call has come, complete, with so many characters of name and arguments. */
  toolCallReceived(characters: number): void;
  /** A model is about to be sent this; again for each further try. */
  modelCallStarted(prompt: Prompt): void;
  /** The session's counts so far, over all model calls. */
  usage(usage: TokenUsage): void;
  /** A model call has ended with these counts for the session; the next one begins. */
  modelCallEnded(usage: TokenUsage): void;
  /** A model call is about to be made again. */
  retrying(delaySeconds: number): void;
}

export interface AgentLoopOptions {
  model: LanguageModel;
  instructions: string;
  /** The thread so far, and the new prompt as its last message. */
  messages: readonly Message[];
  tools: readonly ToolDefinition[];
  /** Runs one tool call. Never rejects: a tool that fails is a result that the model reads. */
  callTool(call: RequestedToolCall): Promise<ToolResultBlock>;
  signal: AbortSignal;
  observer: AgentLoopObserver;
  sessionObserver: Pick<SessionObserver, "modelCallStarted">;
}

export interface AgentLoopResult {
  finishReason: FinishReason;
  /** What was said and done, to be kept in the thread: every tool call in it has its result. */
  messages: Message[];
}

/** Tokens one model call may generate; reaching it ends the answer with `MAX_TOKENS`. */
const MAX_OUTPUT_TOKENS = 8_192;

const FINISH_REASONS: Record<ModelFinish["reason"]["unified"], FinishReason> = {
  STOP: "STOP",
  MAX_TOKENS: "MAX_TOKENS",
  REFUSAL: "REFUSAL",
  TOOL_CALLS: "STEP_LIMIT",
  OTHER: "OTHER",
};

/** Runs one buddy's session. Rejects as `LanguageModel.respond` does. */
export async function runAgentLoop(options: AgentLoopOptions): Promise<AgentLoopResult> {
  const { observer, signal } = options;
  const said: Message[] = [];
  // Unique in the whole conversation: providers number their calls anew in each response, and refuse a thread with one twice.
  const usedIds = new Set(options.messages.flatMap(toolCallIds));
  let usage: TokenUsage = NO_TOKENS;

  for (let step = 1; ; step += 1) {
    const answer = new ModelAnswer(`${step}`, usedIds, observer, usage);
    const prompt = { system: options.instructions, messages: [...options.messages, ...said], tools: options.tools };
    const finish = await callModel({
      model: options.model,
      request: { ...prompt, maxOutputTokens: MAX_OUTPUT_TOKENS, signal },
      onTry: () => observer.modelCallStarted(prompt),
      emit: (part) => answer.take(part),
      onUncounted: () => observer.usage(usage),
      onRetry: (delaySeconds) => observer.retrying(delaySeconds),
      observer: options.sessionObserver,
    });
    usage = addUsage(usage, finish.usage);
    observer.modelCallEnded(usage);

    const goesOn =
      answer.calls.length > 0 && (finish.reason.unified === "TOOL_CALLS" || finish.reason.unified === "STOP");
    if (!goesOn || step === STEPS) {
      // Calls that are not run have no result, and a thread that keeps them would be refused by every provider.
      pushUnlessEmpty(said, answer.contentWithoutCalls());
      const finishReason = goesOn ? "STEP_LIMIT" : FINISH_REASONS[finish.reason.unified];
      return { finishReason, messages: said.map(withoutReasoning).filter(({ content }) => content.length > 0) };
    }
    pushUnlessEmpty(said, answer.content());
    said.push({ role: "user", content: await Promise.all(answer.calls.map(options.callTool)) });
    signal.throwIfAborted();
  }
}

/** What one model call says, block by block in the order in which the blocks began. */
class ModelAnswer {
  readonly calls: RequestedToolCall[] = [];
  readonly #blocks: AssistantBlock[] = [];
  readonly #texts = new Map<string, TextBlock>();

  constructor(
    private readonly step: string,
    private readonly usedIds: Set<string>,
    private readonly observer: AgentLoopObserver,
    private readonly usageBefore: TokenUsage,
  ) {}

  take(part: ModelPart): void {
    switch (part.type) {
      case "text-delta":
        this.#text(part.blockId, part.delta);
        return;
      case "tool-call": {
        const given = readArguments(part.arguments);
        const call: ToolCallBlock = {
          type: "tool-call",
          id: this.#uniqueId(cleanText(part.id)),
          name: cleanText(part.name),
          arguments: given ?? {},
        };
        this.observer.toolCallReceived(part.name.length + JSON.stringify(call.arguments).length);
        const invalidArguments = given === null ? UNREADABLE : part.invalidArguments;
        this.#blocks.push(call);
        this.calls.push(invalidArguments === undefined ? call : { ...call, invalidArguments });
        return;
      }
      case "reasoning":
        this.#blocks.push(part);
        return;
      case "usage":
        this.observer.usage(addUsage(this.usageBefore, part.usage));
    }
  }

  content(): AssistantBlock[] {
    return this.#blocks.map((block) => (block.type === "text" ? { ...block, text: block.text.toWellFormed() } : block));
  }

  contentWithoutCalls(): AssistantBlock[] {
    return this.content().filter((block) => block.type !== "tool-call");
  }

  #text(blockId: string, received: string): void {
    // The database keeps no NUL, and what is kept must be what was sent.
    const delta = received.replaceAll("\0", "");
    if (delta === "") return;
    const block = this.#texts.get(blockId);
    if (block === undefined) {
      const begun: TextBlock = { type: "text", text: delta };
      this.#texts.set(blockId, begun);
      this.#blocks.push(begun);
    } else block.text += delta;
    this.observer.text(`${this.step}.${blockId}`, delta);
  }

  /** Providers number calls within a response; a session has several. */
  #uniqueId(id: string): string {
    let unique = id;
    for (let count = 2; this.usedIds.has(unique); count += 1) unique = `${id}_${count}`;
    this.usedIds.add(unique);
    return unique;
  }
}

/** Stands for arguments that cannot be kept, e.g. because they are nested without end. */
const UNREADABLE = "unreadable";

function readArguments(given: JsonObject): JsonObject | null {
  try {
    const cleaned = cleanJson(given);
    return isJsonObject(cleaned) ? cleaned : null;
  } catch {
    return null;
  }
}

function toolCallIds({ content }: Message): string[] {
  return content.flatMap((block) => (block.type === "tool-call" ? [block.id] : []));
}

function pushUnlessEmpty(messages: Message[], content: AssistantBlock[]): void {
  if (content.length > 0) messages.push({ role: "assistant", content });
}

/** Reasoning is carried through the turn that it belongs to, and no further. */
function withoutReasoning(message: Message): Message {
  if (message.role === "user") return message;
  return { role: "assistant", content: message.content.filter((block) => block.type !== "reasoning") };
}
