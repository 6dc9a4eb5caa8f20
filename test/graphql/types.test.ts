// The object types over the very sources that resolvers hand on: entities, turn events and plain values.
import { expect, test } from "@jest/globals";
import { graphql } from "graphql";
import { Arg, Args, buildSchemaSync, Query, Resolver, Root } from "type-graphql";

import { AgentSessionEntity } from "../../src/agents/agent-session.entity";
import { ThreadEntity } from "../../src/agents/thread.entity";
import type { TurnEvent } from "../../src/agents/turn-events";
import { COMPUTED_FIELDS } from "../../src/graphql/fields/computed-fields";
import { AgentSessionConnection, AgentSessionsArgs } from "../../src/graphql/types/agent-session-connection";
import { ChatTurnEvent } from "../../src/graphql/types/chat-turn-event";
import { describeSchema } from "../../src/graphql/types/describe-schema";
import { Node, type NodeSource } from "../../src/graphql/types/node";
import { ProviderIntegration } from "../../src/graphql/types/provider-integration";
import type { ProviderIntegrationSource } from "../../src/graphql/types/sources";
import { ChatTurnInput } from "../../src/graphql/types/turn-mutations";
import "../../src/graphql/types/workspace";
import { ProviderKeyEntity } from "../../src/provider-keys/provider-key.entity";
import { ProviderKeyEventEntity } from "../../src/provider-keys/provider-key-event.entity";
import { UserEntity } from "../../src/workspaces/user.entity";
import { WorkspaceEntity } from "../../src/workspaces/workspace.entity";

interface Handed {
  nodes?: NodeSource[];
  sessions?: object;
  events?: TurnEvent[];
  integrations?: ProviderIntegrationSource[];
}

const UUID = "019a2b3c-4d5e-7f60-8123-456789abcdef";
const HEX = UUID.replaceAll("-", "");
const AT = new Date("2026-05-14T09:30:00.000Z");
const END = new Date("2026-05-14T09:30:04.500Z");

const key = Object.assign(new ProviderKeyEntity(), {
  workspaceId: "acme",
  provider: "CLAUDE",
  status: "LIMITED",
  maskedKey: "sk-ant-…x4Qz",
  sealedKey: "sealed",
  configuredAt: AT,
  lastVerifiedAt: AT,
  lastUsedAt: null,
  lastError: null,
});

const running = Object.assign(new AgentSessionEntity(), {
  id: UUID,
  threadId: UUID,
  buddySlug: "campaign",
  route: { modelId: "claude-sonnet-4-6", provider: "CLAUDE" },
  usage: {
    inputTokens: 2_147_483_647,
    outputTokens: 1,
    cacheReadTokens: 2,
    cacheWriteTokens: 3,
    reasoningTokens: null,
  },
  startedAt: AT,
  firstTextAt: null,
  endedAt: null,
});

const ended = Object.assign(new AgentSessionEntity(), running, {
  firstTextAt: new Date(AT.getTime() + 120),
  endedAt: END,
});

@Resolver()
class Sources {
  @Query(() => [Node])
  nodes(@Root() sources: Handed): unknown {
    return sources.nodes;
  }

  @Query(() => AgentSessionConnection)
  sessions(@Root() sources: Handed): unknown {
    return sources.sessions;
  }

  @Query(() => [ChatTurnEvent])
  events(@Root() sources: Handed): unknown {
    return sources.events;
  }

  @Query(() => [ProviderIntegration])
  integrations(@Root() sources: Handed): unknown {
    return sources.integrations;
  }

  @Query(() => String)
  echoSessions(@Args(() => AgentSessionsArgs) args: AgentSessionsArgs): string {
    return JSON.stringify(args);
  }

  @Query(() => String)
  echoTurn(@Arg("input", () => ChatTurnInput) input: ChatTurnInput): string {
    return JSON.stringify(input);
  }
}

const schema = buildSchemaSync({ resolvers: [Sources, ...COMPUTED_FIELDS], validate: false });

/** Runs a query over what resolvers would have handed on. */
async function ask(source: string, rootValue: Handed): Promise<Record<string, unknown>> {
  const { data, errors } = await graphql({ schema, source, rootValue });
  expect(errors).toBeUndefined();
  return data ?? {};
}

test("every node says its type and has an id that tells it", async () => {
  const nodes: NodeSource[] = [
    Object.assign(new WorkspaceEntity(), { id: "acme" }),
    Object.assign(new UserEntity(), { id: UUID }),
    running,
    Object.assign(new ThreadEntity(), { id: UUID }),
    Object.assign(new ProviderKeyEventEntity(), { id: UUID }),
    {
      workspaceId: "acme",
      slug: "campaign",
      name: "Campaign",
      description: null,
      role: "SPECIALIST",
      instructions: "",
      tools: [],
      delegatesTo: [],
    },
    { workspaceId: "acme", provider: "OPENAI", key: null },
  ];

  expect(await ask("{ nodes { __typename id } }", { nodes })).toEqual({
    nodes: [
      { __typename: "Workspace", id: "acme" },
      { __typename: "User", id: `usr_${HEX}` },
      { __typename: "AgentSession", id: `ses_${HEX}` },
      { __typename: "Thread", id: `thr_${HEX}` },
      { __typename: "ProviderKeyEvent", id: `kev_${HEX}` },
      { __typename: "Buddy", id: "bud_acme.campaign" },
      { __typename: "ProviderIntegration", id: "int_acme.OPENAI" },
    ],
  });
});

test("a session's times, model and totals follow from its row", async () => {
  const query = `{ sessions {
    edges { cursor node { id } }
    nodes { threadId modelId startedAt endedAt durationMs timeToFirstTokenMs usage { totalTokens reasoningTokens } }
    pageInfo { hasNextPage }
  } }`;
  const sessions = {
    edges: [{ cursor: "a", node: running }],
    nodes: [running, ended],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: "a", endCursor: "a" },
  };

  const shared = {
    threadId: `thr_${HEX}`,
    modelId: "claude-sonnet-4-6",
    startedAt: AT,
    usage: { totalTokens: 2_147_483_653, reasoningTokens: null },
  };
  expect(await ask(query, { sessions })).toEqual({
    sessions: {
      edges: [{ cursor: "a", node: { id: `ses_${HEX}` } }],
      nodes: [
        { ...shared, endedAt: null, durationMs: null, timeToFirstTokenMs: null },
        { ...shared, endedAt: END, durationMs: 4_500, timeToFirstTokenMs: 120 },
      ],
      pageInfo: { hasNextPage: false },
    },
  });
});

test("every event is of the type it names, and belongs to a session that can be looked up", async () => {
  const shared = { sessionId: UUID, buddy: "campaign", at: AT };
  const error = {
    code: "TIMEOUT",
    message: "Too long.",
    retryable: true,
    retryAfterSeconds: null,
    requestId: "r",
  } as const;
  const events: TurnEvent[] = [
    { ...shared, sequence: 1, type: "TurnStarted", session: running },
    { ...shared, sequence: 2, type: "TextDelta", blockId: "0", delta: "Hi" },
    { ...shared, sequence: 3, type: "UsageUpdated", usage: running.usage },
    { ...shared, sequence: 4, type: "TurnNotice", code: "RETRYING", message: "Trying again." },
    { ...shared, sequence: 5, type: "TurnFinished", session: ended, finishReason: "STOP" },
    { ...shared, sequence: 6, type: "TurnFailed", session: ended, error },
  ];

  const query = "{ events { __typename sequence at sessionId ... on TurnStarted { session { id } } } }";
  const common = { at: AT, sessionId: `ses_${HEX}` };
  expect(await ask(query, { events })).toEqual({
    events: [
      { ...common, __typename: "TurnStarted", sequence: 1, session: { id: `ses_${HEX}` } },
      { ...common, __typename: "TextDelta", sequence: 2 },
      { ...common, __typename: "UsageUpdated", sequence: 3 },
      { ...common, __typename: "TurnNotice", sequence: 4 },
      { ...common, __typename: "TurnFinished", sequence: 5 },
      { ...common, __typename: "TurnFailed", sequence: 6 },
    ],
  });
});

test("an integration shows its key masked, and stands without one", async () => {
  const integrations: ProviderIntegrationSource[] = [
    { workspaceId: "acme", provider: "CLAUDE", key },
    { workspaceId: "acme", provider: "OPENAI", key: null },
  ];
  const query = `{ integrations {
    displayName status maskedKey configuredAt lastVerifiedAt lastUsedAt lastError consoleUrl
  } }`;

  expect(await ask(query, { integrations })).toEqual({
    integrations: [
      {
        displayName: "Anthropic",
        status: "LIMITED",
        maskedKey: "sk-ant-…x4Qz",
        configuredAt: AT,
        lastVerifiedAt: AT,
        lastUsedAt: null,
        lastError: null,
        consoleUrl: "https://platform.claude.com/settings/keys",
      },
      {
        displayName: "OpenAI",
        status: "NOT_CONFIGURED",
        maskedKey: null,
        configuredAt: null,
        lastVerifiedAt: null,
        lastUsedAt: null,
        lastError: null,
        consoleUrl: "https://platform.openai.com/api-keys",
      },
    ],
  });
});

test("what a request leaves out arrives as its default", async () => {
  const received = await ask('{ echoSessions(filter: { modes: [METERED] }) echoTurn(input: { message: "Hi" }) }', {});

  expect(JSON.parse(String(received.echoSessions))).toEqual({
    filter: { modes: ["METERED"], topLevelOnly: false },
    orderBy: { field: "STARTED_AT", direction: "DESC" },
  });
  expect(JSON.parse(String(received.echoTurn))).toEqual({ message: "Hi", buddyModels: [] });
});

test("the schema and its root types are described", () => {
  describeSchema(schema);

  expect(schema.description).toMatch(/^Waypath buddies API\. Conventions:\n- `ID`s are opaque/);
  expect(schema.getQueryType()?.description).toBe("Reads.");
});
