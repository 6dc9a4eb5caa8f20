import { expect, test } from "@jest/globals";

import { guardObserver } from "../../src/tracing/guard-observer";
import type {
  ModelCallObserver,
  ObservedModelCall,
  ObservedSession,
  ObservedToolCall,
  SessionObserver,
  ToolCallObserver,
  TurnObserver,
} from "../../src/tracing/turn-observer";

const FAULT = new Error("a fault of the observer");
const fail = (): never => {
  throw FAULT;
};

const modelCall: ModelCallObserver = { said: fail, finished: fail, failed: fail };
const toolCall: ToolCallObserver = { sessionStarted: fail, ended: fail };
const session: SessionObserver = { modelCallStarted: () => modelCall, toolCallStarted: () => toolCall, ended: fail };
const failingSession: SessionObserver = { modelCallStarted: fail, toolCallStarted: fail, ended: fail };

const SESSION = {} as ObservedSession;
const MODEL_CALL = {} as ObservedModelCall;
const TOOL_CALL = {} as ObservedToolCall;
const FAILURE = { code: "TIMEOUT", message: "", severity: "ERROR" as const, isCounted: false };

/** Announces everything there is, and returns what was reported. */
function announce(turnStarted: TurnObserver["turnStarted"]): unknown[] {
  const reported: unknown[] = [];
  const guarded = guardObserver({ traceIdOf: fail, turnStarted }, (error) => reported.push(error));
  expect(guarded.traceIdOf("1")).toBeNull();
  const turn = guarded.turnStarted(SESSION);
  const call = turn.modelCallStarted(MODEL_CALL);
  call.said({ type: "text-delta", blockId: "0", delta: "Hello" });
  call.finished({} as never);
  call.failed(FAILURE);
  const tool = turn.toolCallStarted(TOOL_CALL);
  const delegated = tool.sessionStarted(SESSION);
  delegated.modelCallStarted(MODEL_CALL).failed(FAILURE);
  delegated.ended(null);
  tool.ended({ result: 1 });
  turn.ended(null);
  return reported;
}

test.each<[string, TurnObserver["turnStarted"], number]>([
  ["from the first announcement", fail, 2],
  ["whenever something begins", () => failingSession, 4],
  ["whenever something is told", () => session, 7],
])("an observer that throws %s is reported and harms nobody", (_name, turnStarted, faults) => {
  expect(announce(turnStarted)).toEqual(Array.from({ length: faults }, () => FAULT));
});
