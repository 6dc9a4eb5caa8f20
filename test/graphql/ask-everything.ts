import type { GraphQLSchema } from "graphql";

import { simulate } from "../../src/simulators/script";
import { collect, connect, streamOf } from "../support/test-client";
import type { TestServer } from "../support/test-server";
import { answeredFields, operationFor, queriesFor } from "./every-field";
import type { MarkedTurns } from "./marked-turns";
import type { Person } from "./test-workspace";

/** All that somebody was told, as one text, and which fields and operations it came from. */
export interface Told {
  text: string;
  fields: Set<string>;
}

const CALLS_TOOLS_AND_DELEGATES = simulate([
  [{ tool: "delegate", arguments: { buddy: "campaign", task: "Plan it." } }],
  [{ text: "All done." }],
]);
const IS_RETRIED_AND_FAILS = simulate([[{ status: 429, retryAfterSeconds: 0 }]]);

const IDS = `{
  workspace { id keyEvents { nodes { id } } buddies { id } providers { id } }
  viewer { user { id } }
}`;

/** Inputs of a person who has these turns. */
function inputsOf(own: MarkedTurns): Record<string, object> {
  return {
    "Mutation.configureProvider": { provider: "CLAUDE", apiKey: "sk-ant-api03-of-ones-own-9Lm2" },
    "Mutation.verifyProvider": { provider: "CLAUDE" },
    "Mutation.revokeProvider": { provider: "OPENAI" },
    "Mutation.setBuddyModel": { buddy: "campaign", mode: "BYOK_CLAUDE" },
    "Mutation.updateRoutingPolicy": { byokFallback: "METERED" },
    "Mutation.startTurn": { message: "Anything new?" },
    "Mutation.cancelTurn": { sessionId: own.failed },
  };
}

/** Does each of these mutations once, with every field of what it answers. Errors are part of what is told. */
export async function mutateEverything(
  schema: GraphQLSchema,
  person: Person,
  own: MarkedTurns,
  mutations: readonly string[],
): Promise<Told & { codes: Record<string, unknown> }> {
  const inputs = inputsOf(own);
  const told: Told & { codes: Record<string, unknown> } = { text: "", fields: new Set(), codes: {} };
  // In the order of the inputs, which is one that works. One that has no input here is refused, and so answers no field.
  for (const mutation of [...mutations].sort(
    (a, b) => Object.keys(inputs).indexOf(a) - Object.keys(inputs).indexOf(b),
  )) {
    const answer = await person.answer(operationFor(schema, mutation, "input: $input"), { input: inputs[mutation] });
    told.codes[mutation] = answer.errors?.[0]?.extensions.code ?? null;
    add(told, answer);
  }
  return told;
}

/** Every event of turns of every kind, with every field. */
export async function streamEverything(server: TestServer, schema: GraphQLSchema, person: Person): Promise<Told> {
  const told: Told = { text: "", fields: new Set() };
  const client = connect(server.url, person.token);
  try {
    const chatTurn = operationFor(schema, "Subscription.chatTurn", "input: $input");
    const follow = operationFor(schema, "Subscription.agentSessionEvents", "sessionId: $sessionId");
    for (const message of [CALLS_TOOLS_AND_DELEGATES, IS_RETRIED_AND_FAILS]) {
      const events = await collect(streamOf(client, chatTurn, { input: { message } }));
      const followed = await collect(streamOf(client, follow, { sessionId: events[0].sessionId }));
      add(told, events);
      add(told, followed);
      if (events.length > 0) told.fields.add("Subscription.chatTurn");
      if (followed.length > 0) told.fields.add("Subscription.agentSessionEvents");
    }
  } finally {
    await client.dispose();
  }
  return told;
}

/** Every field of every query, and of every kind of node, of a person who has these turns. */
export async function queryEverything(schema: GraphQLSchema, person: Person, own: MarkedTurns): Promise<Told> {
  const told: Told = { text: "", fields: new Set() };
  const { workspace, viewer } = await person.ask(IDS);
  const node = (typeName: string, ids: string[]) =>
    ids.map((id) => ["Query.node", "id: $id", typeName, { id }] as const);
  const idsOf = (nodes: { id: string }[]) => nodes.map(({ id }) => id);
  const questions = [
    ["Query.viewer", "", "Viewer", {}],
    ["Query.workspace", "", "Workspace", {}],
    ["Query.buddy", "slug: $slug", "Buddy", { slug: "campaign" }],
    ["Query.agentSession", "id: $id", "AgentSession", { id: own.failed }],
    ...node("AgentSession", [own.failed, own.delegated, own.running]),
    ...node("Thread", [own.thread]),
    ...node("Workspace", [workspace.id]),
    ...node("User", [viewer.user.id]),
    ...node("Buddy", idsOf(workspace.buddies)),
    ...node("ProviderIntegration", idsOf(workspace.providers)),
    ...node("ProviderKeyEvent", idsOf(workspace.keyEvents.nodes)),
  ] as const;
  for (const [coordinate, given, typeName, variables] of questions) {
    for (const query of queriesFor(schema, coordinate, given, typeName)) add(told, await person.ask(query, variables));
  }
  return told;
}

function add(told: Told, answer: unknown): void {
  told.text += JSON.stringify(answer);
  for (const field of answeredFields(answer)) told.fields.add(field);
}
