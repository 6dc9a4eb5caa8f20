// Runs accepted turns to their end. A turn owns one AbortController; whatever stops it, its session is settled with what is
// known and its followers get exactly one terminal event.
import { setTimeout as wait } from "node:timers/promises";
import type { DataSource } from "typeorm";

import { TurnFailure } from "../errors";
import type { Logger } from "../logger";
import type { ProviderKeyEntity } from "../provider-keys/provider-key.entity";
import type { KeyUse } from "../provider-keys/report-key-use";
import { SealedKeyUnreadableError } from "../provider-keys/sealed-key-unreadable-error";
import type { LanguageModel } from "../providers/language-model";
import { type AgentLoopResult, runAgentLoop } from "./agent-loop";
import { AgentSessionEntity } from "./agent-session.entity";
import type { Checkpointed, Checkpoints } from "./checkpoints";
import type { ModelConnections } from "./model-connections";
import { sessionLogFields } from "./session-log-fields";
import { settleSession } from "./settle-session";
import type { AcceptedTurn } from "./start-turn";
import { terminalEvent } from "./terminal-event";
import { asksPrompt, loadHistory } from "./thread-history";
import { NO_TOKENS } from "./token-usage";
import { endingOf, keyUseOf, logFailure, type TurnOutcome, type TurnResult } from "./turn-ending";
import type { TurnLog } from "./turn-log";
import { type StopCause, TurnStopped } from "./turn-stopped";
import { createTurnWriter, type TurnWriter } from "./turn-writer";

export interface RunTurnOptions {
  dataSource: DataSource;
  log: TurnLog;
  connections: ModelConnections;
  checkpoints: Checkpoints;
  /** Told what the provider made of a workspace's key. */
  reportKeyUse(key: ProviderKeyEntity, outcome: KeyUse): Promise<void>;
  /** This process, as it stands in `lease_owner`. */
  owner: string;
  turnTimeoutSeconds: number;
  /** Aborts when this process may not wait for the database any longer. */
  giveUp: AbortSignal;
  logger: Logger;
}

export interface TurnRunner {
  /** Runs the turn from here on; what happens is in the log and in the row. */
  run(turn: AcceptedTurn): void;
  /** Stops a turn that runs here, aborting its provider call at once. False: it does not run here. */
  stop(turnId: string, cause: StopCause): boolean;
  /** Resolves when every turn that runs here has ended. */
  idle(): Promise<void>;
  stopAll(cause: StopCause): void;
}

/** Between two tries to settle a session while the database is away, in milliseconds. */
const SETTLE_AGAIN_MS = 1_000;

/** What is known of a running session besides its text. */
type Progress = Pick<TurnResult, "usage" | "firstTextAt">;

export function createTurnRunner(options: RunTurnOptions): TurnRunner {
  const running = new Map<string, { abort: AbortController; ended: Promise<void> }>();
  const stop = (turnId: string, cause: StopCause) => {
    const turn = running.get(turnId);
    turn?.abort.abort(new TurnStopped(cause));
    return turn !== undefined;
  };
  return {
    run(turn) {
      const abort = new AbortController();
      const turnId = turn.session.id;
      const ended = runTurn(options, turn, abort)
        .catch((error) =>
          options.logger.error(
            { ...sessionLogFields(turn.session), err: error },
            "a turn ended outside its own bounds",
          ),
        )
        .finally(() => running.delete(turnId));
      running.set(turnId, { abort, ended });
    },
    stop,
    async idle() {
      await Promise.all([...running.values()].map((turn) => turn.ended));
    },
    stopAll(cause) {
      for (const turnId of running.keys()) stop(turnId, cause);
    },
  };
}

async function runTurn(options: RunTurnOptions, turn: AcceptedTurn, abort: AbortController): Promise<void> {
  const { session } = turn;
  const writer = createTurnWriter(options.log, session.id);
  const progress: Progress = { usage: { ...NO_TOKENS }, firstTextAt: null };
  const checkpointed: Checkpointed = {
    sessionId: session.id,
    progress: () => ({
      ...progress,
      text: writer.publishedText(session.id),
      lastSequence: writer.lastSequence,
      followed: options.log.followers(session.id) > 0,
    }),
    stop: (cause) => abort.abort(new TurnStopped(cause)),
  };
  const timeout = setTimeout(() => abort.abort(new TurnStopped("TIMEOUT")), options.turnTimeoutSeconds * 1000);

  writer.publish({ type: "TurnStarted", sessionId: session.id, buddy: session.buddySlug, session: { ...session } });
  options.checkpoints.add(checkpointed);
  let outcome: TurnOutcome;
  try {
    outcome = await answer(options, turn, abort.signal, writer, progress);
  } catch (error) {
    outcome = { failed: error };
  } finally {
    clearTimeout(timeout);
    options.checkpoints.remove(checkpointed);
  }

  const ended = await settle(options, turn, writer, progress, outcome);
  if (ended !== null) writer.publish(terminalEvent(ended), ended.endedAt ?? undefined);
  writer.close();
}

/** Lets the buddy answer. Rejects with the stop, the typed failure, or whatever else went wrong. */
async function answer(
  options: RunTurnOptions,
  turn: AcceptedTurn,
  signal: AbortSignal,
  writer: TurnWriter,
  progress: Progress,
): Promise<AgentLoopResult> {
  const { session, buddy } = turn;
  const about = { sessionId: session.id, buddy: session.buddySlug };
  const begunAt = performance.now();
  const [model, history] = await Promise.all([
    openModel(options, turn),
    loadHistory(options.dataSource.manager, session.threadId),
    markRunning(options, session.id),
  ]);
  signal.throwIfAborted();
  return runAgentLoop({
    model,
    instructions: buddy.instructions,
    messages: [...history, asksPrompt(session.prompt)],
    signal,
    observer: {
      text(blockId, delta) {
        // By the clock that `startedAt` is from: the database's may differ from this machine's.
        progress.firstTextAt ??= new Date(session.startedAt.getTime() + (performance.now() - begunAt));
        writer.text(about, blockId, delta);
      },
      usage(usage) {
        progress.usage = usage;
      },
      modelCallEnded(usage) {
        progress.usage = usage;
        writer.publish({ ...about, type: "UsageUpdated", usage });
      },
      retrying(delaySeconds) {
        const message = `The provider did not answer. Trying again in ${delaySeconds.toFixed(1)} seconds.`;
        writer.publish({ ...about, type: "TurnNotice", code: "RETRYING", message });
      },
    },
  });
}

/** The model of the pinned route, on the account that pays. */
async function openModel(options: RunTurnOptions, { session, key }: AcceptedTurn): Promise<LanguageModel> {
  if (key === null) return options.connections.platform.languageModel(session.route.modelId);
  try {
    const connection = await options.connections.forKey(key);
    return connection.languageModel(session.route.modelId);
  } catch (error) {
    if (!(error instanceof SealedKeyUnreadableError)) throw error;
    throw new TurnFailure(
      "PROVIDER_KEY_UNREADABLE",
      "The workspace's stored key cannot be opened any more: an admin must configure it again.",
      { cause: error },
    );
  }
}

async function markRunning({ dataSource, owner }: RunTurnOptions, sessionId: string): Promise<void> {
  await dataSource
    .getRepository(AgentSessionEntity)
    .update({ id: sessionId, leaseOwner: owner, status: "PENDING" }, { status: "RUNNING" });
}

/** Writes the end. Null: somebody else has ended the session, and their row is the truth. */
async function settle(
  options: RunTurnOptions,
  turn: AcceptedTurn,
  writer: TurnWriter,
  progress: Progress,
  outcome: TurnOutcome,
): Promise<AgentSessionEntity | null> {
  const { session, key } = turn;
  const { dataSource, logger } = options;
  writer.flush();
  const ending = endingOf(turn, {
    text: writer.publishedText(session.id),
    // The terminal event takes the next number.
    lastSequence: writer.lastSequence + 1,
    ...progress,
    outcome,
  });
  logFailure(logger, turn, outcome, ending);
  const keyUse = keyUseOf(outcome);
  const reported =
    key === null || keyUse === null
      ? Promise.resolve()
      : options.reportKeyUse(key, keyUse).catch((error) => logger.warn({ err: error }, "a key's use was not recorded"));

  for (let tries = 1; ; tries += 1) {
    try {
      const [settled] = await Promise.all([
        settleSession(dataSource, session.id, { owner: options.owner }, ending),
        reported,
      ]);
      if (settled !== null) return settled;
      // The lease was lost: whoever has it has ended the session, or will, and its followers are told from the row.
      logger.warn(sessionLogFields(session), "the turn was settled by another server");
      return null;
    } catch (error) {
      // Once: the database may stay away for long.
      if (tries === 1) logger.error({ ...sessionLogFields(session), err: error }, "a session waits to be settled");
      await wait(SETTLE_AGAIN_MS, undefined, { signal: options.giveUp }).catch(() => undefined);
      if (!options.giveUp.aborted) continue;
      logger.error(sessionLogFields(session), "a session is left for the next server to settle");
      return null;
    }
  }
}
