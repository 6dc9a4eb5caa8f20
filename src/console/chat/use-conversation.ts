import { useCallback, useEffect, useRef, useState } from "react";

import { type RequestFailed, request } from "../client";
import { isRunning, type TurnView, turnOf } from "../fold-turn";
import { CancelTurnDocument, type ChatTurnInput, LatestTurnsDocument } from "../generated/graphql";
import { askAndFollow, follow } from "./follow-events";

export interface Conversation {
  /** Oldest first. */
  turns: readonly TurnView[];
  loading: boolean;
  hasEarlier: boolean;
  showEarlier(): void;
  /** What has been sent, until its turn begins. */
  asking: string | null;
  running: TurnView | undefined;
  /** Why the latest question was not taken, or the thread not read. */
  problem: string | null;
  ask(input: ChatTurnInput): void;
  stop(): void;
}

/** What a stream may be refused for that soon is over. */
const PASSING: readonly string[] = ["RATE_LIMITED", "SERVICE_UNAVAILABLE", "INTERNAL_SERVER_ERROR", "UNREACHABLE"];
/** In milliseconds. */
const FOLLOW_AGAIN_MS = 5_000;

export function useConversation(
  first: string | null,
  told: { began(threadId: string): void; refused(message: string): void; ended(): void },
): Conversation {
  const [turns, setTurns] = useState<readonly TurnView[]>([]);
  const [loading, setLoading] = useState(first !== null);
  const [earlier, setEarlier] = useState<string | null>(null);
  const [asking, setAsking] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const threadId = useRef(first);
  const following = useRef(new Set<() => void>());
  const latest = useRef(told);
  latest.current = told;

  const grow = useCallback((turn: TurnView) => setTurns((before) => withTurn(before, turn)), []);
  const followTurn = useCallback(
    (turnId: string) => {
      /** The turn goes on, whoever follows it. */
      const failed = (error: RequestFailed) => {
        setProblem(error.message);
        if (!PASSING.includes(error.code)) return;
        const timer = setTimeout(() => {
          setProblem((now) => (now === error.message ? null : now));
          begin();
        }, FOLLOW_AGAIN_MS);
        following.current.add(() => clearTimeout(timer));
      };
      const begin = () =>
        following.current.add(follow(turnId, { grown: grow, failed, ended: () => latest.current.ended() }));
      return { begin, failed };
    },
    [grow],
  );

  const read = useCallback(
    async (after: string | null, signal?: AbortSignal) => {
      const filter = { threadId: threadId.current, topLevelOnly: true };
      try {
        const { workspace } = await request(LatestTurnsDocument, { filter, after }, signal);
        const { nodes, pageInfo } = workspace.agentSessions;
        const found = nodes.map(turnOf).reverse();
        setTurns((before) => [...found.filter(({ id }) => before.every((turn) => turn.id !== id)), ...before]);
        setEarlier(pageInfo.hasNextPage ? pageInfo.endCursor : null);
        if (after === null && found.length === 0) setProblem("There is no such conversation, or you may not see it.");
        for (const turn of found) if (isRunning(turn)) followTurn(turn.id).begin();
      } catch (error) {
        setProblem((error as Error).message);
      }
      setLoading(false);
    },
    [followTurn],
  );

  useEffect(() => {
    const gone = new AbortController();
    const stops = following.current;
    if (threadId.current !== null) void read(null, gone.signal);
    return () => {
      gone.abort();
      for (const stop of stops) stop();
      stops.clear();
    };
  }, [read]);

  const running = turns.find(isRunning);
  return {
    turns,
    loading,
    hasEarlier: earlier !== null,
    showEarlier: () => void read(earlier),
    asking,
    running,
    problem,
    ask(input) {
      setAsking(input.message);
      setProblem(null);
      let begun: string | null = null;
      const stop = askAndFollow(
        { ...input, threadId: threadId.current },
        {
          grown(turn) {
            if (begun === null) {
              begun = turn.id;
              threadId.current = turn.threadId;
              setAsking(null);
              latest.current.began(turn.threadId);
            }
            grow(turn);
          },
          failed(error) {
            if (begun !== null) return followTurn(begun).failed(error);
            setAsking(null);
            setProblem(error.message);
            latest.current.refused(input.message);
          },
          ended: () => latest.current.ended(),
        },
      );
      following.current.add(stop);
    },
    stop() {
      if (running === undefined) return;
      request(CancelTurnDocument, { sessionId: running.id }).then(
        ({ cancelTurn }) => {
          const [error] = cancelTurn.userErrors;
          if (error !== undefined && error.code !== "TURN_ALREADY_ENDED") setProblem(error.message);
        },
        (error) => setProblem(error.message),
      );
    },
  };
}

function withTurn(turns: readonly TurnView[], turn: TurnView): readonly TurnView[] {
  return turns.some(({ id }) => id === turn.id)
    ? turns.map((each) => (each.id === turn.id ? turn : each))
    : [...turns, turn];
}
