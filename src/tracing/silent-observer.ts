import type { ModelCallObserver, SessionObserver, ToolCallObserver, TurnObserver } from "./turn-observer";

export const SILENT_MODEL_CALL: ModelCallObserver = {
  said: () => undefined,
  finished: () => undefined,
  failed: () => undefined,
};

export const SILENT_TOOL_CALL: ToolCallObserver = {
  sessionStarted: () => SILENT_SESSION,
  ended: () => undefined,
};

export const SILENT_SESSION: SessionObserver = {
  modelCallStarted: () => SILENT_MODEL_CALL,
  toolCallStarted: () => SILENT_TOOL_CALL,
  ended: () => undefined,
};

/** Nobody looks on. */
export const SILENT_OBSERVER: TurnObserver = {
  traceIdOf: () => null,
  turnStarted: () => SILENT_SESSION,
};
