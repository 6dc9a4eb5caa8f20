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
const token = await getToken();
const client = new Client({
  url,
  preferGetMethod: false,
  fetchOptions: () => ({ headers: { authorization: `Bearer ${token}` } }),
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
      ... on TextDelta { delta }
      ... on TurnFinished { session { id route { modelId payer } } }
      ... on TurnFailed { error { code message } }
    }
  }
`;
// One key for one press of Send, made there: Strict Mode and reconnects subscribe twice, and attach to the same turn.
const input = { message: process.argv[2] ?? "Plan a launch", idempotencyKey: crypto.randomUUID() };
let seen = 0;
await new Promise((resolve, reject) => {
  const stream = client.subscription(CHAT, { input }).subscribe(({ data, error }) => {
    if (error) return reject(error);
    const { sequence, delta, session, error: failure } = data.chatTurn;
    // After a reconnect the stream begins again.
    if (sequence <= seen) return;
    seen = sequence;
    if (delta) process.stdout.write(delta);
    if (failure) console.log(`\n${failure.code}: ${failure.message}`);
    if (session) console.log(`\n${session.route.modelId}, paid by ${session.route.payer}`);
    if (failure || session) {
      stream.unsubscribe();
      resolve();
    }
  });
});
await socket.dispose();
