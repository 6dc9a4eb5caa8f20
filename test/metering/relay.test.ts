import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { newId } from "../../src/ids";
import { resendRefused } from "../../src/metering/ledger-minutes";
import { createMeterLedger } from "../../src/metering/meter-ledger";
import { until } from "../support/until";
import { idOf, isDelivered, type Ledger, openLedger, STRIPE_KEY, taken } from "./ledger-fixture";

let ledger: Ledger;
beforeEach(async () => {
  ledger = await openLedger();
});
afterEach(() => ledger.close());

const HOUR_MS = 3_600_000;
/** A server of the test's own. */
const OWNER = newId();
const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

test("an event is sent for its workspace's customer, with its own time, and known by its session", async () => {
  const { id: workspaceId, customerId } = await ledger.workspace();
  const occurredAt = new Date(Date.now() - 3 * HOUR_MS);
  const id = await ledger.bill(workspaceId, 1234, occurredAt);
  ledger.startRelay();
  const [row] = await ledger.rowsOnce(isDelivered);
  expect(taken(ledger)).toEqual([{ id, customer: customerId, value: 1234, at: seconds(occurredAt) }]);
  expect(row).toMatchObject({ tries: 1, customerId, lastError: null });
  expect(row?.deliveredAt?.getTime()).toBeGreaterThanOrEqual(row?.firstTriedAt?.getTime() ?? Number.NaN);
});

test("several relays send everything once, and of a customer one event at a time", async () => {
  const workspaces = await Promise.all([null, null, null, null, null].map(() => ledger.workspace()));
  // Two workspaces of one customer share its lane.
  workspaces.push(await ledger.workspace(workspaces[0]?.customerId));
  const billed: string[] = [];
  for (let number = 0; number < 60; number += 1) {
    billed.push(await ledger.bill(workspaces[number % workspaces.length]?.id ?? "", 10 + number));
  }
  ledger.stripe.account.faults.set({ latencyMs: 5 });
  for (let relay = 0; relay < 3; relay += 1) ledger.startRelay();
  const rows = await ledger.rowsOnce(isDelivered);
  const { account } = ledger.stripe;
  expect(
    taken(ledger)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(billed.sort());
  expect(rows.map(({ tries }) => tries)).toEqual(rows.map(() => 1));
  expect(new Set(Object.values(account.ledger.mostConcurrentOfAll()))).toEqual(new Set([1]));
  expect({ refused: account.ledger.duplicatesRefused, locked: account.ledger.lockTimeouts }).toEqual({
    refused: 0,
    locked: 0,
  });
});

test.each([
  ["an answer that is lost", "lost"],
  ["an answer that is cut", "cut"],
  ["a server fault", 500],
  ["an outage", 503],
  ["a rate limit", 429],
  ["a conflict", 409],
] as const)("%s is tried again after a pause, and counts once", async (_, fate) => {
  const { id: workspaceId } = await ledger.workspace();
  await ledger.bill(workspaceId, 50);
  await ledger.bill(workspaceId, 60);
  ledger.stripe.account.faults.set({ next: [fate] });
  ledger.startRelay();
  const rows = await ledger.rowsOnce(isDelivered);
  expect(taken(ledger).map(({ value }) => value)).toEqual([50, 60]);
  expect(rows.map(({ tries }) => tries)).toEqual([2, 1]);
  expect(rows.map(({ lastError }) => lastError)).toEqual([null, null]);
});

test("pauses grow with each failure in a row, and end with a success", async () => {
  const { id: workspaceId } = await ledger.workspace();
  await ledger.bill(workspaceId, 50);
  ledger.stripe.account.faults.set({ unavailable: true });
  const lane = async () => {
    const [found] = await ledger.dataSource.query(
      "SELECT failures, extract(epoch FROM free_at - now())::float AS pause FROM meter_lanes WHERE taken_by IS NULL",
    );
    return found as { failures: number; pause: number } | undefined;
  };
  const failed = async (failures: number) => {
    let pause = 0;
    await until(async () => {
      const found = await lane();
      pause = found?.pause ?? 0;
      return found?.failures === failures;
    });
    return pause;
  };
  const hurry = () => ledger.dataSource.query("UPDATE meter_lanes SET free_at = now() WHERE taken_by IS NULL");
  ledger.startRelay();
  const pauses: number[] = [];
  for (let failures = 1; failures <= 5; failures += 1) {
    pauses.push(await failed(failures));
    await hurry();
  }
  expect(pauses[0]).toBeLessThanOrEqual(1);
  expect(pauses[4]).toBeGreaterThan(4);
  expect(pauses[4]).toBeLessThanOrEqual(16);
  ledger.stripe.account.faults.clear();
  await hurry();
  await ledger.rowsOnce(isDelivered);
  expect(await failed(0)).toBeLessThanOrEqual(0);
});

test("a failure after a delivery is the first in a row, however often that happens", async () => {
  const { id: workspaceId } = await ledger.workspace();
  for (let value = 1; value <= 4; value += 1) await ledger.bill(workspaceId, value);
  ledger.stripe.account.faults.set({ next: ["ok", 503, "ok", 503, "ok", 503] });
  ledger.startRelay();
  const failures = async () => (await ledger.dataSource.query("SELECT failures FROM meter_lanes"))[0]?.failures ?? 0;
  const seen: number[] = [];
  while ((await ledger.rowsOnce(() => true)).some((row) => !isDelivered(row))) seen.push(await failures());
  expect(Math.max(...seen)).toBe(1);
});

test("what is refused for good is FAILED, says so in the log, and holds nothing up", async () => {
  const { id: workspaceId } = await ledger.workspace();
  const old = await ledger.bill(workspaceId, 50, new Date(Date.now() - 36 * 24 * HOUR_MS));
  const young = await ledger.bill(workspaceId, 60);
  const gone = await ledger.workspace();
  const lost = await ledger.bill(gone.id, 70);
  ledger.stripe.account.removeCustomer(gone.customerId ?? "");
  ledger.startRelay();
  await ledger.rowsOnce(({ state }) => state !== "PENDING");
  expect(await ledger.row(old)).toMatchObject({ state: "FAILED", lastError: "timestamp_too_far_in_past", tries: 1 });
  expect(await ledger.row(young)).toMatchObject({ state: "DELIVERED" });
  expect(await ledger.row(lost)).toMatchObject({ state: "FAILED", lastError: "resource_missing" });
  const errors = ledger.logs.filter(({ level }) => level === "error");
  expect(errors.map(({ session, reason }) => ({ session, reason }))).toEqual(
    expect.arrayContaining([
      { session: old, reason: "timestamp_too_far_in_past" },
      { session: lost, reason: "resource_missing" },
    ]),
  );
});

test("a refusal after a try that nobody answered leaves it open whether the meter has it", async () => {
  const { id: workspaceId, customerId } = await ledger.workspace();
  const id = await ledger.bill(workspaceId, 50);
  ledger.stripe.account.faults.set({ next: ["cut"] });
  ledger.startRelay();
  await ledger.rowsOnce(({ lastError }) => lastError === "NO_ANSWER");
  ledger.stripe.account.removeCustomer(customerId ?? "");
  await ledger.rowsOnce(({ state }) => state !== "PENDING");
  expect(await ledger.row(id)).toMatchObject({ state: "AMBIGUOUS", lastError: "resource_missing", tries: 2 });
  expect(taken(ledger)).toMatchObject([{ id, value: 50 }]);
});

test("a try whose lane was lost, and that somebody else has made again, says nothing any more", async () => {
  const { id: workspaceId, customerId } = await ledger.workspace();
  const id = await ledger.bill(workspaceId, 50);
  await ledger.dataSource.query("INSERT INTO meter_lanes (customer_id, taken_by) VALUES ($1, $2)", [customerId, OWNER]);
  const mine = createMeterLedger(ledger.dataSource, OWNER);
  const first = await mine.claimNext(customerId ?? "", null);
  const second = await mine.claimNext(customerId ?? "", null);
  if (first === null || second === null) throw new Error("nothing was claimed");
  expect({ first: first.openBefore, second: second.openBefore }).toEqual({ first: false, second: true });
  const before = await ledger.row(id);
  await mine.later(first, "RATE_LIMITED", true);
  await mine.refused(first, "resource_missing");
  expect(await ledger.row(id)).toEqual(before);
  await mine.later(second, "RATE_LIMITED", false);
  expect(await ledger.row(id)).toMatchObject({
    lastError: "RATE_LIMITED",
    customerId,
    firstTriedAt: before.firstTriedAt,
  });
  await mine.delivered(second);
  await mine.later(second, "RATE_LIMITED", true);
  await mine.refused(second, "resource_missing");
  expect(await ledger.row(id)).toMatchObject({ state: "DELIVERED", customerId });
});

test("what was delivered is written down as the next one is claimed, whoever has the lane by then", async () => {
  const { id: workspaceId, customerId } = await ledger.workspace();
  const ids = [
    await ledger.bill(workspaceId, 50),
    await ledger.bill(workspaceId, 60),
    await ledger.bill(workspaceId, 70),
  ];
  await ledger.dataSource.query("INSERT INTO meter_lanes (customer_id, taken_by) VALUES ($1, $2)", [customerId, OWNER]);
  const mine = createMeterLedger(ledger.dataSource, OWNER);
  const first = await mine.claimNext(customerId ?? "", null);
  const second = await mine.claimNext(customerId ?? "", first);
  expect([first?.value, second?.value]).toEqual([50, 60]);
  const states = () => Promise.all(ids.map(async (id) => (await ledger.row(id)).state));
  expect(await states()).toEqual(["DELIVERED", "PENDING", "PENDING"]);
  await ledger.dataSource.query("UPDATE meter_lanes SET taken_by = NULL WHERE customer_id = $1", [customerId]);
  expect(await mine.claimNext(customerId ?? "", second)).toBeNull();
  expect(await states()).toEqual(["DELIVERED", "DELIVERED", "PENDING"]);
});

test("a try that the meter took says nothing of the event that it has refused since, and that was put in line again", async () => {
  const { id: workspaceId, customerId } = await ledger.workspace();
  const id = await ledger.bill(workspaceId, 50);
  await ledger.dataSource.query("INSERT INTO meter_lanes (customer_id, taken_by) VALUES ($1, $2)", [customerId, OWNER]);
  const mine = createMeterLedger(ledger.dataSource, OWNER);
  const late = await mine.claimNext(customerId ?? "", null);
  if (late === null) throw new Error("nothing was claimed");
  await ledger.dataSource.query("UPDATE meter_events SET state = 'FAILED'");
  await resendRefused(ledger.dataSource, new Date(0), new Date(Date.now() + 60_000));
  await mine.delivered(late);
  expect(await mine.claimNext(customerId ?? "", late)).toBeNull();
  const again = await mine.claimNext(customerId ?? "", null);
  expect(again).toMatchObject({ value: 50, resent: 1 });
  expect(await ledger.row(id)).toMatchObject({ state: "PENDING", resent: 1 });
});

test("an account without the meter fails nothing: what is to be billed waits for one", async () => {
  const { id: workspaceId } = await ledger.workspace();
  const id = await ledger.bill(workspaceId, 50);
  ledger.startRelay("tokens");
  await ledger.rowsOnce(({ lastError }) => lastError === "NO_METER");
  expect(await ledger.row(id)).toMatchObject({ state: "PENDING", firstTriedAt: null });
});

test("a key that Stripe refuses fails nothing: what is to be billed waits for a good one", async () => {
  const { id: workspaceId } = await ledger.workspace();
  const id = await ledger.bill(workspaceId, 50);
  ledger.stripe.account.keys.reject(STRIPE_KEY);
  ledger.startRelay();
  await ledger.rowsOnce(({ lastError }) => lastError === "KEY_REFUSED");
  // It was certainly not taken: however long the key stays bad, sending it later is safe.
  expect(await ledger.row(id)).toMatchObject({ state: "PENDING", firstTriedAt: null });
  await ledger.letPass(30);
  ledger.stripe.account.keys.accept(STRIPE_KEY);
  await ledger.rowsOnce(isDelivered);
  expect(taken(ledger)).toMatchObject([{ id, value: 50 }]);
});

test("a workspace without a customer waits for one, and is then billed under the time it happened", async () => {
  const { id: workspaceId } = await ledger.workspace(null);
  const occurredAt = new Date(Date.now() - 48 * HOUR_MS);
  const id = await ledger.bill(workspaceId, 50, occurredAt);
  const other = await ledger.workspace();
  await ledger.bill(other.id, 60);
  ledger.startRelay();
  await ledger.rowsOnce((row) => idOf(row) === id || isDelivered(row));
  expect(await ledger.row(id)).toMatchObject({ state: "PENDING", tries: 0 });
  await ledger.dataSource.query("UPDATE workspaces SET stripe_customer_id = 'cus_late' WHERE id = $1", [workspaceId]);
  await ledger.rowsOnce(isDelivered);
  expect(taken(ledger)).toContainEqual({ id, customer: "cus_late", value: 50, at: seconds(occurredAt) });
});

test("Stripe down for six hours: everything arrives afterwards, with its original time", async () => {
  const { id: workspaceId } = await ledger.workspace();
  for (let value = 1; value <= 5; value += 1) await ledger.bill(workspaceId, value);
  await ledger.stripe.refuseConnections();
  ledger.startRelay();
  await ledger.rowsOnce(({ value, tries }) => value !== 1 || tries > 0);
  await ledger.letPass(6);
  const times = (await ledger.rowsOnce(() => true)).map(({ occurredAt }) => seconds(occurredAt));
  await ledger.stripe.acceptConnections();
  await ledger.rowsOnce(isDelivered);
  expect(taken(ledger).map(({ value, at }) => ({ value, at }))).toEqual(
    times.map((at, index) => ({ value: index + 1, at })),
  );
});

test("Stripe down for 26 hours: what was tried becomes AMBIGUOUS, what was not is sent", async () => {
  const [first, second] = [await ledger.workspace(), await ledger.workspace()];
  const tried = [await ledger.bill(first.id, 1), await ledger.bill(second.id, 2)];
  const untried = [await ledger.bill(first.id, 10), await ledger.bill(second.id, 20)];
  ledger.stripe.account.faults.set({ unavailable: true });
  const relay = ledger.startRelay();
  await ledger.rowsOnce(({ value, lastError }) => value >= 10 || lastError !== null);
  await relay.close();
  await ledger.letPass(26);
  ledger.stripe.account.faults.clear();
  ledger.startRelay();
  await ledger.rowsOnce(({ state }) => state !== "PENDING");
  for (const id of tried) expect(await ledger.row(id)).toMatchObject({ state: "AMBIGUOUS", deliveredAt: null });
  for (const id of untried) expect(await ledger.row(id)).toMatchObject({ state: "DELIVERED" });
  expect(
    taken(ledger)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(untried.sort());
  const given = ledger.logs.filter(({ level, msg }) => level === "error" && msg.includes("unanswered"));
  expect(given.map(({ session }) => session).sort()).toEqual(tried.sort());
});

test("an event stays with the customer that it was first sent for", async () => {
  const { id: workspaceId, customerId } = await ledger.workspace();
  const id = await ledger.bill(workspaceId, 50);
  ledger.stripe.account.faults.set({ next: ["cut"] });
  ledger.startRelay();
  await ledger.rowsOnce(({ tries }) => tries === 1);
  await ledger.dataSource.query("UPDATE workspaces SET stripe_customer_id = 'cus_new' WHERE id = $1", [workspaceId]);
  const later = await ledger.bill(workspaceId, 60);
  await ledger.rowsOnce(isDelivered);
  expect(taken(ledger).map(({ id: taker, customer }) => [taker, customer])).toEqual([
    [id, customerId],
    [later, "cus_new"],
  ]);
});

test("a lane whose server has gone is taken by another, and what was under way counts once", async () => {
  const { id: workspaceId } = await ledger.workspace();
  const id = await ledger.bill(workspaceId, 50);
  const letGo = ledger.stripe.account.hold.at("before-answer");
  ledger.startRelay();
  await ledger.stripe.account.ledger.waitFor(({ events }) => events.length === 1);
  // As if the first had not been heard of for as long as a lane may be had.
  await ledger.dataSource.query("UPDATE meter_lanes SET free_at = now()");
  ledger.startRelay();
  await ledger.rowsOnce(({ tries }) => tries === 2);
  letGo();
  await ledger.rowsOnce(isDelivered);
  expect(taken(ledger).map((event) => event.id)).toEqual([id]);
});

test("a relay that is closed sends what can be sent, and leaves its lanes free", async () => {
  const relay = ledger.startRelay();
  const { id: workspaceId } = await ledger.workspace();
  await ledger.bill(workspaceId, 50);
  await relay.close();
  expect(taken(ledger)).toMatchObject([{ value: 50 }]);
  expect(relay.answers).toEqual({ DELIVERED: 1, LATER: 0, REFUSED: 0 });
  expect(await ledger.dataSource.query("SELECT taken_by FROM meter_lanes")).toEqual([{ taken_by: null }]);
});
