import "reflect-metadata";
import type { GraphQLSchema } from "graphql";
import { buildSchema, type NonEmptyArray } from "type-graphql";
import type { DataSource } from "typeorm";

import type { LoadRouting } from "../agents/routing";
import type { Turns } from "../agents/turns";
import type { ProviderKeys } from "../provider-keys/provider-keys";
import type { RateLimit } from "../rate-limits";
import type { Buddies } from "../workspaces/buddies";
import { AgentSessionConnectionResolver, AgentSessionResolver } from "./agent-session.resolver";
import { boundAnswers } from "./bound-answers";
import { BuddyResolver } from "./buddy.resolver";
import { ChatResolver, createChatStreams } from "./chat.resolver";
import { DelegatesResolver, DelegationResolver, DelegationStartedResolver } from "./delegation.resolver";
import { COMPUTED_FIELDS } from "./fields/computed-fields";
import { createLoaders } from "./loaders";
import { MeteringResolver } from "./metering.resolver";
import { NodeResolver } from "./node.resolver";
import {
  ProviderIntegrationResolver,
  ProviderKeyEventResolver,
  ProviderMutations,
  WorkspaceProvidersResolver,
} from "./provider.resolver";
import { ThreadResolver } from "./thread.resolver";
import { createThreadTurns } from "./thread-turns";
import { describeSchema } from "./types/describe-schema";
import { BuddyUsageResolver, WorkspaceUsageResolver } from "./usage.resolver";
import { UserResolver, ViewerResolver } from "./viewer.resolver";
import { WorkspaceResolver } from "./workspace.resolver";

/** The services that resolvers call. */
export interface SchemaServices {
  dataSource: DataSource;
  /** For what only looks. */
  reading: DataSource;
  buddies: Buddies;
  providerKeys: ProviderKeys;
  /** By workspace. */
  keyProbes: RateLimit;
  loadRouting: LoadRouting;
  turns: Turns;
  /** Of one answer. */
  answerCharacters: number;
  /** Where a person finds a trace; null where turns are not traced. */
  traceUrlOf(traceId: string): string | null;
}

/** The executable schema. Each resolver is made here, once, with the services that it needs. */
export async function createSchema(services: SchemaServices): Promise<GraphQLSchema> {
  const { dataSource, reading, buddies, providerKeys, keyProbes, loadRouting, turns, traceUrlOf } = services;
  const { sessions } = turns;
  const loaders = createLoaders(reading, loadRouting);
  const ChatStreams = createChatStreams(turns);
  const instances = [
    new ViewerResolver(loaders),
    new UserResolver(),
    new WorkspaceResolver(dataSource, loaders, buddies, sessions),
    new WorkspaceProvidersResolver(providerKeys, loaders),
    new WorkspaceUsageResolver(sessions),
    new BuddyUsageResolver(buddies),
    new ProviderMutations(providerKeys, keyProbes, buddies, loaders),
    new ProviderIntegrationResolver(buddies, loaders),
    new ProviderKeyEventResolver(loaders),
    new BuddyResolver(dataSource, buddies, sessions, loaders, turns.toolNamesOf),
    new DelegatesResolver(buddies),
    new DelegationResolver(loaders),
    new DelegationStartedResolver(buddies),
    new AgentSessionResolver(turns, buddies, loaders, traceUrlOf),
    new AgentSessionConnectionResolver(),
    new MeteringResolver(loaders),
    new ThreadResolver(createThreadTurns(sessions)),
    new NodeResolver(reading, sessions, providerKeys, buddies),
    new ChatResolver(turns),
    new ChatStreams(),
    ...COMPUTED_FIELDS.map((Fields) => new Fields()),
  ];
  const byClass = new Map<unknown, object>(instances.map((instance) => [instance.constructor, instance]));
  const resolvers = instances.map((instance) => instance.constructor);

  const schema = await buildSchema({
    resolvers: resolvers as unknown as NonEmptyArray<() => void>,
    container: { get: (type) => byClass.get(type) },
    // Inputs are checked where they are used, by what they mean; a validator here would echo them in its errors, keys included.
    validate: false,
    pubSub: NO_PUB_SUB,
  });
  describeSchema(schema);
  boundAnswers(schema, services.answerCharacters);
  return schema;
}

/** Streams are followed from the turn log; type-graphql asks for a bus all the same. */
const NO_PUB_SUB = {
  publish: () => undefined,
  subscribe: (): never => {
    throw new Error("streams come from the turn log, not from a bus");
  },
};
