// Sends the events of the turns that run here to Redis, off the turns' own way: appending never waits for it. One batch of a turn
// is under way at a time, and what comes meanwhile makes the next one, so that a slow Redis is sent more at once, not more often.
import { endsWithin } from "../ends-within";
import type { Logger } from "../logger";
import type { Redis } from "../redis";
import type { MemoryTurnLog } from "./memory-turn-log";
import { appendToStream } from "./turn-stream";

export interface EventSenderOptions {
  redis: Redis;
  /** Where the events are. */
  kept: MemoryTurnLog;
  /** The longest that a turn may take. */
  turnTimeoutSeconds: number;
  /** Called when a turn's stream is sealed: nothing more of it is sent. */
  onSealed(turnId: string): void;
  logger: Logger;
}

export interface EventSender {
  /** There is something new in the turn's log: an event, or its end. It is sent when this round of the event loop is over. */
  send(turnId: string): void;
  /** The same of what may wait for more of its turn, and of others: all of it goes in one write. */
  sendSoon(turnId: string): void;
  /** Events that Redis does not have. */
  unsent(): number;
  /** Gives what is unsent a moment, then stops. */
  close(): Promise<void>;
}

interface Sending {
  turnId: string;
  /** The number up to which Redis has all events. */
  sent: number;
  /** Redis may have less: it was away. */
  doubted: boolean;
  underWay: Promise<void> | null;
  /** There is more to be sent since what is under way began. */
  again: boolean;
  /** Runs once Redis has the whole turn, and forgets it here. */
  forgetting: NodeJS.Timeout | undefined;
}

/** Events sent at once. */
const BATCH = 100;
/** How long an ended turn's stream is kept, in seconds. */
export const STREAM_KEPT_SECONDS = 300;
/** A stream that nobody ends is kept so long after the latest moment at which its turn can run, in seconds. */
const MARGIN_SECONDS = 900;
/** What may wait is sent so often, in milliseconds: whoever reads it on another server is so much behind. */
const SEND_EVERY_MS = 100;
/** Between two tries while Redis refuses, in milliseconds. */
const TRY_AGAIN_MS = 1_000;
/** How long this server remembers a turn that Redis has, in milliseconds: Redis may be about to come back without it. */
const FORGET_AFTER_MS = 10_000;
/** What is unsent may take so long when the server stops, in milliseconds. */
const LAST_SENDING_MS = 2_000;

export function createEventSender(options: EventSenderOptions): EventSender {
  const { redis, kept, logger } = options;
  const turns = new Map<string, Sending>();
  /** Turns that have something new. */
  const urgent = new Set<Sending>();
  let sendingUrgent: NodeJS.Immediate | undefined;
  /** Turns that have something which may wait. */
  const waiting = new Set<Sending>();
  let sendingWaiting: NodeJS.Timeout | undefined;
  let refused = false;

  const find = (turnId: string): Sending => {
    let turn = turns.get(turnId);
    if (turn === undefined) {
      turn = { turnId, sent: 0, doubted: false, underWay: null, again: false, forgetting: undefined };
      turns.set(turnId, turn);
    }
    return turn;
  };

  const start = (turn: Sending) => {
    urgent.delete(turn);
    waiting.delete(turn);
    if (turn.underWay !== null) {
      turn.again = true;
      return;
    }
    turn.again = false;
    turn.underWay = sendAll(turn)
      .then(() => {
        refused = false;
      })
      .catch((error) => {
        turn.doubted = true;
        if (redis.isConnected() && !refused) logger.warn({ err: error }, "Redis takes no events; they are sent again");
        refused = true;
      })
      .finally(() => {
        turn.underWay = null;
        if (turn.again && redis.isConnected()) start(turn);
      });
  };

  /** What is there when it begins: of what comes meanwhile only some is worth a write of its own. */
  const sendAll = async (turn: Sending) => {
    const count = kept.count(turn.turnId);
    while (isDue(turn, count)) {
      const { turnId, sent } = turn;
      const events = kept.read(turnId, sent, BATCH);
      const isWhole = !kept.isOpen(turnId) && sent + events.length === kept.count(turnId);
      turn.doubted = false;
      const end = await appendToStream(redis.client, turnId, {
        after: sent,
        events,
        expireSeconds: isWhole ? STREAM_KEPT_SECONDS : options.turnTimeoutSeconds + MARGIN_SECONDS,
      });
      if (end.sealed) {
        turns.delete(turnId);
        options.onSealed(turnId);
        return;
      }
      // Less than it had: Redis has come back without it. More: an answer was lost on the way. Both go on from there.
      turn.sent = end.sequence;
      if (isWhole && end.sequence === sent + events.length) forgetSoon(turn);
    }
  };

  const startAll = (due: Set<Sending>) => {
    if (redis.isConnected()) for (const turn of due) start(turn);
    due.clear();
  };
  const sendUrgent = () => {
    sendingUrgent = undefined;
    startAll(urgent);
  };
  const sendWaiting = () => {
    sendingWaiting = undefined;
    startAll(waiting);
  };

  /** Whether Redis may be without some of its first `count` events, or without its end. */
  const isDue = ({ turnId, sent, doubted, forgetting }: Sending, count = kept.count(turnId)) =>
    turns.has(turnId) &&
    (doubted ||
      sent < Math.min(count, kept.count(turnId)) ||
      (!kept.isOpen(turnId) && forgetting === undefined && kept.count(turnId) > 0));

  const atRest = async () => {
    for (;;) {
      const underWay = [...turns.values()].flatMap((turn) => turn.underWay ?? []);
      if (underWay.length === 0) return;
      await Promise.all(underWay);
    }
  };

  const forgetSoon = (turn: Sending) => {
    turn.forgetting = setTimeout(() => {
      turns.delete(turn.turnId);
      kept.forget(turn.turnId);
    }, FORGET_AFTER_MS).unref();
  };

  const tryAgain = setInterval(() => {
    for (const turn of turns.values()) {
      // Too many turns, or too long ones, have ended since: there is nothing left to send.
      if (!kept.isOpen(turn.turnId) && kept.count(turn.turnId) === 0) turns.delete(turn.turnId);
      else if (redis.isConnected() && isDue(turn)) start(turn);
    }
  }, TRY_AGAIN_MS).unref();

  redis.onReconnected(() => {
    for (const turn of turns.values()) {
      clearTimeout(turn.forgetting);
      turn.forgetting = undefined;
      turn.doubted = true;
      start(turn);
    }
  });

  return {
    send(turnId) {
      urgent.add(find(turnId));
      sendingUrgent ??= setImmediate(sendUrgent);
    },

    sendSoon(turnId) {
      waiting.add(find(turnId));
      sendingWaiting ??= setTimeout(sendWaiting, SEND_EVERY_MS);
    },

    unsent() {
      let events = 0;
      for (const { turnId, sent } of turns.values()) events += Math.max(0, kept.count(turnId) - sent);
      return events;
    },

    async close() {
      clearInterval(tryAgain);
      clearImmediate(sendingUrgent);
      clearTimeout(sendingWaiting);
      sendUrgent();
      sendWaiting();
      await endsWithin(LAST_SENDING_MS, atRest());
      for (const { forgetting } of turns.values()) clearTimeout(forgetting);
      turns.clear();
    },
  };
}
