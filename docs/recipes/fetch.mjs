// Without GraphQL: a turn as server-sent events, by `fetch`. `EventSource` can neither send a message nor a token.
import { EventSourceParserStream } from "eventsource-parser/stream";

const server = (process.env.WAYPATH_URL ?? "http://127.0.0.1:4000/graphql").replace("/graphql", "");
const getToken = async () => process.env.WAYPATH_TOKEN;
/** Tries in a row that bring nothing new, and milliseconds between them. */
const TRIES = 5;
const PAUSE_MS = 1_000;

// One key for one press of Send: asking again with it goes on with the same turn.
const body = JSON.stringify({ message: process.argv[2] ?? "Plan a launch", idempotencyKey: crypto.randomUUID() });
let seen = 0;
let turn;
let said = "";
const say = (text) => {
  said += text;
  process.stdout.write(text);
};

/** Resolves with the turn's last event, or with nothing where the stream breaks off before it. */
async function follow() {
  const headers = { authorization: `Bearer ${await getToken()}`, "content-type": "application/json" };
  if (seen > 0) headers["last-event-id"] = `${seen}`;
  const response = await fetch(`${server}/api/chat`, { method: "POST", headers, body });
  if (!response.ok) {
    const { code, error } = await response.json();
    // A 503 passes, and a token may be fresh the next time; nothing else gets better by asking again.
    if (response.status === 503 || response.status === 401) return undefined;
    throw new Error(`${code}: ${error}`);
  }
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { id, event, data } of events) {
    seen = Number(id);
    const { sessionId, delta, ...rest } = JSON.parse(data);
    // The first event is the turn's own; buddies that it delegates to speak in between, as sessions of their own.
    turn ??= sessionId;
    if (sessionId !== turn) continue;
    if (event === "text.delta") say(delta);
    if (event === "turn.finished" || event === "turn.failed") return rest;
  }
  return undefined;
}

let end;
for (let tries = 0; end === undefined && tries < TRIES; ) {
  const before = seen;
  end = await follow().catch((error) => {
    // What `fetch` throws when the connection breaks.
    if (error instanceof TypeError) return undefined;
    throw error;
  });
  tries = seen > before ? 0 : tries + 1;
  if (end === undefined) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
if (end === undefined) throw new Error("The turn's end did not come.");
if (end.error) console.log(`\n${end.error.code}: ${end.error.message}`);
else {
  // The whole text: more than was seen, after a connection that was away for long.
  say(end.session.text.slice(said.length));
  console.log(`\n${end.session.route.modelId}, paid by ${end.session.route.payer}`);
}
