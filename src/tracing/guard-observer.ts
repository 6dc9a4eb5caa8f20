// The one place where what an observer throws is caught. Below it observers may fail as they like; above it nobody needs to know.
import { SILENT_MODEL_CALL, SILENT_SESSION, SILENT_TOOL_CALL } from "./silent-observer";
import type { ModelCallObserver, SessionObserver, ToolCallObserver, TurnObserver } from "./turn-observer";

/** The same observer, which never throws: what it would have thrown is reported, and that part of the turn goes unobserved. */
export function guardObserver(observer: TurnObserver, report: (error: unknown) => void): TurnObserver {
  const attempt = <Result>(announce: () => Result, otherwise: Result): Result => {
    try {
      return announce();
    } catch (error) {
      report(error);
      return otherwise;
    }
  };
  const tell = (announce: () => void): void => attempt(announce, undefined);

  const guardSession = (session: SessionObserver): SessionObserver => ({
    modelCallStarted: (call) => attempt(() => guardModelCall(session.modelCallStarted(call)), SILENT_MODEL_CALL),
    toolCallStarted: (call) => attempt(() => guardToolCall(session.toolCallStarted(call)), SILENT_TOOL_CALL),
    ended: (end) => tell(() => session.ended(end)),
  });
  const guardModelCall = (call: ModelCallObserver): ModelCallObserver => ({
    // Once for each piece of text: not by way of a function made for it.
    said(part) {
      try {
        call.said(part);
      } catch (error) {
        report(error);
      }
    },
    finished: (finish) => tell(() => call.finished(finish)),
    failed: (failure) => tell(() => call.failed(failure)),
  });
  const guardToolCall = (call: ToolCallObserver): ToolCallObserver => ({
    sessionStarted: (session) => attempt(() => guardSession(call.sessionStarted(session)), SILENT_SESSION),
    ended: (outcome) => tell(() => call.ended(outcome)),
  });
  return {
    traceIdOf: (turnId) => attempt(() => observer.traceIdOf(turnId), null),
    turnStarted: (session) => attempt(() => guardSession(observer.turnStarted(session)), SILENT_SESSION),
  };
}
