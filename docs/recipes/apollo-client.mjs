// Apollo Client: queries and mutations over HTTP, streams over one socket.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";

import { possibleTypes } from "./possible-types.mjs";

const url = process.env.WAYPATH_URL ?? "http://127.0.0.1:4000/graphql";
const getToken = async () => process.env.WAYPATH_TOKEN;

const socket = createClient({
  url: url.replace("http", "ws"),
  // Asked anew at every connection: after a 4403 the client comes again with a fresh token.
  connectionParams: async () => ({ authorization: `Bearer ${await getToken()}` }),
});
// Asked anew for every request.
const authorization = new SetContextLink(async ({ headers }) => ({
  headers: { ...headers, authorization: `Bearer ${await getToken()}` },
}));
const client = new ApolloClient({
  cache: new InMemoryCache({ possibleTypes }),
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    ApolloLink.from([authorization, new HttpLink({ uri: url })]),
  ),
});

const { data } = await client.query({ query: gql`{ workspace { id name buddies { id slug name } } }` });
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
  // Each event is news and no object to keep: without a cache, none is merged into another.
  client.subscribe({ query: CHAT, variables: { input }, fetchPolicy: "no-cache" }).subscribe({
    next({ data, error }) {
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
    },
    error: reject,
    complete: resolve,
  });
});
client.stop();
await socket.dispose();
