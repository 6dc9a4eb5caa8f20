// A ledger of its own, a simulated Stripe, and relays between them, as servers have them.
import { randomBytes } from "node:crypto";
import type { DataSource } from "typeorm";

import { createDataSource } from "../../src/database/data-source";
import { ENTITIES } from "../../src/entities";
import { newId, publicId, uuidOf } from "../../src/ids";
import { createLogger } from "../../src/logger";
import { MeterEventEntity } from "../../src/metering/meter-event.entity";
import { type Relay, startRelay } from "../../src/metering/relay";
import { connectStripe } from "../../src/metering/stripe-client";
import { createStripeMeter } from "../../src/metering/stripe-meter";
import { Secret } from "../../src/secret";
import {
  type StripeSimulator,
  type StripeSimulatorOptions,
  startStripeSimulator,
} from "../../src/simulators/stripe-simulator";
import { seedSessions } from "../graphql/seed-sessions";
import { createTestDatabase } from "../support/database";
import { until } from "../support/until";

export const STRIPE_KEY = "sk_test_of_the_ledger_tests";

export interface Ledger {
  url: string;
  dataSource: DataSource;
  stripe: StripeSimulator;
  /** What the relays logged above "debug". */
  logs: { level: string; msg: string; [field: string]: unknown }[];
  /** A workspace, with a customer of its own unless it is to have none. */
  workspace(customerId?: string | null): Promise<{ id: string; customerId: string | null }>;
  /** A metered session of that workspace that has ended, and its row. Resolves with the session's public id. */
  bill(workspaceId: string, value: number, occurredAt?: Date): Promise<string>;
  /** For the meter of that event name; `ai_tokens` unless said otherwise. */
  startRelay(eventName?: string): Relay;
  row(id: string): Promise<MeterEventEntity>;
  /** Resolves with the rows once all of them are as wanted. */
  rowsOnce(wanted: (row: MeterEventEntity) => boolean): Promise<MeterEventEntity[]>;
  /** Makes everything in the ledger as old as if so much time had passed. */
  letPass(hours: number): Promise<void>;
  close(): Promise<void>;
}

export async function openLedger(options: StripeSimulatorOptions = {}): Promise<Ledger> {
  const database = await createTestDatabase();
  const dataSource = await createDataSource({ url: database.url, entities: ENTITIES }).initialize();
  const stripe = await startStripeSimulator(options);
  const relays: Relay[] = [];
  const logs: Ledger["logs"] = [];
  const logger = createLogger("info", { write: (line) => void logs.push(JSON.parse(line)) });
  const rows = () =>
    dataSource.getRepository(MeterEventEntity).find({ order: { occurredAt: "ASC", sessionId: "ASC" } });

  return {
    url: database.url,
    dataSource,
    stripe,
    logs,
    async workspace(customerId = `cus_${randomBytes(6).toString("hex")}`) {
      const id = `w-${randomBytes(6).toString("hex")}`;
      await dataSource.query("INSERT INTO workspaces (id, name, stripe_customer_id) VALUES ($1, $1, $2)", [
        id,
        customerId,
      ]);
      await dataSource.query("INSERT INTO users (id, workspace_id, sub, name) VALUES ($1, $2, 'u', 'u')", [
        newId(),
        id,
      ]);
      return { id, customerId };
    },
    async bill(workspaceId, value, occurredAt = new Date()) {
      const [user] = await dataSource.query("SELECT id FROM users WHERE workspace_id = $1", [workspaceId]);
      const session = { tokens: value, startedAt: occurredAt };
      const [id = ""] = await seedSessions(dataSource, { workspaceId, userId: user.id }, [session]);
      await dataSource.getRepository(MeterEventEntity).insert({
        sessionId: uuidOf("session", id) ?? "",
        payer: "WAYPATH",
        workspaceId,
        value,
        occurredAt,
      });
      return id;
    },
    startRelay(eventName = "ai_tokens") {
      const client = connectStripe({ secretKey: new Secret(STRIPE_KEY), apiBase: stripe.url });
      const relay = startRelay({ dataSource, meter: createStripeMeter(client, eventName), logger });
      relays.push(relay);
      return relay;
    },
    row: (id) => dataSource.getRepository(MeterEventEntity).findOneByOrFail({ sessionId: uuidOf("session", id) ?? "" }),
    async rowsOnce(wanted) {
      let found: MeterEventEntity[] = [];
      await until(async () => {
        found = await rows();
        return found.every(wanted);
      });
      return found;
    },
    async letPass(hours) {
      await dataSource.query(
        `UPDATE meter_events SET occurred_at = occurred_at - make_interval(hours => $1),
           first_tried_at = first_tried_at - make_interval(hours => $1), last_tried_at = last_tried_at - make_interval(hours => $1)`,
        [hours],
      );
      await dataSource.query("UPDATE meter_lanes SET free_at = free_at - make_interval(hours => $1)", [hours]);
    },
    async close() {
      await Promise.all(relays.map((relay) => relay.close()));
      await dataSource.destroy();
      await stripe.close();
      await database.drop();
    },
  };
}

/** What Stripe has taken, as the ledger names it. */
export function taken({ stripe }: Ledger) {
  return stripe.account.ledger.events.map(({ identifier, customer, value, timestamp }) => ({
    id: identifier,
    customer,
    value,
    at: timestamp,
  }));
}

export function isDelivered({ state }: MeterEventEntity): boolean {
  return state === "DELIVERED";
}

export function idOf({ sessionId }: MeterEventEntity): string {
  return publicId("session", sessionId);
}
