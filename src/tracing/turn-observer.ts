// What agents announce of their turns, to whoever looks on. Each handle stands for one part of a turn and is told how it ends;
// nothing comes back that a turn could depend on.
import type {
  JsonObject,
  JsonValue,
  ModelFinish,
  ModelPart,
  ModelRequest,
  ModelUsage,
} from "../providers/language-model";
import type { ModelMode } from "../workspaces/model-mode";

export interface TurnObserver {
  /** The trace that the sessions of this turn will be in; null where nobody looks on. */
  traceIdOf(turnId: string): string | null;
  /** The turn's top-level session begins. */
  turnStarted(session: ObservedSession): SessionObserver;
}

export interface SessionObserver {
  /** One request to the provider: a call that is made again is another one. */
  modelCallStarted(call: ObservedModelCall): ModelCallObserver;
  toolCallStarted(call: ObservedToolCall): ToolCallObserver;
  /** Null: it was settled by another server, and how is not known here. */
  ended(end: ObservedSessionEnd | null): void;
}

export interface ModelCallObserver {
  said(part: ModelPart): void;
  finished(finish: ModelFinish): void;
  failed(failure: ObservedFailure): void;
}

export interface ToolCallObserver {
  /** The work that this call delegates begins. */
  sessionStarted(session: ObservedSession): SessionObserver;
  ended(outcome: { result: JsonValue } | { errorMessage: string }): void;
}

/** A session as it was accepted. */
export interface ObservedSession {
  id: string;
  /** As `TurnObserver.traceIdOf` gave it when the turn was accepted. */
  traceId: string | null;
  workspaceId: string;
  userId: string;
  threadId: string;
  requestId: string;
  buddySlug: string;
  prompt: string;
  route: { mode: ModelMode; payer: string; fallbackReason: string | null };
}

/** A session as its row says that it ended. */
export interface ObservedSessionEnd {
  status: string;
  text: string;
  finishReason: string | null;
  usage: ModelUsage;
  usageSource: string | null;
  error: { code: string; message: string } | null;
}

export interface ObservedModelCall {
  /** Exactly what is sent to the provider. */
  modelId: string;
  request: Omit<ModelRequest, "signal">;
}

export interface ObservedToolCall {
  id: string;
  name: string;
  /** Whether the model was told of a tool of that name. */
  offered: boolean;
  arguments: JsonObject;
}

/** In our own words: a provider's may echo a key. */
export interface ObservedFailure {
  code: string;
  message: string;
  /** A warning where the turn goes on, or was stopped on purpose. */
  severity: "WARNING" | "ERROR";
  /** Whether what it told of its usage counts in its session's. */
  isCounted: boolean;
}
