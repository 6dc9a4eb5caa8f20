// Nearly all events of a turn are pieces of text, and all that a subscription selects of one is its plain fields: what the executor
// makes of the first piece is what it makes of every other one, with other values in the same places. So it is executed once, on a
// piece whose values tell where they stand, and filled in from then on.
import { type DocumentNode, type ExecutionArgs, type ExecutionResult, execute } from "graphql";

import type { FollowedEvent } from "../agents/follow-turn";
import { publicId } from "../ids";
import { countLongTexts } from "./bound-answers";

type TextDelta = FollowedEvent & { type: "TextDelta" };
type Read = (event: TextDelta) => unknown;

/** The result for a piece of text; null: only the executor can tell it. */
export type RenderTextDelta = (event: TextDelta) => ExecutionResult | null;

/** No value occurs twice, nor in any real event. */
const SAMPLE: Required<Pick<TextDelta, "text">> & TextDelta = {
  type: "TextDelta",
  sequence: 2_147_483_629,
  at: new Date(8_640_000_000_000_000),
  sessionId: "ffffffff-ffff-4fff-8fff-fffffffffffe",
  buddy: "\0buddy",
  blockId: "\0blockId",
  delta: "\0delta",
  text: "\0text",
};
const READS = new Map<unknown, Read>([
  ["TextDelta", () => "TextDelta"],
  [SAMPLE.sequence, ({ sequence }) => sequence],
  [SAMPLE.at.toISOString(), ({ at }) => at.toISOString()],
  [publicId("session", SAMPLE.sessionId), ({ sessionId }) => publicId("session", sessionId)],
  [SAMPLE.buddy, ({ buddy }) => buddy],
  [SAMPLE.blockId, ({ blockId }) => blockId],
  [SAMPLE.delta, ({ delta }) => delta],
  [SAMPLE.text, ({ text }) => text],
]);

/** What was learnt of documents that are the same objects as long as anybody asks with them, by the operation's name. */
const learnt = new WeakMap<DocumentNode, Map<string, RenderTextDelta | null>>();

/** Learns from the executor how this subscription tells a piece of text. An answer beyond so many characters is the executor's to refuse. */
export async function learnTextDeltas(args: ExecutionArgs, answerCharacters: number): Promise<RenderTextDelta | null> {
  const { document, operationName } = args;
  // A directive may leave out what another subscriber's variables ask for.
  if (document.loc === undefined || document.loc.source.body.includes("@")) return learn(args, answerCharacters);
  const known = learnt.get(document) ?? new Map<string, RenderTextDelta | null>();
  learnt.set(document, known);
  const name = operationName ?? "";
  const render = known.get(name) ?? (await learn(args, answerCharacters));
  known.set(name, render);
  return render;
}

async function learn(args: ExecutionArgs, answerCharacters: number): Promise<RenderTextDelta | null> {
  const { data, errors } = await execute({ ...args, rootValue: SAMPLE });
  const [field, ...others] = Object.entries(data ?? {});
  if (errors !== undefined || field === undefined || others.length > 0) return null;
  const [name, told] = field;
  if (typeof told !== "object" || told === null) return null;
  const reads: [string, Read][] = [];
  for (const [key, value] of Object.entries(told)) {
    const read = READS.get(value instanceof Date ? value.toISOString() : value);
    if (read === undefined) return null;
    reads.push([key, read]);
  }
  return (event) => {
    const values: Record<string, unknown> = {};
    for (const [key, read] of reads) values[key] = read(event);
    if (countLongTexts(values) > answerCharacters) return null;
    return { data: { [name]: values } };
  };
}
