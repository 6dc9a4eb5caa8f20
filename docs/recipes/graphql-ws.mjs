// Plain graphql-ws: everything over one socket, without a GraphQL client around it.
import { createClient } from "graphql-ws";

const url = process.env.WAYPATH_URL ?? "http://127.0.0.1:4000/graphql";
const getToken = async () => process.env.WAYPATH_TOKEN;

const client = createClient({
  url: url.replace("http", "ws"),
  // Asked anew at every connection: after a 4403 the client comes again with a fresh token.
  connectionParams: async () => ({ authorization: `Bearer ${await getToken()}` }),
});

for await (const { data, errors } of client.iterate({ query: "{ workspace { buddies { name } } }" })) {
  if (errors) throw new Error(errors[0].message);
  console.log(`Buddies: ${data.workspace.buddies.map(({ name }) => name).join(", ")}`);
}

const query = `subscription Chat($input: ChatTurnInput!) {
  chatTurn(input: $input) {
    sequence
    sessionId
    ... on TextDelta { delta }
    ... on TurnFinished { session { id text route { modelId payer } } }
    ... on TurnFailed { error { code message } }
  }
}`;
// One key for one press of Send, made there: Strict Mode and reconnects subscribe twice, and attach to the same turn.
const input = { message: process.argv[2] ?? "Plan a launch", idempotencyKey: crypto.randomUUID() };
let seen = 0;
let turn;
let said = "";
const say = (text) => {
  said += text;
  process.stdout.write(text);
};
for await (const { data, errors } of client.iterate({ query, variables: { input } })) {
  if (errors) throw new Error(`${errors[0].extensions.code}: ${errors[0].message}`);
  const { sequence, sessionId, delta, session, error } = data.chatTurn;
  // After a reconnect the stream begins again.
  if (sequence <= seen) continue;
  seen = sequence;
  // The first event is the turn's own; buddies that it delegates to speak in between, as sessions of their own.
  turn ??= sessionId;
  if (sessionId !== turn) continue;
  if (delta) say(delta);
  if (error) console.log(`\n${error.code}: ${error.message}`);
  if (session) {
    // The whole text: more than was seen, after a connection that was away for long.
    say(session.text.slice(said.length));
    console.log(`\n${session.route.modelId}, paid by ${session.route.payer}`);
  }
}
await client.dispose();
