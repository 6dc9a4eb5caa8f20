import { expect, test } from "@jest/globals";
import Stripe from "stripe";
import { control, meterEvent, simulatedStripe, stripeError } from "./simulated-stripe-client";

test("lost: the event is taken, and the SDK asks once more by itself, even without retries", async () => {
  const { client, account, ledger } = await simulatedStripe();
  account.faults.set({ next: ["lost"] });
  const event = await client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" }));
  expect(event.identifier).toBe("ses_1");
  expect(ledger.events).toHaveLength(1);
  expect([ledger.answersLost, ledger.answersReplayed, ledger.duplicatesRefused]).toEqual([1, 1, 0]);
});

test("lost twice: the SDK gives up, and a new call is told that the event exists", async () => {
  const { client, account, ledger } = await simulatedStripe();
  account.faults.set({ next: ["lost", "lost"] });
  const error = await stripeError(client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" })));
  expect(error).toBeInstanceOf(Stripe.errors.StripeConnectionError);
  expect(ledger.events).toHaveLength(1);
  const again = await stripeError(client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" })));
  expect(again.message).toBe("An event already exists with identifier ses_1.");
});

test("cut: the event is taken, and the SDK neither reads its answer nor tries again", async () => {
  const { client, account, ledger } = await simulatedStripe();
  account.faults.set({ next: ["cut"] });
  const error = await stripeError(client.billing.meterEvents.create(meterEvent()));
  expect(error).toBeInstanceOf(Stripe.errors.StripeConnectionError);
  expect([ledger.events.length, ledger.answersLost, ledger.answersReplayed]).toEqual([1, 1, 0]);
});

test.each([409, 429, 500, 503] as const)("%i: nothing is taken, and the SDK does not try again", async (status) => {
  const { client, account, ledger } = await simulatedStripe();
  account.faults.set({ next: [status] });
  const error = await stripeError(client.billing.meterEvents.create(meterEvent()));
  expect(error).toMatchObject({ statusCode: status });
  expect([ledger.events.length, ledger.failures, account.journal.messages().length]).toEqual([0, 1, 1]);
});

test("shares: the same seed gives the same fates", async () => {
  const fates = async (seed: number) => {
    const { account } = await simulatedStripe({ seed });
    account.faults.set({ lostAnswers: 0.12, failures: 0.08 });
    return Array.from({ length: 20_000 }, () => account.faults.draw());
  };
  const first = await fates(7);
  expect(await fates(7)).toEqual(first);
  expect(await fates(8)).not.toEqual(first);
  const count = (wanted: (fate: (typeof first)[number]) => boolean) => first.filter(wanted).length;
  expect(count((fate) => typeof fate === "number") / 20_000).toBeCloseTo(0.08, 2);
  expect(count((fate) => fate === "lost" || fate === "cut") / 20_000).toBeCloseTo(0.92 * 0.12, 2);
});

test("a share of 1 is every time, of 0 never", async () => {
  const { client, account, ledger } = await simulatedStripe();
  account.faults.set({ failures: 1, failureStatuses: [503] });
  for (let tried = 0; tried < 3; tried += 1) await stripeError(client.billing.meterEvents.create(meterEvent()));
  account.faults.clear();
  await client.billing.meterEvents.create(meterEvent());
  expect([ledger.failures, ledger.events.length]).toEqual([3, 1]);
});

test("an outage answers everything with 503", async () => {
  const { client, account } = await simulatedStripe();
  account.faults.set({ unavailable: true });
  const errors = [
    await stripeError(client.billing.meterEvents.create(meterEvent())),
    await stripeError(client.billing.meters.list()),
  ];
  expect(errors.map((error) => error.statusCode)).toEqual([503, 503]);
  account.faults.set({ unavailable: false });
  await client.billing.meterEvents.create(meterEvent());
});

test("a proxy answers in Stripe's place, whatever is asked, and lets nothing through", async () => {
  const { simulator, account, ledger } = await simulatedStripe();
  account.faults.set({
    proxyAnswers: [
      { status: 502, body: "<html>" },
      { status: 200, body: "{}" },
    ],
  });
  const ask = async (method: string) => {
    const answer = await fetch(`${simulator.url}/v1/billing/meter_events`, { method });
    return [answer.status, await answer.text(), answer.headers.has("request-id")];
  };
  expect(await ask("POST")).toEqual([502, "<html>", false]);
  expect(await ask("GET")).toEqual([200, "{}", false]);
  expect(ledger.events).toEqual([]);
  expect(await ask("GET")).toEqual([401, expect.any(String), true]);
});

test("an outage of the network refuses connections until it is over", async () => {
  const { client, simulator } = await simulatedStripe();
  await client.billing.meterEvents.create(meterEvent());
  await simulator.refuseConnections();
  const error = await stripeError(client.billing.meterEvents.create(meterEvent()));
  expect(error).toMatchObject({ type: "StripeConnectionError", detail: { code: "ECONNREFUSED" } });
  await simulator.acceptConnections();
  await client.billing.meterEvents.create(meterEvent());
});

test("events can be held before they are taken, and before they are answered", async () => {
  const { client, account, ledger } = await simulatedStripe();
  const take = account.hold.at("before-taking");
  const answer = account.hold.at("before-answer");
  let answered = false;
  const call = client.billing.meterEvents.create(meterEvent()).then(() => {
    answered = true;
  });
  await ledger.waitFor(() => ledger.inFlight("cus_a") === 1);
  expect(ledger.events).toHaveLength(0);
  take();
  await ledger.waitFor(({ events }) => events.length === 1);
  expect(answered).toBe(false);
  answer();
  await call;
});

test("a test can put events there and take them away", async () => {
  const { client, ledger } = await simulatedStripe();
  await client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" }));
  expect(ledger.remove("ses_1")).toBe(true);
  expect(ledger.remove("ses_1")).toBe(false);
  ledger.add({ identifier: "ses_2", eventName: "ai_tokens", customer: "cus_a", value: 4, timestamp: 0 });
  expect(ledger.sumOf("cus_a")).toBe(4);
  const error = await stripeError(client.billing.meterEvents.create(meterEvent({ identifier: "ses_2" })));
  expect(error.message).toContain("already exists");
});

test("all of it can be set from another process", async () => {
  const { client, simulator, account, ledger } = await simulatedStripe();
  const send = async (method: string, path: string, body?: object) =>
    (await control(simulator, method, path, body)).status;
  expect(await send("POST", "faults", { next: [503] })).toBe(204);
  await stripeError(client.billing.meterEvents.create(meterEvent()));
  expect(await send("POST", "faults", { next: ["mauled"] })).toBe(400);
  expect(await send("POST", "faults", { lostAnswers: 2 })).toBe(400);
  expect(await send("POST", "faults", { lostAnswers: 1 })).toBe(204);
  expect(await send("DELETE", "faults")).toBe(204);
  await client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" }));

  const event = { identifier: "ses_2", eventName: "ai_tokens", customer: "cus_b", value: 4, timestamp: 0 };
  expect(await send("POST", "events", event)).toBe(204);
  expect(await send("DELETE", "events?identifier=ses_1")).toBe(204);
  expect(await send("DELETE", "events?identifier=ses_1")).toBe(400);
  expect(await (await control(simulator, "GET", "events")).json()).toEqual({
    events: [{ ...event, receivedAt: expect.any(Number), counts: true }],
    sums: { cus_b: 4 },
    mostConcurrent: { cus_a: 1 },
    duplicatesRefused: 0,
    answersLost: 0,
    answersReplayed: 0,
    failures: 1,
    lockTimeouts: 0,
  });

  expect(await send("POST", "clock", { now: 5_000 })).toBe(204);
  expect(account.clock.seconds()).toBe(5);
  expect(await send("POST", "clock", { advanceMs: 60_000 })).toBe(204);
  expect(account.clock.seconds()).toBe(65);
  expect(await send("POST", "customers", { remove: "cus_b" })).toBe(204);
  await stripeError(client.billing.meterEvents.create(meterEvent({ customer: "cus_b" })));
  expect(await send("POST", "keys", { reject: "sk_test_other" })).toBe(204);
  expect(await send("GET", "nothing")).toBe(404);
  expect(ledger.events).toHaveLength(1);
});
