// Sends the ledger to the meter. Any number of servers do so at once: a lane is one server's at a time, and what a server that died
// had begun is begun again. The ledger says what was sent; this says when to send, and to whom next.
import type { DataSource } from "typeorm";

import { endsWithin } from "../ends-within";
import { newId, publicId } from "../ids";
import type { Logger } from "../logger";
import { startRounds } from "../rounds";
import { createMeterLanes } from "./meter-lanes";
import { type ClaimedEvent, createMeterLedger, type MeterLedger, SAFE_TO_RESEND_HOURS, type Try } from "./meter-ledger";
import type { Meter, MeterAnswer } from "./stripe-meter";

export interface Relay {
  /** Answers since the start, by what they said. */
  readonly answers: Readonly<Record<MeterAnswer["outcome"], number>>;
  /** Sends what can be sent at once, for a few seconds at most, and stops. Everything else is in the ledger for the next server. */
  close(): Promise<void>;
}

export interface RelayOptions {
  dataSource: DataSource;
  meter: Meter;
  logger: Logger;
}

/** Between two looks for something to send, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** Customers served at once by this process. */
const LANES_AT_ONCE = 16;
/** Events sent for a customer before the others have their turn. */
const EVENTS_IN_A_ROW = 50;
/** How long the last sending may take at shutdown, in milliseconds. */
const LAST_SENDING_MS = 3_000;

export function startRelay({ dataSource, meter, logger }: RelayOptions): Relay {
  const owner = newId();
  const lanes = createMeterLanes(dataSource, owner);
  const ledger = createMeterLedger(dataSource, owner);
  const answers = { DELIVERED: 0, LATER: 0, REFUSED: 0 };
  const working = new Map<string, Promise<void>>();
  let stopped = false;

  const serve = async (customerId: string) => {
    /** The last event, if it was delivered and the ledger does not say so yet: it will when the next one is claimed. */
    let unwritten: Try | null = null;
    let delivered = false;
    let failure: Extract<MeterAnswer, { outcome: "LATER" }> | null = null;
    try {
      for (let sent = 0; sent < EVENTS_IN_A_ROW && !stopped; sent += 1) {
        const event = await ledger.claimNext(customerId, unwritten);
        unwritten = null;
        if (event === null) break;
        const answer = await meter.send(event);
        answers[answer.outcome] += 1;
        delivered ||= answer.outcome === "DELIVERED";
        if (answer.outcome === "DELIVERED") unwritten = event;
        else await record(ledger, logger, event, answer);
        if (answer.outcome !== "LATER") continue;
        failure = answer;
        break;
      }
      if (unwritten !== null) await ledger.delivered(unwritten);
    } finally {
      const retryAfterSeconds = failure?.retryAfterSeconds ?? null;
      await lanes.release(customerId, { delivered, failed: failure !== null, retryAfterSeconds });
    }
  };

  const look = async () => {
    for (const sessionId of await ledger.giveUpOnOld()) {
      const session = publicId("session", sessionId);
      logger.error(
        { session, hours: SAFE_TO_RESEND_HOURS },
        "a meter event went unanswered for too long: reconcile it",
      );
    }
    for (const customerId of await lanes.take(LANES_AT_ONCE - working.size, [...working.keys()])) {
      const served = serve(customerId)
        .catch((error) => logger.warn({ err: error, customer: customerId }, "sending to the meter was interrupted"))
        .finally(() => working.delete(customerId));
      working.set(customerId, served);
    }
  };

  const rounds = startRounds(LOOK_EVERY_MS, look, (error) =>
    logger.warn({ err: error }, "looking for something to bill failed"),
  );
  void rounds.begin();

  return {
    answers,
    async close() {
      const lastSending = async () => {
        await rounds.close();
        await rounds.begin();
        await Promise.all(working.values());
      };
      await endsWithin(LAST_SENDING_MS, lastSending());
      stopped = true;
      await Promise.all(working.values());
    },
  };
}

async function record(
  ledger: MeterLedger,
  logger: Logger,
  event: ClaimedEvent,
  answer: Exclude<MeterAnswer, { outcome: "DELIVERED" }>,
): Promise<void> {
  const { sessionId } = event;
  const line = { session: publicId("session", sessionId), workspace: event.workspaceId, customer: event.customerId };
  switch (answer.outcome) {
    case "LATER":
      await ledger.later(event, answer.reason, answer.known && !event.openBefore);
      logger.warn({ ...line, reason: answer.reason }, "a meter event was not delivered yet");
      return;
    case "REFUSED":
      await ledger.refused(event, answer.reason);
      if (event.openBefore) {
        logger.error(
          { ...line, reason: answer.reason },
          "a meter event was refused after a try without an answer: reconcile it",
        );
      } else {
        logger.error(
          { ...line, reason: answer.reason },
          "a meter event was refused, and will not be sent again as it is",
        );
      }
  }
}
