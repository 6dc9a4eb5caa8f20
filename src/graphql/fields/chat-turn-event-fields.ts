import { FieldResolver, ID, Resolver, Root } from "type-graphql";

import type { TurnEvent } from "../../agents/turn-events";
import { publicId } from "../../ids";
import { ChatTurnEvent } from "../types/chat-turn-event";

/** Of the interface, and so of every type of event. */
@Resolver(() => ChatTurnEvent)
export class ChatTurnEventFields {
  @FieldResolver(() => ID, { description: "Session it belongs to: the top-level one or one it delegated." })
  sessionId(@Root() event: TurnEvent): string {
    return publicId("session", event.sessionId);
  }
}
