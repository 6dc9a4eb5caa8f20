// Asks a buddy and prints the answer as it streams, then the receipt: node docs/first-turn.mjs <token> [message]
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";

const [token, message = "What can you do for me?"] = process.argv.slice(2);
const client = createClient({
  url: process.env.WAYPATH_URL ?? "ws://127.0.0.1:4000/graphql",
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
  // 4403: the token is not good. An app would get a new one and try again.
  shouldRetry: (closed) => closed.code !== undefined && closed.code !== 4403,
});

const query = `subscription ($input: ChatTurnInput!) {
  chatTurn(input: $input) {
    sequence
    sessionId
    ... on TextDelta { delta }
    ... on TurnFinished { session { text buddyName route { mode payer modelId maskedKey } usage { totalTokens } } }
    ... on TurnFailed { error { code message } }
  }
}`;
// One key for one press of Send: a reconnect attaches to the same turn instead of paying for a second one.
const input = { message, idempotencyKey: crypto.randomUUID() };
let seen = 0;
let turn;
let said = "";
const say = (text) => {
  said += text;
  process.stdout.write(text);
};

try {
  for await (const { data, errors } of client.iterate({ query, variables: { input } })) {
    if (errors) throw new Error(errors[0].message);
    const { sequence, sessionId, delta, session, error } = data.chatTurn;
    // After a reconnect the stream begins again.
    if (sequence <= seen) continue;
    seen = sequence;
    // The first event is the turn's own; buddies that it delegates to speak in between, as sessions of their own.
    turn ??= sessionId;
    if (sessionId !== turn) continue;
    if (delta) say(delta);
    if (error) {
      console.error(`\n${error.code}: ${error.message}`);
      process.exitCode = 1;
    }
    if (session) {
      // The whole text: more than was seen, after a connection that was away for long.
      say(session.text.slice(said.length));
      const { mode, payer, modelId, maskedKey } = session.route;
      const tokens = session.usage.totalTokens;
      console.log(
        `\n\n${session.buddyName} · ${modelId} · ${mode}, paid by ${payer}${maskedKey ? ` (${maskedKey})` : ""} · ${tokens} tokens`,
      );
    }
  }
} catch (error) {
  const reasons = { 4403: "The token was refused.", ECONNREFUSED: "Nobody answers: is the server running?" };
  console.error(reasons[error.code ?? error.error?.code] ?? error.message ?? error);
  process.exitCode = 1;
}
await client.dispose();
