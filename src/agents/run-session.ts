// Runs one session of a turn to its end, delegated ones like the one that a person asked for. Whatever stops it, it is settled
// with what is known, and has exactly one terminal event.
import { setTimeout as wait } from "node:timers/promises";

import { isDatabaseAway } from "../database/is-database-away";
import { outlastOutage } from "../database/outlast-outage";
import { TurnFailure } from "../errors";
import type { Logger } from "../logger";
import type { ProviderKeyEntity } from "../provider-keys/provider-key.entity";
import type { KeyUse } from "../provider-keys/report-key-use";
import { RingKeyMissingError, SealedKeyUnreadableError } from "../provider-keys/sealed-key-unreadable-error";
import type { LanguageModel, Message } from "../providers/language-model";
import { findModel } from "../providers/model-catalog";
import type { SessionObserver } from "../tracing/turn-observer";
import type { AcceptedSession } from "./accepted-session";
import { runAgentLoop } from "./agent-loop";
import type { AgentSessionEntity } from "./agent-session.entity";
import type { Checkpointed, Checkpoints, SessionProgress } from "./checkpoints";
import { NO_CALL } from "./estimate-usage";
import { fitHistory } from "./fit-history";
import type { ModelConnections } from "./model-connections";
import { sessionLogFields } from "./session-log-fields";
import type { SessionTools } from "./session-tools";
import { findSettled, type SettleOptions, settleSession } from "./settle-session";
import { terminalEvent } from "./terminal-event";
import { asksPrompt } from "./thread-history";
import { NO_TOKENS } from "./token-usage";
import { endingOf, keyUseOf, logFailure, type TurnOutcome } from "./turn-ending";
import type { TurnWriter } from "./turn-writer";

export interface RunSessionOptions extends SettleOptions {
  connections: ModelConnections;
  checkpoints: Checkpoints;
  /** The sessions that run here, until they are settled. */
  runsHere: Set<string>;
  /** Told what the provider made of a workspace's key. */
  reportKeyUse(key: ProviderKeyEntity, use: KeyUse): Promise<void>;
  /** This process, as it stands in `lease_owner`. */
  owner: string;
  /** Aborts when this process may not wait for the database any longer. */
  giveUp: AbortSignal;
  logger: Logger;
}

/** The turn that a session runs in. */
export interface SessionSurroundings {
  writer: TurnWriter;
  signal: AbortSignal;
  tools: SessionTools;
  /** What was said before the prompt. */
  loadHistory(): Promise<Message[]>;
  isFollowed(): boolean;
  stop: Checkpointed["stop"];
  observer: SessionObserver;
}

/** Between two tries to settle a session while the database is away, in milliseconds. */
const SETTLE_AGAIN_MS = 1_000;
/** Taken for models that the catalog does not know, in tokens. */
const USUAL_CONTEXT_WINDOW = 200_000;

/** Resolves with the ended row once its terminal event is out; null when somebody else has ended the session. */
export async function runSession(
  options: RunSessionOptions,
  accepted: AcceptedSession,
  turn: SessionSurroundings,
): Promise<AgentSessionEntity | null> {
  const { session } = accepted;
  const { writer } = turn;
  const progress: SessionProgress = {
    usage: { ...NO_TOKENS },
    lastCall: { ...NO_CALL },
    toolCalls: [],
    firstTextAt: null,
  };
  const checkpointed: Checkpointed = {
    sessionId: session.id,
    progress: () => ({
      ...progress,
      text: writer.publishedText(session.id),
      lastSequence: writer.lastSequence,
      followed: turn.isFollowed(),
    }),
    renewed: writer.renew,
    stop: turn.stop,
  };

  options.runsHere.add(session.id);
  writer.publish({ type: "TurnStarted", sessionId: session.id, buddy: session.buddySlug, session: { ...session } });
  options.checkpoints.add(checkpointed);
  let outcome: TurnOutcome;
  try {
    outcome = await answer(options, accepted, turn, progress);
  } catch (error) {
    outcome = { failed: error };
  } finally {
    options.checkpoints.remove(checkpointed);
  }

  const ended = await settle(options, accepted, writer, progress, outcome).finally(() =>
    options.runsHere.delete(session.id),
  );
  turn.observer.ended(ended);
  if (ended !== null) writer.publish(terminalEvent(ended), ended.endedAt ?? undefined);
  return ended;
}

/** Lets the buddy answer. Rejects with the stop, the typed failure, or whatever else went wrong. */
async function answer(
  options: RunSessionOptions,
  accepted: AcceptedSession,
  { writer, signal, tools, loadHistory, observer }: SessionSurroundings,
  progress: SessionProgress,
): Promise<TurnOutcome> {
  const { session, buddy } = accepted;
  const about = { sessionId: session.id, buddy: session.buddySlug };
  const begunAt = performance.now();
  const [model, history] = await Promise.all([
    openModel(options, accepted),
    outlastOutage(loadHistory, signal),
  ]).finally(() => signal.throwIfAborted());

  const { messages, truncated } = fitHistory({
    instructions: buddy.instructions,
    tools: tools.definitions,
    history,
    prompt: asksPrompt(session.prompt),
    contextWindow: findModel(model.modelId)?.contextWindow ?? USUAL_CONTEXT_WINDOW,
  });
  if (truncated) {
    const message = "Older messages of this conversation were left out, because it no longer fits the model.";
    writer.publish({ ...about, type: "TurnNotice", code: "HISTORY_TRUNCATED", message });
  }
  return runAgentLoop({
    model,
    instructions: buddy.instructions,
    messages,
    tools: tools.definitions,
    callTool: (call) => tools.call(call, progress.toolCalls),
    signal,
    sessionObserver: observer,
    observer: {
      text(blockId, delta) {
        // By the clock that `startedAt` is from: the database's may differ from this machine's.
        progress.firstTextAt ??= new Date(session.startedAt.getTime() + (performance.now() - begunAt));
        progress.lastCall.textLength += delta.length;
        writer.text(about, blockId, delta);
      },
      toolCallReceived(characters) {
        progress.lastCall.textLength += characters;
      },
      modelCallStarted(prompt) {
        progress.lastCall.uncountedPrompt = prompt;
      },
      usage(usage) {
        progress.usage = usage;
        progress.lastCall.uncountedPrompt = null;
      },
      modelCallEnded(usage) {
        progress.usage = usage;
        progress.lastCall = { ...NO_CALL, outputTokensBefore: usage.outputTokens };
        writer.publish({ ...about, type: "UsageUpdated", usage });
      },
      retrying(delaySeconds) {
        progress.lastCall.uncountedPrompt = null;
        const message = `The provider did not answer. Trying again in ${delaySeconds.toFixed(1)} seconds.`;
        writer.publish({ ...about, type: "TurnNotice", code: "RETRYING", message });
      },
    },
  });
}

/** The model of the pinned route, on the account that pays. */
async function openModel(
  { connections }: RunSessionOptions,
  { session, key }: AcceptedSession,
): Promise<LanguageModel> {
  if (key === null) return connections.platform.languageModel(session.route.modelId);
  try {
    const connection = await connections.forKey(key);
    return connection.languageModel(session.route.modelId);
  } catch (error) {
    if (error instanceof RingKeyMissingError) {
      const sentence = "This server cannot open the workspace's key: try again, or tell whoever runs it.";
      throw new TurnFailure("PROVIDER_KEY_UNREADABLE", sentence, { retryable: true, cause: error });
    }
    if (!(error instanceof SealedKeyUnreadableError)) throw error;
    throw new TurnFailure(
      "PROVIDER_KEY_UNREADABLE",
      "The workspace's stored key cannot be opened any more: an admin must configure it again.",
      { cause: error },
    );
  }
}

/** Writes the end. Null: somebody else has ended the session, and their row is the truth. */
async function settle(
  options: RunSessionOptions,
  accepted: AcceptedSession,
  writer: TurnWriter,
  progress: SessionProgress,
  outcome: TurnOutcome,
): Promise<AgentSessionEntity | null> {
  const { session, key } = accepted;
  const { dataSource, logger } = options;
  writer.flush();
  // The terminal event takes the next number.
  const last = { text: writer.publishedText(session.id), lastSequence: writer.lastSequence + 1 };
  let ending = endingOf(accepted, { ...progress, ...last, outcome });
  logFailure(logger, accepted, outcome, ending);
  const keyUse = keyUseOf(outcome);
  const reported =
    key === null || keyUse === null
      ? Promise.resolve()
      : options.reportKeyUse(key, keyUse).catch((error) => logger.warn({ err: error }, "a key's use was not recorded"));

  for (let tries = 1; ; tries += 1) {
    try {
      const [ended] = await Promise.all([settleSession(options, session, options.owner, ending), reported]);
      // Of an earlier try the answer may have been lost, and not what it did.
      const settled = ended ?? (tries > 1 ? await findSettled(dataSource, session.id, ending) : null);
      // The lease was lost: whoever has it has ended the session, or will, and its followers are told from the row.
      if (settled === null) logger.warn(sessionLogFields(session), "the session was settled by another server");
      return settled;
    } catch (error) {
      if (!isDatabaseAway(error) && ending.messages.length + ending.toolCalls.length > 0) {
        // Something in it cannot be kept. Without the rest the session at least ends, with its text and its bill.
        logger.error({ ...sessionLogFields(session), err: error }, "a session is settled without its tool calls");
        ending = { ...ending, messages: [], toolCalls: [] };
        continue;
      }
      // Once: the database may stay away for long.
      if (tries === 1) logger.warn({ ...sessionLogFields(session), err: error }, "a session waits to be settled");
      await wait(SETTLE_AGAIN_MS, undefined, { signal: options.giveUp }).catch(() => undefined);
      if (!options.giveUp.aborted) continue;
      logger.error(sessionLogFields(session), "a session is left for the next server to settle");
      return null;
    }
  }
}
