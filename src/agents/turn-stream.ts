// One turn as a stream in Redis: the entry `<sequence>-0` is the event of that number, so that the order and the numbers are
// Redis's own. It grows by one and has no holes, whatever was lost on the way: who appends says what comes before, and is told
// what does. A last entry that is no event seals it: nothing can be appended any more.
import { createHash } from "node:crypto";
import type { RedisClient } from "../redis-client";
import { decodeTurnEvent, encodeTurnEvent } from "./turn-event-codec";
import type { TurnEvent } from "./turn-events";

/** An entry of a stream. */
export type StreamEntry = { sequence: number } & ({ sealed: true } | { sealed: false; event: TurnEvent });

/** What a stream has now. */
export interface StreamEnd {
  /** The number of the last event; 0 for an empty one. */
  sequence: number;
  sealed: boolean;
}

/**
 * More events than a turn makes in its time, a hundred a second for the better part of an hour. Of one that makes more, the
 * first ones go, and whoever comes late is told it in its short form.
 */
const MOST_ENTRIES = 250_000;
const EVENT_FIELD = "event";
const SEAL_FIELD = "sealed";

/** Both answer with the last number and whether the stream is sealed, and tell the turn's channel of what is new. */
const LAST = `
local function last()
  local entry = redis.call("XREVRANGE", KEYS[1], "+", "-", "COUNT", 1)[1]
  if not entry then return 0, 0 end
  local number = tonumber(string.match(entry[1], "^%d+"))
  if entry[2][1] == "${SEAL_FIELD}" then return number - 1, 1 end
  return number, 0
end
local at, sealed = last()
`;
const APPEND = script(`${LAST}
if sealed == 0 and at == tonumber(ARGV[1]) then
  for index = 3, #ARGV do
    at = at + 1
    redis.call("XADD", KEYS[1], "MAXLEN", "~", ${MOST_ENTRIES}, string.format("%d-0", at), "${EVENT_FIELD}", ARGV[index])
  end
  if at > 0 then redis.call("EXPIRE", KEYS[1], ARGV[2]) end
  if #ARGV > 2 then redis.call("PUBLISH", KEYS[1], at) end
end
return {at, sealed}`);
const SEAL = script(`${LAST}
if sealed == 0 then
  redis.call("XADD", KEYS[1], string.format("%d-0", at + 1), "${SEAL_FIELD}", "")
  redis.call("EXPIRE", KEYS[1], ARGV[1])
  redis.call("PUBLISH", KEYS[1], at)
end
return {at, 1}`);

/** The name of a turn's stream, and of the channel that says when there is more in it. */
export function turnKey(turnId: string): string {
  return `waypath:turn:${turnId}`;
}

/**
 * Appends events that follow the number `after`, all or none, and has the stream expire in so many seconds. None, when the stream
 * does not end with `after` now: the answer says with what.
 */
export function appendToStream(
  client: RedisClient,
  turnId: string,
  { after, events, expireSeconds }: { after: number; events: readonly TurnEvent[]; expireSeconds: number },
): Promise<StreamEnd> {
  return run(client, APPEND, turnId, [after, Math.ceil(expireSeconds), ...events.map(encodeTurnEvent)]);
}

/** Seals the stream behind its last event. One that is sealed already stays as it is. */
export function sealStream(client: RedisClient, turnId: string, expireSeconds: number): Promise<StreamEnd> {
  return run(client, SEAL, turnId, [Math.ceil(expireSeconds)]);
}

/** Up to `most` entries from this number on, or from the first one after it that is there. */
export async function readStream(
  client: RedisClient,
  turnId: string,
  from: number,
  most: number,
): Promise<StreamEntry[]> {
  const found = (await client.xRange(turnKey(turnId), `${from}-0`, "+", { COUNT: most })) ?? [];
  return found.map(({ id, message }) => {
    const sequence = Number.parseInt(id, 10);
    const event = message[EVENT_FIELD];
    return event === undefined
      ? { sequence, sealed: true }
      : { sequence, sealed: false, event: decodeTurnEvent(event) };
  });
}

interface Script {
  text: string;
  sha1: string;
}

function script(text: string): Script {
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}

async function run(
  client: RedisClient,
  { text, sha1 }: Script,
  turnId: string,
  values: readonly (string | number)[],
): Promise<StreamEnd> {
  const options = { keys: [turnKey(turnId)], arguments: values.map(String) };
  const answer = await client.evalSha(sha1, options).catch((error) => {
    // Redis forgets scripts when it restarts; sending the text teaches it again.
    if (error instanceof Error && error.message.startsWith("NOSCRIPT")) return client.eval(text, options);
    throw error;
  });
  const [sequence, sealed] = answer as unknown as [number, number];
  return { sequence, sealed: sealed === 1 };
}
