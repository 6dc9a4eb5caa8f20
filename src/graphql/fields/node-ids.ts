import { FieldResolver, ID, Resolver, Root } from "type-graphql";

import { derivedId, publicId } from "../../ids";
import { AgentSession } from "../types/agent-session";
import { Buddy } from "../types/buddy";
import { ProviderIntegration } from "../types/provider-integration";
import { ProviderKeyEvent } from "../types/provider-key-event";
import type { BuddySource, ProviderIntegrationSource } from "../types/sources";
import { Thread } from "../types/thread";
import { User } from "../types/user";

type ObjectTypeClass = abstract new () => object;

const DESCRIPTION = "Opaque, globally unique.";

/** The `id` of every node but the workspace, whose id is shown as it is. */
export const NODE_ID_RESOLVERS = [
  rowId(() => AgentSession, "session"),
  rowId(() => Thread, "thread"),
  rowId(() => User, "user"),
  rowId(() => ProviderKeyEvent, "keyEvent"),
  idDerivedBy<BuddySource>(
    () => Buddy,
    ({ workspaceId, slug }) => derivedId("buddy", workspaceId, slug),
  ),
  idDerivedBy<ProviderIntegrationSource>(
    () => ProviderIntegration,
    ({ workspaceId, provider }) => derivedId("integration", workspaceId, provider),
  ),
];

function rowId(type: () => ObjectTypeClass, prefix: "session" | "thread" | "user" | "keyEvent") {
  return idDerivedBy<{ id: string }>(type, ({ id }) => publicId(prefix, id));
}

function idDerivedBy<Source>(type: () => ObjectTypeClass, idOf: (source: Source) => string) {
  @Resolver(type)
  class NodeId {
    @FieldResolver(() => ID, { description: DESCRIPTION })
    id(@Root() source: Source): string {
      return idOf(source);
    }
  }
  return NodeId;
}
