// The one door between models and tools. Whatever a model asks for, and whatever a tool does, comes out as something that
// the model can read: nothing here is ever thrown into a turn.
import { types } from "node:util";
import { createAtMost } from "../../at-most";
import type { Logger } from "../../logger";
import type { JsonObject, JsonValue, ToolDefinition } from "../../providers/language-model";
import { cleanText, cutText } from "./clean-json";
import { type PreparedTool, prepareTool } from "./prepare-tool";
import { type Tool, type ToolCallContext, ToolFailure } from "./tool";
import { FAILURE_CHARACTERS, OFFERED_TOOLS, PARALLEL_TOOL_CALLS, TOOL_CALL_SECONDS } from "./tool-limits";
import { isAllowed } from "./tool-names";
import { toToolResult } from "./tool-result";

/** What a model asks for: `invalidArguments` is the raw text where it was no JSON object. */
export interface RequestedCall {
  /** As the model knows it. */
  name: string;
  arguments: JsonObject;
  invalidArguments?: string;
}

export type ToolOutcome = { result: JsonValue } | { errorMessage: string };

/** One session's tools. */
export interface Toolbox {
  /** What the model is offered, always in the same order. */
  readonly definitions: readonly ToolDefinition[];
  /** The tool's own name, for events; the given name where there is no such tool here. */
  nameOf(wireName: string): string;
  /** Never rejects. Ends as soon as `context.signal` aborts. */
  call(call: RequestedCall, context: ToolCallContext): Promise<ToolOutcome>;
}

export interface ToolboxOptions {
  tools: readonly Tool[];
  /** Names, and `server/*`. What is not in it is neither offered nor called. */
  allowed: readonly string[];
  logger: Logger;
}

/** Characters of a name that a model made up, in what it reads about it. */
const SHOWN_NAME_CHARACTERS = 100;

export function createToolbox({ tools, allowed, logger }: ToolboxOptions): Toolbox {
  const offered = offeredTools(tools, allowed, logger);
  const inLine = createAtMost(PARALLEL_TOOL_CALLS);
  return {
    definitions: [...offered.values()].map(({ definition }) => definition).sort((a, b) => (a.name < b.name ? -1 : 1)),
    nameOf: (wireName) => offered.get(wireName)?.tool.name ?? wireName,
    async call(call, context) {
      try {
        return { result: await inLine(() => run(offered.get(call.name), call, context)) };
      } catch (error) {
        if (!(error instanceof ToolFailure)) {
          const err = types.isNativeError(error) ? error : new Error("a tool threw something that is no error");
          logger.error({ err, sessionId: context.sessionId, tool: offered.get(call.name)?.tool.name }, "a tool failed");
        }
        return { errorMessage: sentenceOf(error) };
      }
    },
  };
}

function offeredTools(tools: readonly Tool[], allowed: readonly string[], logger: Logger): Map<string, PreparedTool> {
  const offered = new Map<string, PreparedTool>();
  const leftOut: string[] = [];
  for (const tool of tools) {
    const prepared = isAllowed(tool.name, allowed) ? prepareTool(tool, logger) : null;
    if (prepared === null) continue;
    if (offered.size === OFFERED_TOOLS || offered.has(prepared.definition.name)) leftOut.push(tool.name);
    else offered.set(prepared.definition.name, prepared);
  }
  if (leftOut.length > 0) logger.warn({ tools: leftOut }, "tools are left out: too many, or two of the same name");
  return offered;
}

async function run(
  prepared: PreparedTool | undefined,
  call: RequestedCall,
  context: ToolCallContext,
): Promise<JsonValue> {
  if (prepared === undefined) {
    const name = JSON.stringify(cutText(cleanText(call.name), SHOWN_NAME_CHARACTERS));
    throw new ToolFailure(`You may not call ${name}: it is not one of your tools.`);
  }
  if (call.invalidArguments !== undefined) {
    throw new ToolFailure("The arguments were not a JSON object. Call again with one that fits the tool's schema.");
  }
  const problem = prepared.checkArguments(call.arguments);
  if (problem !== null) throw new ToolFailure(problem);
  return toToolResult(await callWithinTime(prepared.tool, call.arguments, context));
}

/** Settles when the tool does, when its time is over, or when the turn is stopped, whichever comes first. */
async function callWithinTime(tool: Tool, args: JsonObject, context: ToolCallContext): Promise<JsonValue> {
  const seconds = tool.callSeconds ?? TOOL_CALL_SECONDS;
  const abort = new AbortController();
  const stop = () => abort.abort(new ToolFailure("The call was cancelled, because the turn was stopped."));
  const giveUp = () =>
    abort.abort(
      new ToolFailure(`The tool did not answer within ${seconds} seconds. Go on without it, or ask for less.`),
    );

  const abandoned = new Promise<never>((_, reject) => {
    abort.signal.addEventListener("abort", () => reject(abort.signal.reason), { once: true });
  });
  if (context.signal.aborted) stop();
  context.signal.addEventListener("abort", stop, { once: true });
  const timer = Number.isFinite(seconds) ? setTimeout(giveUp, seconds * 1000) : undefined;
  try {
    const work = abort.signal.aborted ? abandoned : tool.call(args, { ...context, signal: abort.signal });
    return await Promise.race([work, abandoned]);
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener("abort", stop);
  }
}

function sentenceOf(error: unknown): string {
  const sentence =
    error instanceof ToolFailure ? error.message : "The tool failed. Go on without it, or try again later.";
  return cutText(cleanText(sentence), FAILURE_CHARACTERS);
}
