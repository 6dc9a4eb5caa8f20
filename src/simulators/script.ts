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
  "garbage", // a line that is not JSON
  "stall", // nothing more is sent; the connection stays open until the client closes it
] as const;

const action = z.union([
  /** Text, split into deltas of about `every` characters (default: by word), `paceMs` apart (default 0). */
  z.strictObject({ text: z.string(), every: z.number().int().positive().optional(), paceMs: z.number().nonnegative().optional() }),
  /** A delta repeated `times`, `paceMs` apart. */
  z.strictObject({ repeat: z.string().min(1), times: z.number().int().positive(), paceMs: z.number().nonnegative().optional() }),
  z.strictObject({ pauseMs: z.number().nonnegative() }),
  /** A tool call; `rawArguments` sends that text instead, which need not be JSON. Arguments arrive in fragments. */
  z.strictObject({ tool: z.string(), arguments: z.record(z.string(), z.unknown()).optional(), rawArguments: z.string().optional() }),
  /** Begins another text block. */
  z.strictObject({ block: z.literal("text") }),
  z.strictObject({ usage }),
  z.strictObject({ fault: z.enum(FAULTS) }),
  /** Must come first: answers with this HTTP status and the provider's documented error body for it. */
  z.strictObject({ status: z.number().int().min(400).max(599), type: z.string().optional(), retryAfterSeconds: z.number().optional(), message: z.string().optional() }),
  /** How the call ends; default `stop`, or `tool-calls` after a tool. */
  z.strictObject({ finish: z.enum(["stop", "max-tokens", "refusal", "tool-calls", "unknown"]) }),
  /** Sends the bytes of the stream in packets of this size, so that UTF-8 and events are split across packets. */
  z.strictObject({ packetBytes: z.number().int().positive() }),
]);

export type SimulatedAction = z.infer<typeof action>;
export type SimulatorScript = SimulatedAction[][];

const script = z.array(z.array(action));

/** The text that makes a simulator play `script`; put it into a user message. */
export function simulate(script: SimulatorScript): string {
  return `simulate:${JSON.stringify(script)}`;
}

/** The script inside a user's text; null where there is none. Throws on a script that cannot be read, with the reason. */
export function readScript(text: string): SimulatorScript | null {
  const start = text.indexOf("simulate:");
  if (start === -1) return null;
  const end = text.lastIndexOf("]");
  const parsed = script.safeParse(JSON.parse(text.slice(start + "simulate:".length, end + 1)));
  if (!parsed.success) throw new Error(`unreadable script: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
