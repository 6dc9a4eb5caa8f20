import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";

import { resendRefused } from "../../src/metering/ledger-minutes";
import { createMeterSummaries } from "../../src/metering/meter-summaries";
import { reconcile } from "../../src/metering/reconcile";
import { connectStripe } from "../../src/metering/stripe-client";
import { Secret } from "../../src/secret";
import { read } from "../support/documents";
import { idOf, isDelivered, type Ledger, openLedger, STRIPE_KEY } from "./ledger-fixture";

let ledger: Ledger;
beforeEach(async () => {
  ledger = await openLedger();
});
afterEach(() => ledger.close());

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Noon of yesterday, UTC: well before now, so that the meter shows all of it. */
const NOON = new Date(Math.floor(Date.now() / (24 * HOUR_MS)) * 24 * HOUR_MS - 12 * HOUR_MS);
const FROM = new Date(NOON.getTime() - 3 * HOUR_MS - 7 * MINUTE_MS);
const TO = new Date(NOON.getTime() + 3 * HOUR_MS + 11 * MINUTE_MS);
const at = (minutes: number, seconds = 0) => new Date(NOON.getTime() + minutes * MINUTE_MS + seconds * 1000);

async function compare(from = FROM, to = TO, everyMinute = false) {
  const stripe = connectStripe({ secretKey: new Secret(STRIPE_KEY), apiBase: ledger.stripe.url });
  const summaries = await createMeterSummaries(stripe, "ai_tokens");
  const result = await reconcile({ dataSource: ledger.dataSource, summaries, from, to, everyMinute });
  return { ...result, unsettled: result.unsettled.length, named: result.unsettled };
}

/** How often the meter is asked for the sum of a stretch of time, where every minute is looked at. */
async function countQuestions(from: Date, to: Date): Promise<number> {
  const stripe = connectStripe({ secretKey: new Secret(STRIPE_KEY), apiBase: ledger.stripe.url });
  const summaries = await createMeterSummaries(stripe, "ai_tokens");
  const total = jest.spyOn(summaries, "total");
  await reconcile({ dataSource: ledger.dataSource, summaries, from, to, everyMinute: true });
  return total.mock.calls.length;
}

/** Sends all that is in the ledger, long enough ago for the meter to show it. */
async function deliver(): Promise<void> {
  await deliverNow();
  await ledger.dataSource.query("UPDATE meter_events SET last_tried_at = last_tried_at - interval '2 hours'");
}

async function deliverNow(): Promise<void> {
  const relay = ledger.startRelay();
  await ledger.rowsOnce(isDelivered);
  await relay.close();
}

/** Sends all that is in the ledger to a meter that does not know the customer. */
async function haveRefused(customer: string | null): Promise<void> {
  ledger.stripe.account.removeCustomer(customer ?? "");
  const relay = ledger.startRelay();
  await ledger.rowsOnce(({ state }) => state === "FAILED");
  await relay.close();
}

/** Adds an event behind the ledger's back. */
function add(customer: string | null, value: number, when: Date): void {
  ledger.stripe.account.ledger.add({
    identifier: `stranger-${value}`,
    eventName: "ai_tokens",
    customer: customer ?? "",
    value,
    timestamp: when.getTime() / 1000,
  });
}

test("a ledger and a meter that agree have no drift, over whole hours and parts of them", async () => {
  const { id: workspaceId } = await ledger.workspace();
  for (const minutes of [-187, -180, -121, -60, -1, 0, 0, 59, 60, 120, 190])
    await ledger.bill(workspaceId, 10, at(minutes));
  await deliver();
  expect(await compare()).toMatchObject({ customers: 1, drift: [], refused: { events: 0 }, waiting: 0, unsettled: 0 });
  expect(await compare(at(-1), at(1))).toMatchObject({ drift: [] });
  expect(await compare(at(3), at(4))).toMatchObject({ drift: [] });
});

test("one event removed and one added are found, by customer and minute", async () => {
  const [first, second] = [await ledger.workspace(), await ledger.workspace()];
  const removed = await ledger.bill(first.id, 1240, at(31, 12));
  for (const minutes of [-100, 31, 32, 90]) await ledger.bill(first.id, 100, at(minutes));
  for (const minutes of [-100, 45, 185]) await ledger.bill(second.id, 100, at(minutes));
  await deliver();
  ledger.stripe.account.ledger.remove(removed);
  add(second.customerId, 77, at(185, 5));

  const { drift } = await compare();
  const found = drift.sort((one, other) => one.minute.getTime() - other.minute.getTime());
  expect(found).toEqual([
    { customerId: first.customerId, minute: at(31), ledger: 1340, meter: 100 },
    { customerId: second.customerId, minute: at(185), ledger: 100, meter: 177 },
  ]);
});

test("what somebody else has billed a customer for is found, even where the ledger has nothing of that customer", async () => {
  const { customerId } = await ledger.workspace();
  add(customerId, 77, at(10));
  expect((await compare()).drift).toEqual([{ customerId, minute: at(10), ledger: 0, meter: 77 }]);
});

test("what was delivered a moment ago is no drift while the meter does not show it, and is said", async () => {
  const { id: workspaceId } = await ledger.workspace();
  const id = await ledger.bill(workspaceId, 1000, at(5));
  await deliverNow();
  ledger.stripe.account.ledger.remove(id);
  expect(await compare()).toMatchObject({ drift: [], notShown: 1 });
  await ledger.dataSource.query("UPDATE meter_events SET last_tried_at = now() - interval '2 hours'");
  expect(await compare()).toMatchObject({ drift: [{ ledger: 1000, meter: 0 }], notShown: 0 });
});

test("what the meter has beyond all that may be on its way is drift at once", async () => {
  const { id: workspaceId, customerId } = await ledger.workspace();
  await ledger.bill(workspaceId, 10, at(5));
  await deliverNow();
  add(customerId, 77, at(5));
  expect(await compare()).toMatchObject({ drift: [{ ledger: 0, meter: 87 }] });
});

test("what the meter lacks is drift at once, whatever of that minute is still on its way", async () => {
  const { id: workspaceId, customerId } = await ledger.workspace();
  const removed = await ledger.bill(workspaceId, 300, at(5));
  await deliver();
  ledger.stripe.account.ledger.remove(removed);
  await ledger.bill(workspaceId, 40, at(5, 30));
  expect(await compare()).toMatchObject({
    drift: [{ customerId, minute: at(5), ledger: 300, meter: 0 }],
    waiting: 1,
  });
});

test("where every minute is looked at, hours in which neither has anything are not asked for by minutes", async () => {
  const { id: workspaceId } = await ledger.workspace();
  await ledger.bill(workspaceId, 300, at(5));
  await deliver();
  const hour = await countQuestions(at(0), at(60));
  expect(hour).toBeGreaterThan(0);
  expect(await countQuestions(at(-600), at(60))).toBe(hour);
});

test("one that is missing and one that is too many in the same hour are found where every minute is looked at", async () => {
  const { id: workspaceId, customerId } = await ledger.workspace();
  const removed = await ledger.bill(workspaceId, 300, at(10));
  await ledger.bill(workspaceId, 40, at(50));
  await deliver();
  ledger.stripe.account.ledger.remove(removed);
  add(customerId, 300, at(50));
  expect(await compare()).toMatchObject({ drift: [] });
  expect(await compare(FROM, TO, true)).toMatchObject({
    drift: [
      { minute: at(10), ledger: 300, meter: 0 },
      { minute: at(50), ledger: 40, meter: 340 },
    ],
  });
});

test("what workspaces without a customer have used is named, however it stands", async () => {
  const { id: workspaceId } = await ledger.workspace(null);
  await ledger.bill(workspaceId, 9999, at(1));
  await ledger.bill(workspaceId, 8888, at(2));
  await ledger.dataSource.query("UPDATE meter_events SET state = 'AMBIGUOUS' WHERE value = 8888");
  expect(await compare()).toMatchObject({ customers: 0, unassigned: [{ workspaceId, events: 2, tokens: 18887 }] });
});

describe("what was sent without an answer", () => {
  /** Two events of one minute that went unanswered for too long; the meter has those whose value is given. */
  async function unanswered(values: number[], arrived: number[]) {
    const { id: workspaceId, customerId } = await ledger.workspace();
    await ledger.bill(workspaceId, 500, at(5));
    await deliver();
    for (const value of values) await ledger.bill(workspaceId, value, at(5, 30));
    await ledger.dataSource.query(
      `UPDATE meter_events SET state = 'AMBIGUOUS', customer_id = $1, tries = 3,
         first_tried_at = now() - interval '25 hours', last_tried_at = now() - interval '2 hours' WHERE state = 'PENDING'`,
      [customerId],
    );
    for (const value of arrived) add(customerId, value, at(5, 30));
    return customerId;
  }
  const states = async () =>
    (await ledger.rowsOnce(() => true))
      .map(({ value, state }) => [value, state])
      .sort(([a], [b]) => Number(a) - Number(b));

  test("is delivered where the meter has it, and sent again where it does not", async () => {
    await unanswered([11, 22], [22]);
    expect(await compare()).toMatchObject({ drift: [], foundDelivered: 1, sentAgain: 1, unsettled: 0 });
    expect(await states()).toEqual([
      [11, "PENDING"],
      [22, "DELIVERED"],
      [500, "DELIVERED"],
    ]);
    await deliver();
    expect(await compare()).toMatchObject({ drift: [], foundDelivered: 0, sentAgain: 0 });
    // Under its own name still, by which the meter knows it should it have arrived after all.
    const identifiers = ledger.stripe.account.ledger.events.map(({ identifier }) => identifier);
    expect(identifiers.filter((identifier) => /\.\d+$/.test(identifier))).toEqual([]);
  });

  test("is left alone where none of it explains what the meter has, which is drift", async () => {
    const customerId = await unanswered([11, 22], [5]);
    expect(await compare()).toMatchObject({
      drift: [{ customerId, minute: at(5), ledger: 500, meter: 505 }],
      unsettled: 2,
      foundDelivered: 0,
      sentAgain: 0,
    });
  });

  test("is sent again with its own time and identifier", async () => {
    await unanswered([11], []);
    await compare();
    await deliver();
    const [, again] = ledger.stripe.account.ledger.events;
    const rows = await ledger.rowsOnce(() => true);
    expect(again).toMatchObject({ value: 11, timestamp: at(5, 30).getTime() / 1000 });
    expect(rows.map(idOf)).toContain(again?.identifier);
  });

  test("is left alone, and named, where more than one choice of it explains the meter", async () => {
    const customerId = await unanswered([10, 20, 30], [30]);
    // No drift: nobody else has sent it, and nothing is to be credited.
    const { drift, named } = await compare();
    expect(drift).toEqual([]);
    const sessionId = expect.any(String);
    expect(named.sort((one, other) => one.value - other.value)).toEqual(
      [10, 20, 30].map((value) => ({ sessionId, customerId, minute: at(5), value })),
    );
    expect(await states()).toContainEqual([30, "AMBIGUOUS"]);
  });

  test.each([0, 1])(
    "is billed once each where two are alike and the meter has one, the first or the second",
    async (one) => {
      const { id: workspaceId, customerId } = await ledger.workspace();
      const ids = [await ledger.bill(workspaceId, 10, at(5)), await ledger.bill(workspaceId, 10, at(5, 1))];
      await ledger.dataSource.query(
        "UPDATE meter_events SET state = 'AMBIGUOUS', customer_id = $1, tries = 1, last_tried_at = now() - interval '2 hours'",
        [customerId],
      );
      // The meter knows this one by its name, and will for a day.
      ledger.stripe.account.ledger.add({
        identifier: ids[one] ?? "",
        eventName: "ai_tokens",
        customer: customerId ?? "",
        value: 10,
        timestamp: at(5).getTime() / 1000,
      });
      expect(await compare()).toMatchObject({ drift: [], foundDelivered: 1, sentAgain: 1 });
      await deliver();
      expect(await compare()).toMatchObject({ drift: [], notShown: 0, unsettled: 0 });
      expect(ledger.stripe.account.ledger.events.map(({ value }) => value)).toEqual([10, 10]);
    },
  );

  test("is left for later while the meter may not show what it took of the same minute", async () => {
    const { id: workspaceId, customerId } = await ledger.workspace();
    await ledger.bill(workspaceId, 10, at(5));
    await deliverNow();
    // The meter had taken this one, and shows it; the delivered one of the same value it does not show yet.
    await ledger.bill(workspaceId, 10, at(5, 30));
    await ledger.dataSource.query(
      "UPDATE meter_events SET state = 'AMBIGUOUS', customer_id = $1, tries = 1, last_tried_at = now() - interval '2 hours' WHERE state = 'PENDING'",
      [customerId],
    );
    expect(await compare()).toMatchObject({ drift: [], unsettled: 1, notShown: 1, foundDelivered: 0, sentAgain: 0 });
    expect(await states()).toContainEqual([10, "AMBIGUOUS"]);
  });

  test.each([
    ["never", null],
    ["long ago", "2 hours"],
  ])("is left for later while others of its minute are on their way, tried %s", async (_, tried) => {
    const customerId = await unanswered([10], [10]);
    const [user] = await ledger.dataSource.query("SELECT workspace_id FROM meter_events LIMIT 1");
    await ledger.bill(user.workspace_id, 10, at(5, 40));
    await ledger.dataSource.query(
      "UPDATE meter_events SET last_tried_at = now() - $1::interval WHERE state = 'PENDING'",
      [tried],
    );
    expect(customerId).not.toBeNull();
    expect(await compare()).toMatchObject({
      drift: [],
      unsettled: 1,
      waiting: 1,
      notShown: 0,
      foundDelivered: 0,
      sentAgain: 0,
    });
    expect(await states()).toContainEqual([10, "AMBIGUOUS"]);
  });

  test("is not sent again on the word of an account that does not know the customer", async () => {
    const { id: workspaceId, customerId } = await ledger.workspace();
    await ledger.bill(workspaceId, 11, at(5));
    await ledger.dataSource.query(
      "UPDATE meter_events SET state = 'AMBIGUOUS', customer_id = $1, last_tried_at = now() - interval '2 hours'",
      [customerId],
    );
    ledger.stripe.account.removeCustomer(customerId ?? "");
    expect(await compare()).toMatchObject({ unsettled: 1, sentAgain: 0 });
    expect(await states()).toEqual([[11, "AMBIGUOUS"]]);
  });

  test("is not sent again while the meter may not show it yet", async () => {
    await unanswered([11], []);
    await ledger.dataSource.query("UPDATE meter_events SET last_tried_at = now() WHERE state = 'AMBIGUOUS'");
    expect(await compare()).toMatchObject({ drift: [], sentAgain: 0, unsettled: 1 });
    expect(await states()).toContainEqual([11, "AMBIGUOUS"]);
  });
});

test("what the meter refused is named, and can be sent again once its cause is mended", async () => {
  const { id: workspaceId, customerId } = await ledger.workspace();
  await ledger.bill(workspaceId, 50, at(1));
  await ledger.bill(workspaceId, 60, at(2));
  await haveRefused(customerId);
  expect(await compare()).toMatchObject({ drift: [], refused: { events: 2, tokens: 110 } });

  ledger.stripe.account.addCustomer(customerId ?? "");
  expect(await resendRefused(ledger.dataSource, at(2), TO)).toBe(1);
  expect(await resendRefused(ledger.dataSource, FROM, TO)).toBe(1);
  expect(await compare()).toMatchObject({ refused: { events: 0 }, waiting: 2, drift: [] });
  await deliver();
  // As another event: the meter would know the refused one again, and count nothing.
  const identifiers = ledger.stripe.account.ledger.events.map(({ identifier }) => identifier);
  expect(identifiers).toEqual([expect.stringMatching(/^ses_\w+\.2$/), expect.stringMatching(/^ses_\w+\.2$/)]);
  expect(await compare()).toMatchObject({ refused: { events: 0 }, waiting: 0, drift: [] });
});

test("what the meter refused explains nothing that it has", async () => {
  const { id: workspaceId, customerId } = await ledger.workspace();
  await ledger.bill(workspaceId, 60, at(2));
  await haveRefused(customerId);
  ledger.stripe.account.addCustomer(customerId ?? "");
  add(customerId, 60, at(2));
  expect(await compare()).toMatchObject({ drift: [{ customerId, minute: at(2), ledger: 0, meter: 60 }] });
});

test("an account without the meter is told so", async () => {
  const stripe = connectStripe({ secretKey: new Secret(STRIPE_KEY), apiBase: ledger.stripe.url });
  await expect(createMeterSummaries(stripe, "tokens")).rejects.toThrow(/no meter with the event name "tokens"/);
});

test("a ledger that comes back from an old backup is settled by the meter, as docs/operations.md has it", async () => {
  const { id } = await ledger.workspace();
  const sent = await ledger.bill(id, 10, at(1));
  await deliver();
  const unsent = await ledger.bill(id, 20, at(2));
  const asBefore = `UPDATE meter_events SET state = 'PENDING', delivered_at = NULL, customer_id = NULL, tries = 0,
    first_tried_at = NULL, last_tried_at = NULL`;
  await ledger.dataSource.query(asBefore);
  const [, statement = ""] = /```sql\n(UPDATE meter_events [^`]+)```/.exec(read("docs/operations.md")) ?? [];
  await ledger.dataSource.query(statement);

  expect(await compare()).toMatchObject({ foundDelivered: 1, sentAgain: 1, drift: [], unsettled: 0 });
  expect([await ledger.row(sent), await ledger.row(unsent)]).toMatchObject([
    { state: "DELIVERED" },
    { state: "PENDING", customerId: null },
  ]);
});
