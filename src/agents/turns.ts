// The door to the agents' room: what every transport calls.
import type { DataSource } from "typeorm";

import { OUTAGE_PATIENCE_MS, outlastOutage } from "../database/outlast-outage";
import { RequestError } from "../errors";
import { newId } from "../ids";
import type { Logger } from "../logger";
import type { ProviderKeys } from "../provider-keys/provider-keys";
import type { RateLimit } from "../rate-limits";
import type { Redis } from "../redis";
import type { TurnObserver } from "../tracing/turn-observer";
import type { Viewer } from "../workspaces/authenticate";
import type { Buddies, Buddy } from "../workspaces/buddies";
import { abandonSession } from "./abandon-session";
import { acceptDelegated } from "./accept-delegated";
import type { AcceptedSession } from "./accepted-session";
import { AgentSessionEntity } from "./agent-session.entity";
import { createCancelMessages } from "./cancel-messages";
import { createCheckpoints } from "./checkpoints";
import { DELEGATE } from "./delegation";
import { type FollowedEvent, followTurn, type Telling } from "./follow-turn";
import { logFallback } from "./log-fallback";
import { createMemoryTurnLog } from "./memory-turn-log";
import type { ModelConnections } from "./model-connections";
import { startReaper } from "./reaper";
import { createRedisTurnLog } from "./redis-turn-log";
import type { LoadRouting } from "./routing";
import { createTurnRunner } from "./run-turn";
import { createSessionQueries, mayRead, type SessionQueries } from "./session-queries";
import type { SettleOptions } from "./settle-session";
import { createSettledTurns } from "./settled-turns";
import { startOrAttach } from "./start-turn";
import type { Toolbox } from "./tools/toolbox";
import type { TurnLog } from "./turn-log";
import { checkTurnRequest, type TurnRequest } from "./turn-request";

export interface Turns {
  readonly sessions: SessionQueries;
  readonly log: TurnLog;
  /** What a buddy may call now, by the names of its allowlist. */
  toolNamesOf(buddy: Buddy): string[];
  /** Starts the turn, or finds the one that the idempotency key names. Throws a `RequestError` when it is not accepted. */
  startOrAttach(viewer: Viewer, request: TurnRequest): Promise<AgentSessionEntity>;
  /** The events of a turn with a greater number than `after`, up to its end. Throws `NOT_FOUND`. */
  follow(
    viewer: Viewer,
    turnId: string,
    after: number,
    telling?: Telling,
  ): Promise<AsyncIterableIterator<FollowedEvent, void, void>>;
  /** Stops a running turn. Safe to repeat. Throws `NOT_FOUND`, or `TURN_ALREADY_ENDED` when it ended otherwise. */
  cancel(viewer: Viewer, turnId: string): Promise<AgentSessionEntity>;
  /** How many turns this process runs now. */
  running(): number;
  /** Refuses new turns from now on. */
  stopAccepting(): void;
  /** Lets running turns end for so long, then ends the rest as interrupted; then nothing of the room runs any more. */
  close(graceSeconds: number): Promise<void>;
}

export interface TurnsOptions extends SettleOptions {
  /** For lists and sums: whoever reads much holds up no turn. */
  reading: DataSource;
  buddies: Buddies;
  /** The tools that this buddy may call now. */
  toolboxOf(buddy: Buddy): Toolbox;
  providerKeys: ProviderKeys;
  loadRouting: LoadRouting;
  connections: ModelConnections;
  /** What several servers have in common; undefined where there is one. */
  redis: Redis | undefined;
  /** By user. */
  turnStarts: RateLimit;
  messageCharacters: number;
  turnTimeoutSeconds: number;
  turnUnattendedSeconds: number;
  observer: TurnObserver;
  logger: Logger;
}

/** How long stopped turns may take to be settled, in milliseconds, e.g. because the database is away. Their leases then run out. */
const LAST_SETTLING_MS = 5_000;

export function createTurns(options: TurnsOptions): Turns {
  const { dataSource, bills, redis, logger } = options;
  const log = redis === undefined ? createMemoryTurnLog() : createRedisTurnLog({ ...options, redis });
  const cancelMessages = redis && createCancelMessages(redis);
  /** This process, as it stands in the rows of the turns that it runs. */
  const owner = newId();
  const sessions = createSessionQueries(options);
  const checkpoints = createCheckpoints({
    dataSource,
    owner,
    unattendedSeconds: options.turnUnattendedSeconds,
    logger,
  });
  const runsHere = new Set<string>();
  const reaper = startReaper({ dataSource, bills, log, runsHere, logger });
  const settledTurns = createSettledTurns({
    dataSource,
    runsHere: (turnId) => log.isOpen(turnId),
    turnUnattendedSeconds: options.turnUnattendedSeconds,
    logger,
  });
  /** Aborts when what could not be settled is left to the next server. */
  const giveUp = new AbortController();
  const abandon = (accepted: AcceptedSession) =>
    void abandonSession({ dataSource, bills, owner, giveUp: giveUp.signal, logger }, accepted);
  const runner = createTurnRunner({
    giveUp: giveUp.signal,
    dataSource,
    bills,
    log,
    connections: options.connections,
    checkpoints,
    runsHere,
    reportKeyUse: (key, use) => options.providerKeys.reportUse(key, use),
    owner,
    buddies: options.buddies,
    toolboxOf: options.toolboxOf,
    acceptDelegated: (...delegated) =>
      acceptDelegated({ dataSource, loadRouting: options.loadRouting, owner, abandon, logger }, ...delegated),
    turnTimeoutSeconds: options.turnTimeoutSeconds,
    observer: options.observer,
    logger,
  });
  log.onSealed((turnId) => runner.stop(turnId, "LEASE_LOST"));
  cancelMessages?.listen((turnId) => runner.stop(turnId, "CANCELLED"));
  /** Requests that may still begin a turn: at shutdown they are waited for, so that no turn begins behind it. */
  const starting = new Set<Promise<unknown>>();
  let accepting = true;
  /** The time of running turns is over, also of those that are about to run. */
  let stopping = false;
  const checkAccepting = () => {
    if (!accepting)
      throw new RequestError("SERVICE_UNAVAILABLE", "This server is shutting down: try again in a moment.");
  };

  const start = async (viewer: Viewer, request: TurnRequest) => {
    const checked = checkTurnRequest(request, options.buddies, options.messageCharacters);
    const result = await startOrAttach(
      {
        dataSource,
        log,
        loadRouting: options.loadRouting,
        observer: options.observer,
        turnStarts: options.turnStarts,
        owner,
        checkAccepting,
        abandon,
      },
      viewer,
      checked,
    );
    if ("attached" in result) return result.attached;
    const { session } = result.started;
    logFallback(logger, session);
    runner.run(result.started);
    if (stopping) runner.stop(session.id, "SHUTDOWN");
    return session;
  };

  /** Of a turn that runs here its row tells nothing new. */
  const findRunningFirst = async (viewer: Viewer, turnId: string) => {
    const here = runner.find(turnId);
    if (here !== null) return mayRead(viewer, here.session) ? here.session : null;
    return outlastOutage(() => sessions.find(viewer, turnId), AbortSignal.timeout(OUTAGE_PATIENCE_MS));
  };

  return {
    sessions,
    log,
    toolNamesOf: (buddy) => toolNamesOf(options.toolboxOf(buddy), buddy),

    startOrAttach(viewer, request) {
      const started = start(viewer, request);
      const ended = started.catch(() => undefined).finally(() => starting.delete(ended));
      starting.add(ended);
      return started;
    },

    async follow(viewer, turnId, after, telling = {}) {
      const session = await findRunningFirst(viewer, turnId);
      if (session === null || session.parentId !== null) throw noSuchTurn();
      // Its next checkpoint says that it is followed.
      runner.find(turnId)?.noteReader();
      const { id, endedAt } = session;
      return followTurn({ dataSource, log, settledTurns, ...telling }, { id, endedAt }, after);
    },

    async cancel(viewer, turnId) {
      const session = await findRunningFirst(viewer, turnId);
      if (session === null || session.parentId !== null) throw noSuchTurn();
      const stoppedHere = runner.stop(turnId, "CANCELLED");
      const patience = AbortSignal.timeout(OUTAGE_PATIENCE_MS);
      // For the server that runs it, where that is another one: it looks once a second, or as soon as it is told.
      await outlastOutage(() => noteCancellation(dataSource, turnId), patience);
      if (!stoppedHere) await cancelMessages?.send(turnId);
      const repository = dataSource.getRepository(AgentSessionEntity);
      const now = await outlastOutage(() => repository.findOneByOrFail({ id: turnId }), patience);
      if (now.endedAt !== null && now.status !== "CANCELLED") {
        throw new RequestError("TURN_ALREADY_ENDED", "The turn has already ended.", ["input", "sessionId"]);
      }
      return now;
    },

    running: () => runner.running(),

    stopAccepting() {
      accepting = false;
    },

    async close(graceSeconds) {
      accepting = false;
      // Before anything is waited for: whatever holds it up, the time is the same.
      const grace = setTimeout(() => {
        stopping = true;
        runner.stopAll("SHUTDOWN");
      }, graceSeconds * 1000);
      const end = setTimeout(() => giveUp.abort(), graceSeconds * 1000 + LAST_SETTLING_MS);
      await Promise.all(starting);
      await runner.idle();
      clearTimeout(grace);
      clearTimeout(end);
      giveUp.abort();
      await Promise.all([checkpoints.close(), reaper.close(), settledTurns.close()]);
      await log.dispose();
    },
  };
}

async function noteCancellation(dataSource: DataSource, turnId: string): Promise<void> {
  await dataSource.query(
    `UPDATE agent_sessions SET cancel_requested_at = now()
     WHERE id = $1 AND ended_at IS NULL AND cancel_requested_at IS NULL`,
    [turnId],
  );
}

function toolNamesOf(toolbox: Toolbox, buddy: Buddy): string[] {
  const names = toolbox.definitions.map(({ name }) => toolbox.nameOf(name));
  return buddy.delegatesTo.length > 0 ? [...names, DELEGATE] : names;
}

function noSuchTurn(): RequestError {
  return new RequestError("NOT_FOUND", "There is no such turn, or you may not see it.", ["input", "sessionId"]);
}
