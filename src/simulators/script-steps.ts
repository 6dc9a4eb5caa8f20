import type { SimulatedAction, SimulatedFault, SimulatedUsage } from "./script";

/** What happens next in an answer, in no provider's dialect. */
export type ScriptStep = ContentStep | { kind: "wait"; ms: number } | { kind: "fault"; fault: SimulatedFault };

export type ContentStep =
  | { kind: "text"; text: string }
  | { kind: "text-block" }
  /** The arguments' JSON, cut into the pieces in which it arrives; none for a call without arguments. */
  | { kind: "tool"; name: string; fragments: string[] };

export type SimulatedFinish = Extract<SimulatedAction, { finish: unknown }>["finish"];

/** One model call of a script: its steps, and what holds for it as a whole. */
export interface ScriptedCall {
  /** Answers with this HTTP status instead of anything else. */
  status: Extract<SimulatedAction, { status: number }> | undefined;
  finish: SimulatedFinish;
  openingUsage: SimulatedUsage;
  finalUsage: SimulatedUsage;
  packetBytes: number | undefined;
  /** Made while they are read, so that a script of a million deltas takes no memory. Can be read again. */
  steps: Iterable<ScriptStep>;
}

// Characters; a fragment is about a token, as providers send them.
const ARGUMENT_FRAGMENT = 12;

/** Reads the actions of one model call. */
export function scriptedCall(actions: readonly SimulatedAction[]): ScriptedCall {
  const call: ScriptedCall = {
    status: undefined,
    finish: actions.some((action) => "tool" in action) ? "tool-calls" : "stop",
    openingUsage: actions.find((action) => "usage" in action)?.usage ?? {},
    finalUsage: {},
    packetBytes: undefined,
    steps: { [Symbol.iterator]: () => stepsOf(actions) },
  };
  for (const action of actions) {
    if ("status" in action) call.status = action;
    if ("finish" in action) call.finish = action.finish;
    if ("usage" in action) call.finalUsage = { ...call.finalUsage, ...action.usage };
    if ("packetBytes" in action) call.packetBytes = action.packetBytes;
  }
  return call;
}

function* stepsOf(actions: readonly SimulatedAction[]): Generator<ScriptStep> {
  for (const action of actions) {
    if ("text" in action) yield* paced(textSteps(splitText(action.text, action.every)), action.paceMs);
    else if ("repeat" in action)
      yield* paced(repeated({ kind: "text", text: action.repeat }, action.times), action.paceMs);
    else if ("pauseMs" in action) yield { kind: "wait", ms: action.pauseMs };
    else if ("tool" in action) yield { kind: "tool", name: action.tool, fragments: argumentFragments(action) };
    else if ("block" in action) yield { kind: "text-block" };
    else if ("fault" in action) yield { kind: "fault", fault: action.fault };
  }
}

function* paced(steps: Iterable<ScriptStep>, paceMs = 0): Generator<ScriptStep> {
  let first = true;
  for (const step of steps) {
    if (paceMs > 0 && !first) yield { kind: "wait", ms: paceMs };
    first = false;
    yield step;
  }
}

function* textSteps(pieces: Iterable<string>): Generator<ScriptStep> {
  for (const text of pieces) yield { kind: "text", text };
}

function* repeated(step: ScriptStep, times: number): Generator<ScriptStep> {
  for (let count = 0; count < times; count += 1) yield step;
}

// By whole characters, never by UTF-16 halves: no provider sends half a character as text.
function splitText(text: string, every: number | undefined): string[] {
  if (every === undefined) return text.match(/\s*\S+|\s+$/g) ?? [];
  return text.match(new RegExp(`.{1,${every}}`, "gsu")) ?? [];
}

function argumentFragments(action: Extract<SimulatedAction, { tool: string }>): string[] {
  const named = action.arguments ?? {};
  const json = action.rawArguments ?? (Object.keys(named).length === 0 ? "" : JSON.stringify(named));
  return splitText(json, ARGUMENT_FRAGMENT);
}
