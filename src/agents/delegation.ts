// Work that one buddy hands to another: a session of its own, with its own route, key, model, tools, usage and row, whose events
// come on the same stream. Only the orchestrator delegates, so that there is neither a circle nor a depth to watch over.
import { z } from "zod";
import { createAtMost } from "../at-most";
import type { ToolDefinition } from "../providers/language-model";
import type { SessionObserver, ToolCallObserver } from "../tracing/turn-observer";
import type { Buddies, Buddy } from "../workspaces/buddies";
import type { AcceptedSession } from "./accepted-session";
import type { RequestedToolCall } from "./agent-loop";
import type { AgentSessionEntity } from "./agent-session.entity";
import { cutText } from "./tools/clean-json";
import { DELEGATIONS, PARALLEL_TOOL_CALLS } from "./tools/tool-limits";
import { toToolResult } from "./tools/tool-result";
import type { ToolOutcome } from "./tools/toolbox";
import { TURN_ENDED_FIRST } from "./turn-ending";
import type { TurnWriter } from "./turn-writer";

export interface Delegation {
  definition: ToolDefinition;
  /** A delegation that fails is a result that the delegating model reads. Rejects only for a fault of this server. */
  run(call: RequestedToolCall, observer: ToolCallObserver): Promise<ToolOutcome>;
}

export interface DelegationOptions {
  delegating: AcceptedSession;
  buddies: Buddies;
  writer: TurnWriter;
  signal: AbortSignal;
  /** Gives the work a row. A refusal is a sentence for the model: the workspace's rules forbid it. */
  accept(buddy: Buddy, task: string): Promise<AcceptedSession | { refused: string }>;
  /** Runs it to its end; null when another server has ended it. */
  run(delegated: AcceptedSession, observer: SessionObserver): Promise<AgentSessionEntity | null>;
}

/** The tool's name, which no allowlist needs to hold: a buddy that may delegate to somebody has it. */
export const DELEGATE = "delegate";

const TOO_MANY = {
  errorMessage: `You have delegated ${DELEGATIONS} tasks and may delegate no more in this turn. Go on with what you have.`,
};

const input = z.object({ buddy: z.string(), task: z.string().trim().min(1) });

/** Null for a buddy that may delegate to nobody. */
export function createDelegation(options: DelegationOptions): Delegation | null {
  const colleagues = options.delegating.buddy.delegatesTo.flatMap((slug) => options.buddies.find(slug) ?? []);
  if (colleagues.length === 0) return null;
  const inLine = createAtMost(PARALLEL_TOOL_CALLS);
  let delegations = 0;
  return {
    definition: definitionFor(colleagues),
    async run(call, observer) {
      delegations += 1;
      return delegations > DELEGATIONS ? TOO_MANY : inLine(() => delegate(options, colleagues, call, observer));
    },
  };
}

async function delegate(
  { delegating, writer, signal, accept, run }: DelegationOptions,
  colleagues: readonly Buddy[],
  call: RequestedToolCall,
  observer: ToolCallObserver,
): Promise<ToolOutcome> {
  const parsed = input.safeParse(call.arguments);
  if (!parsed.success)
    return { errorMessage: "`delegate` needs `buddy`, a slug, and `task`, a text that is not empty." };
  const { task } = parsed.data;
  const buddy = colleagues.find(({ slug }) => slug === parsed.data.buddy);
  if (buddy === undefined) {
    const slugs = colleagues.map(({ slug }) => slug).join(", ");
    const asked = cutText(parsed.data.buddy, 64);
    return { errorMessage: `You may not delegate to "${asked}". You may delegate to: ${slugs}.` };
  }

  // Work that had to wait may come to its turn when there is no turn any more.
  if (signal.aborted) return { errorMessage: TURN_ENDED_FIRST };
  const delegated = await accept(buddy, task);
  if ("refused" in delegated) return { errorMessage: `${buddy.name} cannot take this on: ${delegated.refused}` };
  const about = { sessionId: delegating.session.id, buddy: delegating.buddy.slug, toolCallId: call.id };
  const delegatedSessionId = delegated.session.id;
  writer.publish({ ...about, type: "DelegationStarted", toBuddy: buddy.slug, task, delegatedSessionId });
  const ended = await run(delegated, observer.sessionStarted(delegated.session));
  if (ended === null) return { errorMessage: `${buddy.name} was interrupted.` };
  writer.publish({ ...about, type: "DelegationFinished", session: ended });
  return ended.status === "COMPLETED"
    ? { result: toToolResult(ended.text) }
    : { errorMessage: `${buddy.name} could not finish: ${ended.error?.message ?? "it was stopped."}` };
}

function definitionFor(colleagues: readonly Buddy[]): ToolDefinition {
  const list = colleagues.map(({ slug, description }) => `- ${slug}: ${description ?? "no description"}`).join("\n");
  return {
    name: DELEGATE,
    description: `Hands a task to a colleague and returns their answer. They see the task alone, not this conversation: say in it all that they need.\n${list}`,
    inputSchema: {
      type: "object",
      properties: {
        buddy: { type: "string", enum: colleagues.map(({ slug }) => slug), description: "Who takes it on." },
        task: { type: "string", description: "What to do, complete in itself." },
      },
      required: ["buddy", "task"],
      additionalProperties: false,
    },
  };
}
