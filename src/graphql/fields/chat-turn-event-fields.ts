import { FieldResolver, ID, Resolver, Root } from "type-graphql";

import type { TurnEvent } from "../../agents/turn-events";
import { publicId } from "../../ids";
import { ChatTurnEvent, DelegationFinished, DelegationStarted } from "../types/chat-turn-event";

type EventOf<Type extends TurnEvent["type"]> = Extract<TurnEvent, { type: Type }>;

/** Of the interface, and so of every type of event. */
@Resolver(() => ChatTurnEvent)
export class ChatTurnEventFields {
  @FieldResolver(() => ID, { description: "Session it belongs to: the top-level one or one it delegated." })
  sessionId(@Root() event: TurnEvent): string {
    return publicId("session", event.sessionId);
  }
}

@Resolver(() => DelegationStarted)
export class DelegationStartedFields {
  @FieldResolver(() => ID, { description: "Session it belongs to: the delegating one." })
  sessionId(@Root() event: EventOf<"DelegationStarted">): string {
    return publicId("session", event.sessionId);
  }

  @FieldResolver(() => ID, { description: "The new session." })
  delegatedSessionId(@Root() event: EventOf<"DelegationStarted">): string {
    return publicId("session", event.delegatedSessionId);
  }
}

@Resolver(() => DelegationFinished)
export class DelegationFinishedFields {
  @FieldResolver(() => ID, { description: "Session it belongs to: the delegating one." })
  sessionId(@Root() event: EventOf<"DelegationFinished">): string {
    return publicId("session", event.sessionId);
  }
}
