// What most would write: the SDK's stream behind a GraphQL subscription, one event for each piece of text, nothing stored.
import { Anthropic } from "@anthropic-ai/sdk";
import { buildSchema } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

import { listen, providerUrl } from "./listen";

const client = new Anthropic({ apiKey: "sk-ant-speed", baseURL: providerUrl() });
const schema = buildSchema(`
  type Query { ready: Boolean }
  type TextDelta { sequence: Int! delta: String! }
  type Subscription { chatTurn(message: String!): TextDelta! }
`);

async function* chatTurn({ message }: { message: string }) {
  const stream = await client.messages.create({
    model: "claude-opus-5-0",
    max_tokens: 4_096,
    stream: true,
    messages: [{ role: "user", content: message }],
  });
  let sequence = 0;
  for await (const event of stream) {
    if (event.type !== "content_block_delta" || event.delta.type !== "text_delta") continue;
    sequence += 1;
    yield { chatTurn: { sequence, delta: event.delta.text } };
  }
}

useServer(
  { schema, roots: { subscription: { chatTurn } } },
  new WebSocketServer({ server: listen(), path: "/graphql" }),
);
