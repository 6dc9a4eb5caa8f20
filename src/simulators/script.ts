import { z } from "zod";

// A simulator is scripted by the text it is sent: a user message that contains `simulate:` followed by a JSON array plays
// that script, one inner array a model call. It keeps no state: the number of assistant messages after the scripted
// message says which call this is, and calls past the end answer "Done.".

const usage = z.strictObject({
  input: z.number().int().nonnegative().optional(),
  output: z.number().int().nonnegative().optional(),
  cacheRead: z.number().int().nonnegative().optional(),
  cacheWrite: z.number().int().nonnegative().optional(),
  reasoning: z.number().int().nonnegative().optional(),
});

/** Ways a provider breaks. Those marked "before" answer instead of a stream; the others happen where they stand in the script. */
export const FAULTS = [
  "early-end", // the connection ends cleanly, without the end marker
  "reset", // the connection is torn down
  "error-event", // an error event in mid-stream, then the end
  "failed-event", // the end says that the answer has failed; an error event where a provider has no such end
  "garbage", // a line that is not JSON
  "stall", // nothing more is sent; the connection stays open until the client closes it
] as const;

/** One way of breaking. A fault that stands first happens before the first byte of the answer. */
export type SimulatedFault = (typeof FAULTS)[number];

/** Tokens that a script claims; what it leaves out is derived from the texts. */
export type SimulatedUsage = z.infer<typeof usage>;

const action = z.union(
  [
    /** Text, split into deltas of about `every` characters (default: by word), `paceMs` apart (default 0). */
    z.strictObject({
      text: z.string(),
      every: z.number().int().positive().optional(),
      paceMs: z.number().nonnegative().optional(),
    }),
    /** A delta repeated `times`, `paceMs` apart. */
    z.strictObject({
      repeat: z.string().min(1),
      times: z.number().int().positive(),
      paceMs: z.number().nonnegative().optional(),
    }),
    z.strictObject({ pauseMs: z.number().nonnegative() }),
    /** A tool call; `rawArguments` sends that text instead, which need not be JSON. Arguments arrive in fragments. */
    z.strictObject({
      tool: z.string(),
      arguments: z.record(z.string(), z.unknown()).optional(),
      rawArguments: z.string().optional(),
    }),
    /** Begins another text block. */
    z.strictObject({ block: z.literal("text") }),
    /** The first one says what the stream opens with, all of them together (the last wins) what it ends with. */
    z.strictObject({ usage }),
    z.strictObject({ fault: z.enum(FAULTS) }),
    /** Must come first: answers with this HTTP status and the provider's documented error body for it. `type` may be one of OpenAI's codes. */
    z.strictObject({
      status: z.number().int().min(400).max(599),
      type: z.string().optional(),
      retryAfterSeconds: z.number().optional(),
      message: z.string().optional(),
    }),
    /** How the call ends; default `stop`, or `tool-calls` after a tool. A refusal is the model's, a filter the provider's. */
    z.strictObject({ finish: z.enum(["stop", "max-tokens", "refusal", "content-filter", "tool-calls", "unknown"]) }),
    /** Sends the bytes of the whole answer in packets of this size, so that UTF-8 and events are split across packets. */
    z.strictObject({ packetBytes: z.number().int().positive() }),
  ],
  { error: "there is no such action, or it has other fields" },
);

export type SimulatedAction = z.infer<typeof action>;
export type SimulatorScript = SimulatedAction[][];

const script = z.array(
  z
    .array(action)
    .refine((call) => call.findIndex((step) => "status" in step) <= 0, { error: "status must come first" }),
);

/** A script that cannot be played. `message` is one line that says where and why. */
export class ScriptError extends Error {}

/** The text that makes a simulator play `script`; put it into a user message. */
export function simulate(script: SimulatorScript): string {
  return `simulate:${JSON.stringify(script)}`;
}

/** The script inside a user's text; null where no array follows a `simulate:`. Throws a `ScriptError` on one that cannot be read. */
export function readScript(text: string): SimulatorScript | null {
  const opening = /simulate:\s*\[/.exec(text);
  if (opening === null) return null;
  const start = opening.index + opening[0].length - 1;
  const json = text.slice(start, endOfArray(text, start));
  const parsed = script.safeParse(parseJson(json));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const [call, step] = issue?.path ?? [];
  const place = [call, step]
    .filter((index) => typeof index === "number")
    .map((index, depth) => `${depth === 0 ? "call" : "action"} ${index + 1}`);
  throw new ScriptError(["unreadable script", ...place, issue?.message].join(": "));
}

// Brackets inside strings do not count: a script may carry another script as a tool's argument.
function endOfArray(text: string, start: number): number {
  let depth = 0;
  for (const token of text.slice(start).matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]]/g)) {
    if (token[0] === "[") depth += 1;
    else if (token[0] === "]") depth -= 1;
    if (depth === 0) return start + token.index + 1;
  }
  throw new ScriptError("unreadable script: its array is not closed");
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new ScriptError("unreadable script: it is not JSON");
  }
}
