import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, ID, Info, Int, Mutation, Resolver, Root, Subscription } from "type-graphql";

import type { FollowedEvent, Telling } from "../agents/follow-turn";
import type { TurnRequest } from "../agents/turn-request";
import type { Turns } from "../agents/turns";
import { NO_ROW, uuidOf } from "../ids";
import type { GraphqlContext } from "./context";
import { selectsField } from "./selects-field";
import { ChatTurnEvent } from "./types/chat-turn-event";
import { CancelTurnInput, CancelTurnPayload, ChatTurnInput, StartTurnPayload } from "./types/turn-mutations";
import { withUserErrors } from "./user-errors";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

interface SubscribeParams<Args> {
  args: Args;
  context: GraphqlContext;
  info: GraphQLResolveInfo;
}

/**
 * The chat, apart from its two streams: those have no instance to call when they begin, so that they are made with the
 * service they follow.
 */
@Resolver()
export class ChatResolver {
  constructor(private readonly turns: Turns) {}

  @Mutation(() => StartTurnPayload, {
    description:
      "Start a turn and return at once; follow it with `agentSessionEvents` or by reading `agentSession`. The same as\n" +
      "`chatTurn` for clients that prefer a mutation to start the work.",
  })
  startTurn(
    @Arg("input", () => ChatTurnInput, { description: "What to ask." }) input: ChatTurnInput,
    @Ctx() { viewer, operationId }: GraphqlContext,
    @Info() { path }: GraphQLResolveInfo,
  ) {
    // One operation may start several turns.
    const intent = path.key === "startTurn" ? operationId : `${operationId}/${path.key}`;
    const idempotencyKey = keyOfOperation(operationId) && intent;
    return withUserErrors(
      async () => ({ session: await this.turns.startOrAttach(viewer, turnRequest(input, idempotencyKey, 0)) }),
      {
        session: null,
      },
    );
  }

  @Mutation(() => CancelTurnPayload, {
    description:
      "Stop a running turn and everything it delegated. Output and usage so far are kept. Safe to repeat; a turn that ended otherwise gives `TURN_ALREADY_ENDED`.",
  })
  cancelTurn(
    @Arg("input", () => CancelTurnInput, { description: "Which turn." }) input: CancelTurnInput,
    @Ctx() { viewer }: GraphqlContext,
  ) {
    return withUserErrors(
      async () => ({ session: await this.turns.cancel(viewer, uuidOf("session", input.sessionId) ?? NO_ROW) }),
      { session: null },
    );
  }
}

/** The event streams. Type-graphql begins a stream without an instance, hence a class made for these turns. */
export function createChatStreams(turns: Turns) {
  @Resolver()
  class ChatStreams {
    @Subscription(() => ChatTurnEvent, {
      description:
        "Ask a buddy and stream the turn. Starts it, or attaches to it when `idempotencyKey` is known, then sends events in\n" +
        "order, and completes after `TurnFinished` or `TurnFailed`. A failure of an accepted turn is a `TurnFailed` event, not a\n" +
        "GraphQL error; GraphQL errors mean the turn was not accepted and left no session (`extensions.code`: `UNAUTHENTICATED`, `FORBIDDEN`,\n" +
        "`NOT_FOUND`, `BAD_USER_INPUT`, `IDEMPOTENCY_KEY_MISMATCH`, `PROVIDER_NOT_CONFIGURED`, `MODEL_NOT_AVAILABLE`, `THREAD_BUSY`, `RATE_LIMITED`, `SERVICE_UNAVAILABLE`). Clients that reconnect may see events again: drop those whose `sequence` is not greater than the last seen.",
      async subscribe({ args, context, info }: SubscribeParams<{ input: ChatTurnInput; after: number | null }>) {
        const after = args.after ?? 0;
        const request = turnRequest(args.input, keyOfOperation(context.operationId), after);
        const session = await turns.startOrAttach(context.viewer, request);
        return turns.follow(context.viewer, session.id, after, wholeTextsFor(info));
      },
    })
    chatTurn(
      @Arg("input", () => ChatTurnInput, { description: "What to ask." }) _input: ChatTurnInput,
      @Arg("after", () => Int, {
        nullable: true,
        defaultValue: 0,
        description: "Send only events with a greater `sequence`.",
      })
      _after: number | null,
      @Root() event: FollowedEvent,
    ): FollowedEvent {
      return event;
    }

    @Subscription(() => ChatTurnEvent, {
      description:
        "Follow a turn that was started elsewhere: another tab, `startTurn`, or before a reload. Starts nothing.",
      subscribe({ args, context, info }: SubscribeParams<{ sessionId: string; after: number | null }>) {
        const turnId = uuidOf("session", args.sessionId) ?? NO_ROW;
        return turns.follow(context.viewer, turnId, args.after ?? 0, wholeTextsFor(info));
      },
    })
    agentSessionEvents(
      @Arg("sessionId", () => ID, { description: "A top-level session." }) _sessionId: string,
      @Arg("after", () => Int, {
        nullable: true,
        defaultValue: 0,
        description: "Send only events with a greater `sequence`.",
      })
      _after: number | null,
      @Root() event: FollowedEvent,
    ): FollowedEvent {
      return event;
    }
  }
  return ChatStreams;
}

/** Texts are put together for who asks for them alone: a reader that has stopped reading would hold one. */
function wholeTextsFor(info: GraphQLResolveInfo): Telling {
  return { wholeTexts: selectsField(info, "TextDelta", "text") };
}

/** Only an id that is unique anywhere may stand for the user's intent: "1" would attach to yesterday's turn. */
function keyOfOperation(operationId: string | null): string | null {
  return operationId !== null && UUID.test(operationId) ? operationId : null;
}

function turnRequest(input: ChatTurnInput, idempotencyKey: string | null, after: number): TurnRequest {
  return {
    buddy: input.buddy ?? null,
    message: input.message,
    threadId: typeof input.threadId === "string" ? (uuidOf("thread", input.threadId) ?? NO_ROW) : null,
    buddyModels: input.buddyModels ?? [],
    idempotencyKey: input.idempotencyKey ?? idempotencyKey,
    resumes: after > 0,
  };
}
