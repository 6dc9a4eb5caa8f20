// urql: queries and mutations over HTTP, streams over one socket.
import { createClient as createSocket } from "graphql-ws";
import { Client, cacheExchange, fetchExchange, gql, subscriptionExchange } from "urql";

const url = process.env.WAYPATH_URL ?? "http://127.0.0.1:4000/graphql";
const getToken = async () => process.env.WAYPATH_TOKEN;

const socket = createSocket({
  url: url.replace("http", "ws"),
  // Asked anew at every connection: after a 4403 the client comes again with a fresh token.
  connectionParams: async () => ({ authorization: `Bearer ${await getToken()}` }),
});
const client = new Client({
  url,
  preferGetMethod: false,
  // Asked anew for every request.
  fetch: async (input, { headers, ...init }) =>
    fetch(input, { ...init, headers: { ...headers, authorization: `Bearer ${await getToken()}` } }),
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
      }),
    }),
  ],
});

const { data, error } = await client.query(gql`{ workspace { buddies { name } } }`, {}).toPromise();
if (error) throw error;
console.log(`Buddies: ${data.workspace.buddies.map(({ name }) => name).join(", ")}`);

const CHAT = gql`
  subscription Chat($input: ChatTurnInput!) {
    chatTurn(input: $input) {
      sequence
      sessionId
      ... on TextDelta { delta }
      ... on TurnFinished { session { id text route { modelId payer } } }
      ... on TurnFailed { error { code message } }
    }
  }
`;
// One key for one press of Send, made there: Strict Mode and reconnects subscribe twice, and attach to the same turn.
const input = { message: process.argv[2] ?? "Plan a launch", idempotencyKey: crypto.randomUUID() };
let seen = 0;
let turn;
let said = "";
const say = (text) => {
  said += text;
  process.stdout.write(text);
};
await new Promise((resolve, reject) => {
  const stream = client.subscription(CHAT, { input }).subscribe(({ data, error }) => {
    if (error) return reject(error);
    const { sequence, sessionId, delta, session, error: failure } = data.chatTurn;
    // After a reconnect the stream begins again.
    if (sequence <= seen) return;
    seen = sequence;
    // The first event is the turn's own; buddies that it delegates to speak in between, as sessions of their own.
    turn ??= sessionId;
    if (sessionId !== turn) return;
    if (delta) say(delta);
    if (failure) console.log(`\n${failure.code}: ${failure.message}`);
    if (session) {
      // The whole text: more than was seen, after a connection that was away for long.
      say(session.text.slice(said.length));
      console.log(`\n${session.route.modelId}, paid by ${session.route.payer}`);
    }
    if (failure || session) {
      stream.unsubscribe();
      resolve();
    }
  });
});
await socket.dispose();
