// What one session's model may call: the tools of its buddy's allowlist, and the delegation of work to other buddies. Each call
// is told to the turn's followers and kept in the session's row; whatever goes wrong in it is a result that the model reads.
import type { Logger } from "../logger";
import type { ToolDefinition, ToolResultBlock } from "../providers/language-model";
import type { SessionObserver, ToolCallObserver } from "../tracing/turn-observer";
import type { AcceptedSession } from "./accepted-session";
import type { RequestedToolCall } from "./agent-loop";
import type { Delegation } from "./delegation";
import { DELEGATE } from "./delegation";
import { sessionLogFields } from "./session-log-fields";
import type { ToolCall } from "./tool-call";
import { OFFERED_TOOLS } from "./tools/tool-limits";
import type { Toolbox, ToolOutcome } from "./tools/toolbox";
import { TURN_ENDED_FIRST } from "./turn-ending";
import type { TurnWriter } from "./turn-writer";

export interface SessionTools {
  definitions: readonly ToolDefinition[];
  /** Runs a call and adds it to `calls`, the session's record. Never rejects. */
  call(requested: RequestedToolCall, calls: ToolCall[]): Promise<ToolResultBlock>;
}

export interface SessionToolsOptions {
  accepted: AcceptedSession;
  toolbox: Toolbox;
  /** Null for a buddy that may not delegate. */
  delegation: Delegation | null;
  writer: TurnWriter;
  observer: Pick<SessionObserver, "toolCallStarted">;
  signal: AbortSignal;
  logger: Logger;
}

export function createSessionTools(options: SessionToolsOptions): SessionTools {
  const { toolbox, delegation, writer, observer, signal, logger } = options;
  const { session, buddy } = options.accepted;
  const about = { sessionId: session.id, buddy: buddy.slug };
  const context = {
    workspaceId: session.workspaceId,
    userId: session.userId,
    buddy: buddy.slug,
    sessionId: session.id,
    signal,
  };

  const outcomeOf = async (requested: RequestedToolCall, callObserver: ToolCallObserver): Promise<ToolOutcome> => {
    try {
      const delegates = delegation !== null && requested.name === DELEGATE;
      const outcome = await (delegates ? delegation.run(requested, callObserver) : toolbox.call(requested, context));
      return signal.aborted ? { errorMessage: TURN_ENDED_FIRST } : outcome;
    } catch (error) {
      logger.error({ ...sessionLogFields(session), err: error }, "work could not be delegated");
      return { errorMessage: "This could not be done by a fault of the server. Go on without it." };
    }
  };

  const definitions =
    delegation === null
      ? toolbox.definitions
      : [...toolbox.definitions.slice(0, OFFERED_TOOLS - 1), delegation.definition];
  return {
    definitions,
    async call(requested, calls) {
      const begun: ToolCall = {
        id: requested.id,
        name: requested.name === DELEGATE ? DELEGATE : toolbox.nameOf(requested.name),
        arguments: requested.arguments,
        result: null,
        errorMessage: null,
        startedAt: new Date().toISOString(),
        durationMs: null,
      };
      const place = calls.push(begun) - 1;
      writer.publish({ ...about, type: "ToolCallStarted", toolCall: begun });
      const offered = definitions.some(({ name }) => name === requested.name);
      const callObserver = observer.toolCallStarted({ ...requested, name: begun.name, offered });

      const outcome = await outcomeOf(requested, callObserver);
      callObserver.ended(outcome);
      const ended: ToolCall = { ...begun, ...outcome, durationMs: Date.now() - Date.parse(begun.startedAt) };
      calls[place] = ended;
      writer.publish({ ...about, type: "ToolCallFinished", toolCall: ended });
      return "errorMessage" in outcome
        ? { type: "tool-result", toolCallId: requested.id, result: outcome.errorMessage, isError: true }
        : { type: "tool-result", toolCallId: requested.id, result: outcome.result, isError: false };
    },
  };
}
