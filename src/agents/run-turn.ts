// Runs accepted turns. A turn owns one AbortController, which reaches every session in it, and one log.
import type { Logger } from "../logger";
import type { SessionObserver, TurnObserver } from "../tracing/turn-observer";
import type { Buddies, Buddy } from "../workspaces/buddies";
import type { AcceptedSession } from "./accepted-session";
import { AgentSessionEntity } from "./agent-session.entity";
import { CHECKPOINT_EVERY_MS } from "./checkpoints";
import { createDelegation } from "./delegation";
import { type RunSessionOptions, runSession, type SessionSurroundings } from "./run-session";
import { sessionLogFields } from "./session-log-fields";
import { createSessionTools } from "./session-tools";
import type { AcceptedTurn } from "./start-turn";
import { terminalEvent } from "./terminal-event";
import { loadHistory } from "./thread-history";
import type { Toolbox } from "./tools/toolbox";
import type { TurnLog } from "./turn-log";
import { type StopCause, TurnStopped } from "./turn-stopped";
import { createTurnWriter, type TurnWriter } from "./turn-writer";

export interface RunTurnOptions extends RunSessionOptions {
  log: TurnLog;
  buddies: Buddies;
  /** The tools that this buddy may call now. */
  toolboxOf(buddy: Buddy): Toolbox;
  /** Gives delegated work its row, as `DelegationOptions.accept`. */
  acceptDelegated(
    turn: AcceptedTurn,
    buddy: Buddy,
    task: string,
    signal: AbortSignal,
  ): Promise<AcceptedSession | { refused: string }>;
  turnTimeoutSeconds: number;
  observer: TurnObserver;
  logger: Logger;
}

export interface TurnHere {
  /** As it was accepted. */
  session: AgentSessionEntity;
  /** Says that somebody comes to follow it, however soon they go again. */
  noteReader(): void;
}

export interface TurnRunner {
  /** Runs the turn from here on; what happens is in the log and in the row. */
  run(turn: AcceptedTurn): void;
  /** A turn that runs here; null for any other. */
  find(turnId: string): TurnHere | null;
  /** Stops a turn that runs here, aborting its provider calls at once. False: it does not run here. */
  stop(turnId: string, why: StopCause): boolean;
  /** How many turns run here now. */
  running(): number;
  /** Resolves when every turn that runs here has ended. */
  idle(): Promise<void>;
  stopAll(why: StopCause): void;
}

export function createTurnRunner(options: RunTurnOptions): TurnRunner {
  const running = new Map<string, TurnHere & { stop(why: StopCause): void; ended: Promise<void> }>();
  const stop = (turnId: string, why: StopCause) => {
    const turn = running.get(turnId);
    turn?.stop(why);
    return turn !== undefined;
  };
  return {
    run(accepted) {
      const { session } = accepted;
      const abort = new AbortController();
      const writer = createTurnWriter(options.log, session.id);
      const turn: RunningTurn = {
        writer,
        signal: abort.signal,
        stop(why) {
          if (why === "LEASE_LOST") writer.abandon();
          abort.abort(new TurnStopped(why));
        },
        lookedAt: Number.NEGATIVE_INFINITY,
      };
      const begunAt = performance.now();
      const noteReader = () => {
        const now = performance.now();
        // The row was inserted as followed at that moment: whoever reads from the start extends nothing.
        if (now - begunAt > CHECKPOINT_EVERY_MS) turn.lookedAt = now;
      };
      const ended = runTurn(options, accepted, turn)
        .catch((error) =>
          options.logger.error({ ...sessionLogFields(session), err: error }, "a turn ended outside its own bounds"),
        )
        .finally(() => running.delete(session.id));
      running.set(session.id, { session, noteReader, stop: turn.stop, ended });
    },
    find: (turnId) => running.get(turnId) ?? null,
    stop,
    running: () => running.size,
    async idle() {
      await Promise.all([...running.values()].map((turn) => turn.ended));
    },
    stopAll(why) {
      for (const turnId of running.keys()) stop(turnId, why);
    },
  };
}

/** What a running turn has in common with all that it delegates. */
interface RunningTurn {
  writer: TurnWriter;
  /** Aborts with a `TurnStopped`. */
  signal: AbortSignal;
  stop(why: StopCause): void;
  /** When a reader last came, in milliseconds of `performance.now`. */
  lookedAt: number;
}

async function runTurn(options: RunTurnOptions, turn: AcceptedTurn, runs: RunningTurn): Promise<void> {
  const { log, dataSource } = options;
  const { writer, signal, stop } = runs;
  const { session } = turn;
  const timeout = setTimeout(() => stop("TIMEOUT"), options.turnTimeoutSeconds * 1000);

  const surroundings = (
    accepted: AcceptedSession,
    observer: SessionObserver,
  ): Omit<SessionSurroundings, "stop" | "loadHistory"> => ({
    writer,
    observer,
    signal,
    // A reader may come and go between two checkpoints, of which the next may be late.
    isFollowed: () => log.followers(session.id) > 0 || performance.now() - runs.lookedAt < 2 * CHECKPOINT_EVERY_MS,
    tools: createSessionTools({
      accepted,
      toolbox: options.toolboxOf(accepted.buddy),
      delegation: createDelegation({
        delegating: accepted,
        buddies: options.buddies,
        writer,
        signal,
        accept: (buddy, task) => options.acceptDelegated(turn, buddy, task, signal),
        run: runDelegated,
      }),
      writer,
      observer,
      signal,
      logger: options.logger,
    }),
  });
  const runDelegated = async (accepted: AcceptedSession, observer: SessionObserver) => {
    const ended = await runSession(options, accepted, {
      ...surroundings(accepted, observer),
      loadHistory: async () => [],
      // Whether a turn is cancelled or followed is a matter of its top-level session; a lost lease is everybody's.
      stop: (why) => (why === "LEASE_LOST" ? stop(why) : undefined),
    });
    return ended ?? (await tellForeignEnd(options, accepted, writer));
  };

  let ended: AgentSessionEntity | null = null;
  try {
    ended = await runSession(options, turn, {
      ...surroundings(turn, options.observer.turnStarted(session)),
      loadHistory: async () => (turn.threadIsNew ? [] : loadHistory(dataSource, session.threadId)),
      stop,
    });
  } finally {
    clearTimeout(timeout);
    // Not ours to end: whoever has the lease tells how it ends.
    if (ended === null) writer.abandon();
    else writer.close();
  }
}

/** The end of a delegated session that another server has settled: told here, where its followers are. Null: not known yet. */
async function tellForeignEnd(
  { dataSource }: RunTurnOptions,
  { session }: AcceptedSession,
  writer: TurnWriter,
): Promise<AgentSessionEntity | null> {
  const row = await dataSource
    .getRepository(AgentSessionEntity)
    .findOneBy({ id: session.id })
    .catch(() => null);
  if (row === null || row.endedAt === null) return null;
  writer.publish(terminalEvent(row), row.endedAt);
  return row;
}
