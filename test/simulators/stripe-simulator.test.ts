import { describe, expect, test } from "@jest/globals";
import Stripe from "stripe";
import { KEY, meterEvent, simulatedStripe, stripeClient, stripeError } from "./simulated-stripe-client";

const NOW = Date.parse("2026-11-24T12:00:30Z");
const SECONDS = Math.floor(NOW / 1000);
const DAY = 86_400;

describe("a meter event", () => {
  test("is taken, and answered as Stripe answers", async () => {
    const { client, ledger } = await simulatedStripe({ now: () => NOW });
    const event = await client.billing.meterEvents.create(meterEvent({ identifier: "ses_1", timestamp: SECONDS - 60 }));
    expect(event).toEqual({
      object: "billing.meter_event",
      created: SECONDS,
      event_name: "ai_tokens",
      identifier: "ses_1",
      livemode: false,
      payload: { stripe_customer_id: "cus_a", value: "25" },
      timestamp: SECONDS - 60,
    });
    expect(event.lastResponse.requestId).toMatch(/^req_/);
    expect(ledger.events).toEqual([
      {
        identifier: "ses_1",
        eventName: "ai_tokens",
        customer: "cus_a",
        value: 25,
        timestamp: SECONDS - 60,
        receivedAt: NOW,
        counts: true,
      },
    ]);
  });

  test("gets an identifier and the present time where it has none", async () => {
    const { client } = await simulatedStripe({ now: () => NOW });
    const event = await client.billing.meterEvents.create(meterEvent());
    expect(event).toMatchObject({ identifier: expect.stringMatching(/^[0-9a-f-]{36}$/), timestamp: SECONDS });
  });

  test("adds to its customer's sum", async () => {
    const { client, ledger } = await simulatedStripe();
    await client.billing.meterEvents.create(meterEvent({ value: "25" }));
    await client.billing.meterEvents.create(meterEvent({ value: "-5" }));
    await client.billing.meterEvents.create(meterEvent({ value: "7", customer: "cus_b" }));
    expect(ledger.sums()).toEqual({ cus_a: 20, cus_b: 7 });
    expect(ledger.sumOf("cus_c")).toBe(0);
  });

  test.each<[string, object, object]>([
    ["no event name", { event_name: undefined }, { code: "parameter_missing", param: "event_name" }],
    ["an empty event name", { event_name: "" }, { code: "parameter_invalid_empty", param: "event_name" }],
    ["an event name that is too long", { event_name: "x".repeat(101) }, { param: "event_name" }],
    ["an event name of no meter", { event_name: "tokens" }, { param: "event_name", code: undefined }],
    ["no payload", { payload: undefined }, { code: "parameter_missing", param: "payload" }],
    ["a payload that is a text", { payload: "25" }, { param: "payload", message: "Invalid object" }],
    ["an unknown field", { customer: "cus_a" }, { code: "parameter_unknown", param: "customer" }],
    ["an identifier of 101 characters", { identifier: "x".repeat(101) }, { param: "identifier" }],
    ["a time that is no number", { timestamp: "now" }, { code: "parameter_invalid_integer", param: "timestamp" }],
    ["no customer", { payload: { value: "1" } }, { code: "meter_event_no_customer_defined" }],
    ["no value", { payload: { stripe_customer_id: "cus_a" } }, { code: "meter_event_value_not_found" }],
    ["what is no customer", meterEvent({ customer: "someone" }), { code: "resource_missing" }],
    ["a fraction", meterEvent({ value: "1.5" }), { code: "meter_event_invalid_value", param: "payload[value]" }],
    ["a word", meterEvent({ value: "many" }), { code: "meter_event_invalid_value" }],
    ["16 digits", meterEvent({ value: "1".repeat(16) }), { code: "meter_event_value_too_many_digits" }],
    ["a time 35 days back", { timestamp: SECONDS - 35 * DAY - 1 }, { code: "timestamp_too_far_in_past" }],
    ["a time 5 minutes ahead", { timestamp: SECONDS + 301 }, { code: "timestamp_in_future" }],
  ])("is refused with %s", async (_, different, expected) => {
    const { client, ledger } = await simulatedStripe({ now: () => NOW });
    const error = await stripeError(client.billing.meterEvents.create({ ...meterEvent(), ...different }));
    expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
    expect(error).toMatchObject({ statusCode: 400, rawType: "invalid_request_error", ...expected });
    expect(ledger.events).toEqual([]);
  });

  test.each<[string, object]>([
    ["an identifier of 100 characters", { identifier: "x".repeat(100) }],
    ["a time 35 days back to the second", { timestamp: SECONDS - 35 * DAY }],
    ["a time 5 minutes ahead to the second", { timestamp: SECONDS + 300 }],
    ["15 digits", meterEvent({ value: "9".repeat(15) })],
    ["nothing to pay", meterEvent({ value: "0" })],
  ])("is taken with %s", async (_, different) => {
    const { client, ledger } = await simulatedStripe({ now: () => NOW });
    await client.billing.meterEvents.create({ ...meterEvent(), ...different });
    expect(ledger.events).toHaveLength(1);
  });

  test("is refused for a customer that was removed", async () => {
    const { client, account } = await simulatedStripe();
    account.removeCustomer("cus_a");
    const error = await stripeError(client.billing.meterEvents.create(meterEvent()));
    expect(error).toMatchObject({ statusCode: 400, code: "resource_missing", message: "No such customer: 'cus_a'" });
    account.addCustomer("cus_a");
    await client.billing.meterEvents.create(meterEvent());
  });

  test("is refused by a meter that is switched off", async () => {
    const { client } = await simulatedStripe();
    const [meter] = (await client.billing.meters.list()).data;
    await client.billing.meters.deactivate(meter?.id ?? "");
    const error = await stripeError(client.billing.meterEvents.create(meterEvent()));
    expect(error).toMatchObject({ statusCode: 400, param: "event_name" });
    await client.billing.meters.reactivate(meter?.id ?? "");
    await client.billing.meterEvents.create(meterEvent());
  });
});

describe("an identifier", () => {
  test("that was taken is refused with 400, and with no code to tell it by", async () => {
    const { client, ledger } = await simulatedStripe();
    await client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" }));
    const error = await stripeError(
      client.billing.meterEvents.create(meterEvent({ identifier: "ses_1", value: "99" })),
    );
    expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
    expect(error.raw).toMatchObject({
      type: "invalid_request_error",
      message: "An event already exists with identifier ses_1.",
    });
    expect(error.raw).not.toHaveProperty("code");
    expect(ledger.duplicatesRefused).toBe(1);
    expect(ledger.sumOf("cus_a")).toBe(25);
  });

  test("is refused for another customer too", async () => {
    const { client } = await simulatedStripe();
    await client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" }));
    const again = client.billing.meterEvents.create(meterEvent({ identifier: "ses_1", customer: "cus_b" }));
    expect(await stripeError(again)).toMatchObject({ message: expect.stringContaining("already exists") });
  });

  test("is forgotten after 24 hours: sent again, it is billed again", async () => {
    const { client, account, ledger } = await simulatedStripe();
    await client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" }));
    account.clock.advance(24 * 3_600_000 - 5_000);
    await stripeError(client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" })));
    account.clock.advance(5_000);
    await client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" }));
    expect(ledger.sumOf("cus_a")).toBe(50);
  });
});

describe("one call at a time per customer", () => {
  test("a second one is refused with lock_timeout while the first is under way", async () => {
    const { client, account, ledger } = await simulatedStripe();
    const release = account.hold.at("before-taking");
    const first = client.billing.meterEvents.create(meterEvent());
    await ledger.waitFor(() => ledger.inFlight("cus_a") === 1);
    const error = await stripeError(client.billing.meterEvents.create(meterEvent()));
    expect(error).toBeInstanceOf(Stripe.errors.StripeRateLimitError);
    expect(error).toMatchObject({ statusCode: 429, code: "lock_timeout" });
    release();
    await first;
    await client.billing.meterEvents.create(meterEvent());
    expect(ledger.events).toHaveLength(2);
    expect([ledger.mostConcurrent("cus_a"), ledger.lockTimeouts]).toEqual([2, 1]);
  });

  test("other customers go on", async () => {
    const { client, account, ledger } = await simulatedStripe();
    const release = account.hold.at("before-answer");
    const calls = ["cus_a", "cus_b"].map((customer) => client.billing.meterEvents.create(meterEvent({ customer })));
    await ledger.waitFor(({ events }) => events.length === 2);
    release();
    await Promise.all(calls);
    expect(ledger.mostConcurrentOfAll()).toEqual({ cus_a: 1, cus_b: 1 });
  });

  test("one after the other is never refused", async () => {
    const { client, ledger } = await simulatedStripe();
    for (let sent = 0; sent < 50; sent += 1) await client.billing.meterEvents.create(meterEvent());
    expect([ledger.mostConcurrent("cus_a"), ledger.lockTimeouts]).toEqual([1, 0]);
  });
});

describe("an idempotency key", () => {
  const options = { idempotencyKey: "key-1" };

  test("that was seen gets the stored answer, and nothing is taken again", async () => {
    const { client, ledger } = await simulatedStripe();
    const first = await client.billing.meterEvents.create(meterEvent(), options);
    const again = await client.billing.meterEvents.create(meterEvent(), options);
    expect(again).toEqual(first);
    expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect([ledger.events.length, ledger.answersReplayed]).toEqual([1, 1]);
  });

  test("stands for its parameters alone", async () => {
    const { client } = await simulatedStripe();
    await client.billing.meterEvents.create(meterEvent(), options);
    const error = await stripeError(client.billing.meterEvents.create(meterEvent({ value: "26" }), options));
    expect(error).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
    expect(error).toMatchObject({ statusCode: 400, rawType: "idempotency_error" });
  });

  test("is refused with 409 while its first request is under way", async () => {
    const { client, account, ledger } = await simulatedStripe();
    const release = account.hold.at("before-answer");
    const first = client.billing.meterEvents.create(meterEvent(), options);
    await ledger.waitFor(({ events }) => events.length === 1);
    const error = await stripeError(client.billing.meterEvents.create(meterEvent(), options));
    expect(error).toMatchObject({ statusCode: 409, code: "idempotency_key_in_use" });
    release();
    await first;
  });

  test("keeps what the endpoint refused, a failure included", async () => {
    const { client, account, ledger } = await simulatedStripe();
    account.faults.set({ next: [500] });
    const errors = [
      await stripeError(client.billing.meterEvents.create(meterEvent(), options)),
      await stripeError(client.billing.meterEvents.create(meterEvent(), options)),
    ];
    expect(errors.map((error) => error.statusCode)).toEqual([500, 500]);
    expect(ledger.events).toEqual([]);
    await client.billing.meterEvents.create(meterEvent());
  });

  test.each([429, 503] as const)("keeps no %i: that came before the endpoint", async (status) => {
    const { client, account, ledger } = await simulatedStripe();
    account.faults.set({ next: [status] });
    await stripeError(client.billing.meterEvents.create(meterEvent(), options));
    await client.billing.meterEvents.create(meterEvent(), options);
    expect(ledger.events).toHaveLength(1);
  });

  test("keeps no refused parameters", async () => {
    const { client } = await simulatedStripe();
    await stripeError(client.billing.meterEvents.create(meterEvent({ value: "x" }), options));
    await client.billing.meterEvents.create(meterEvent(), options);
  });

  test("is forgotten after 24 hours", async () => {
    const { client, account, ledger } = await simulatedStripe();
    await client.billing.meterEvents.create(meterEvent(), options);
    account.clock.advance(24 * 3_600_000);
    await client.billing.meterEvents.create(meterEvent(), options);
    expect(ledger.events).toHaveLength(2);
  });
});

describe("a key", () => {
  test.each(["", "password", "pk_test_public"])("that is no secret one is refused: %j", async (key) => {
    const { simulator } = await simulatedStripe();
    const response = await fetch(`${simulator.url}/v1/billing/meters`, { headers: { authorization: `Bearer ${key}` } });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error" } });
  });

  test("is told apart by what it was done to", async () => {
    const { client, account, simulator } = await simulatedStripe();
    account.keys.reject(KEY);
    const error = await stripeError(client.billing.meterEvents.create(meterEvent()));
    expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect(error).toMatchObject({ statusCode: 401, message: expect.stringContaining(KEY) });
    await stripeClient(simulator, "rk_test_restricted").billing.meterEvents.create(meterEvent());
  });

  test("that may only write is refused where it reads", async () => {
    const { simulator } = await simulatedStripe();
    const client = stripeClient(simulator, "rk_test-forbidden-0001");
    await client.billing.meterEvents.create(meterEvent());
    expect(await stripeError(client.billing.meters.list())).toBeInstanceOf(Stripe.errors.StripePermissionError);
  });
});

test("what is not there is a 404", async () => {
  const { client } = await simulatedStripe();
  const errors = [
    await stripeError(client.customers.list()),
    await stripeError(client.billing.meters.retrieve("mtr_none")),
    await stripeError(client.v2.core.events.retrieve("evt_none")),
  ];
  expect(errors.map((error) => error.statusCode)).toEqual([404, 404, 404]);
});
