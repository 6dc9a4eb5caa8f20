// A turn as Langfuse shows it: an agent observation for each session, in it a generation for each request to a provider and a
// tool observation for each tool call, and in a delegation's tool observation the agent observation of the delegated work.
import { type LangfuseObservationAttributes, LangfuseOtelSpanAttributes } from "@langfuse/tracing";
import type { Attributes, Tracer } from "@opentelemetry/api";

import { publicId } from "../ids";
import { type BegunObservation, beginTrace, type Observation } from "./observation";
import { observeModelCall } from "./observe-model-call";
import { SILENT_SESSION } from "./silent-observer";
import { type CaptureContent, contentOf } from "./trace-content";
import type {
  ObservedSession,
  ObservedSessionEnd,
  ObservedToolCall,
  SessionObserver,
  ToolCallObserver,
  TurnObserver,
} from "./turn-observer";
import type { TurnTraceIds } from "./turn-trace-ids";

export interface LangfuseObserverOptions {
  tracer: Tracer;
  /** The tracer's own. */
  traceIds: TurnTraceIds;
  /** Whether prompts, answers and tool data are sent. */
  captureContent: boolean;
}

/** May throw: `guardObserver` is what stands between it and a turn. */
export function createLangfuseObserver({ tracer, traceIds, captureContent }: LangfuseObserverOptions): TurnObserver {
  const capture: CaptureContent = (content) => (captureContent ? content() : undefined);
  return {
    // A UUID without its dashes has the form of a trace id.
    traceIdOf: (turnId) => turnId.replaceAll("-", ""),
    turnStarted(session) {
      const { traceId } = session;
      if (traceId === null) return SILENT_SESSION;
      const begin = (begun: BegunObservation) =>
        traceIds.within(traceId, () => beginTrace(tracer, traceAttributes(session), begun));
      return observeSession({ begin }, session, capture);
    },
  };
}

/** What a trace is found by: ids alone, no name and no address. */
function traceAttributes(session: ObservedSession): Attributes {
  return {
    [LangfuseOtelSpanAttributes.TRACE_NAME]: session.buddySlug,
    [LangfuseOtelSpanAttributes.TRACE_USER_ID]: publicId("user", session.userId),
    [LangfuseOtelSpanAttributes.TRACE_SESSION_ID]: publicId("thread", session.threadId),
    [`${LangfuseOtelSpanAttributes.TRACE_METADATA}.workspace`]: session.workspaceId,
    [`${LangfuseOtelSpanAttributes.TRACE_METADATA}.request`]: session.requestId,
  };
}

function observeSession(
  within: Pick<Observation, "begin">,
  session: ObservedSession,
  capture: CaptureContent,
): SessionObserver {
  const { mode, payer, fallbackReason } = session.route;
  const metadata = {
    session: publicId("session", session.id),
    buddy: session.buddySlug,
    mode,
    payer,
    fallbackReason,
  };
  const agent = within.begin({
    type: "agent",
    name: session.buddySlug,
    attributes: { metadata, input: capture(() => contentOf(session.prompt)) },
  });
  return {
    modelCallStarted: (call) => observeModelCall(agent, call, metadata, capture),
    toolCallStarted: (call) => observeToolCall(agent, call, metadata, capture),
    ended: (end) => agent.end(end === null ? SETTLED_ELSEWHERE : endOf(end, capture)),
  };
}

function observeToolCall(
  session: Observation,
  call: ObservedToolCall,
  metadata: LangfuseObservationAttributes["metadata"],
  capture: CaptureContent,
): ToolCallObserver {
  const tool = session.begin({
    type: "tool",
    // What is not on offer the model has made up, perhaps of what it was told.
    name: call.offered ? call.name : (capture(() => call.name) ?? NOT_OFFERED),
    attributes: { metadata: { ...metadata, toolCall: call.id }, input: capture(() => contentOf(call.arguments)) },
  });
  return {
    sessionStarted: (delegated) => observeSession(tool, delegated, capture),
    ended(outcome) {
      if ("result" in outcome) tool.end({ output: capture(() => contentOf(outcome.result)) });
      else tool.end({ ...TOOL_FAILED, output: capture(() => contentOf(outcome.errorMessage)) });
    },
  };
}

const NOT_OFFERED = "a tool that is not on offer";

/** Why it failed is in the tool's own words, which are content. */
const TOOL_FAILED: LangfuseObservationAttributes = {
  level: "WARNING",
  statusMessage: "TOOL_FAILED: The tool returned no result.",
};

const SETTLED_ELSEWHERE: LangfuseObservationAttributes = {
  level: "WARNING",
  statusMessage: "SETTLED_ELSEWHERE: Another server has ended the session.",
};

const CANCELLED: LangfuseObservationAttributes = {
  level: "WARNING",
  statusMessage: "CANCELLED: The turn was cancelled.",
};

function endOf(end: ObservedSessionEnd, capture: CaptureContent): LangfuseObservationAttributes {
  const { status, text, finishReason, usage, usageSource, error } = end;
  return {
    // As metadata: Langfuse adds up the usage of all observations of a trace, and the generations have told theirs.
    metadata: { status, finishReason, usage, usageSource },
    output: capture(() => contentOf(text)),
    ...(status === "CANCELLED" ? CANCELLED : {}),
    ...(error === null ? {} : { level: "ERROR", statusMessage: `${error.code}: ${error.message}` }),
  };
}
