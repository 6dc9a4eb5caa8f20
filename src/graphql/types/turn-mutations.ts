import { Field, ID, InputType, ObjectType } from "type-graphql";

import type { AgentSessionEntity } from "../../agents/agent-session.entity";
import type { ModelMode } from "../../workspaces/model-mode";
import { AgentSession } from "./agent-session";
import { ModelModeEnum } from "./enums";
import { UserError } from "./user-error";

@InputType({ description: "A model mode for one buddy, for one request." })
export class BuddyModelInput {
  @Field(() => String, { description: "Which buddy, by slug." })
  readonly buddy!: string;

  @Field(() => ModelModeEnum, { description: "The mode." })
  readonly mode!: ModelMode;
}

@InputType({ description: "Input of `chatTurn` and `startTurn`." })
export class ChatTurnInput {
  @Field(() => String, { nullable: true, description: "Whom to ask, by slug. Defaults to the orchestrator." })
  readonly buddy?: string | null;

  @Field(() => String, { description: "What to ask." })
  readonly message!: string;

  @Field(() => ID, {
    nullable: true,
    description: "Conversation to continue. Omit to start one; read it back from `TurnStarted.session.threadId`.",
  })
  readonly threadId?: string | null;

  @Field(() => [BuddyModelInput], {
    nullable: true,
    defaultValue: [],
    description:
      "Model modes for this turn and what it delegates, taking precedence over the stored ones. The web page sends the\n" +
      "content of `wp-buddy-models-{wsId}` here on every request. Slugs that do not exist are ignored, as a browser may\n" +
      "remember old ones; the same slug twice is `BAD_USER_INPUT`.",
  })
  readonly buddyModels?: readonly BuddyModelInput[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      "1 to 128 characters, best a UUID made when the user presses Send; it belongs to you in your workspace. Asking again with the same key attaches to\n" +
      "the same turn instead of starting, and paying for, a second one; the same key with another buddy or message is refused. `buddyModels` counts only when the\n" +
      "turn starts, and `threadId` may be left out or be the one the turn was given. Always send one from an app: React Strict Mode and reconnects\n" +
      "subscribe twice. Over WebSocket it defaults to the operation id where that is a UUID, as graphql-ws clients make it.",
  })
  readonly idempotencyKey?: string | null;
}

@ObjectType({ description: "Result of `startTurn`." })
export abstract class StartTurnPayload {
  @Field(() => AgentSession, { nullable: true, description: "The session. Null when the turn was not started." })
  readonly session!: AgentSessionEntity | null;

  @Field(() => [UserError], { description: "What was wrong. Empty on success." })
  readonly userErrors!: readonly UserError[];
}

@InputType({ description: "Input of `cancelTurn`." })
export class CancelTurnInput {
  @Field(() => ID, { description: "Which turn." })
  readonly sessionId!: string;
}

@ObjectType({ description: "Result of `cancelTurn`." })
export abstract class CancelTurnPayload {
  @Field(() => AgentSession, { nullable: true, description: "The session, `CANCELLED` or about to be." })
  readonly session!: AgentSessionEntity | null;

  @Field(() => [UserError], { description: "What was wrong. Empty on success." })
  readonly userErrors!: readonly UserError[];
}
