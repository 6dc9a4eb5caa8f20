import { type RequestFailed, stream } from "../client";
import { foldTurn, type TurnView } from "../fold-turn";
import { ChatDocument, type ChatTurnInput, FollowDocument, type StreamedEventFragment } from "../generated/graphql";

export interface TurnSink {
  /** The turn as it has grown; several events at once. */
  grown(turn: TurnView): void;
  /** The turn was not accepted, or cannot be followed. */
  failed(error: RequestFailed): void;
  ended(): void;
}

/** How long events are gathered before they are shown, in milliseconds: a frame or two. */
const GATHER_MS = 40;

/** Starts a turn, or attaches to it, and follows it. The function that is returned follows no more. */
export function askAndFollow(input: ChatTurnInput, sink: TurnSink): () => void {
  const events = gather(sink);
  return events.until(stream(ChatDocument, { input }, { ...events, next: ({ chatTurn }) => events.next(chatTurn) }));
}

/** Follows a turn that was started elsewhere, from its first event. */
export function follow(sessionId: string, sink: TurnSink): () => void {
  const events = gather(sink);
  return events.until(
    stream(
      FollowDocument,
      { sessionId },
      { ...events, next: ({ agentSessionEvents }) => events.next(agentSessionEvents) },
    ),
  );
}

function gather(sink: TurnSink) {
  let turn: TurnView | null = null;
  let waiting: StreamedEventFragment[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    for (const event of waiting) turn = foldTurn(turn, event);
    waiting = [];
    if (turn !== null) sink.grown(turn);
  };
  return {
    next(event: StreamedEventFragment) {
      waiting.push(event);
      if (turn === null) flush();
      else timer ??= setTimeout(flush, GATHER_MS);
    },
    failed(error: RequestFailed) {
      flush();
      sink.failed(error);
    },
    ended() {
      flush();
      sink.ended();
    },
    until(stop: () => void) {
      return () => {
        clearTimeout(timer);
        waiting = [];
        stop();
      };
    },
  };
}
