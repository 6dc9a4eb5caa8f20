import { FieldResolver, ID, Int, Resolver, Root } from "type-graphql";

import type { SessionSnapshot } from "../../agents/turn-events";
import { publicId } from "../../ids";
import { AgentSession } from "../types/agent-session";

@Resolver(() => AgentSession)
export class AgentSessionFields {
  @FieldResolver(() => ID, { description: "Groups the turns of one conversation." })
  threadId(@Root() session: SessionSnapshot): string {
    return publicId("thread", session.threadId);
  }

  @FieldResolver(() => String, {
    description:
      "Exact model id that served the turn, the same as `route.modelId`. Written when the turn starts and never changed.",
  })
  modelId(@Root() session: SessionSnapshot): string {
    return session.route.modelId;
  }

  @FieldResolver(() => Int, { nullable: true, description: "Wall time. Null while running." })
  durationMs(@Root() session: SessionSnapshot): number | null {
    return millisecondsUntil(session.endedAt, session);
  }

  @FieldResolver(() => Int, { nullable: true, description: "Time to the first text. Null when there was none." })
  timeToFirstTokenMs(@Root() session: SessionSnapshot): number | null {
    return millisecondsUntil(session.firstTextAt, session);
  }
}

function millisecondsUntil(instant: Date | null, { startedAt }: SessionSnapshot): number | null {
  return instant === null ? null : instant.getTime() - startedAt.getTime();
}
