import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { newId } from "../../src/ids";
import { connectStripe } from "../../src/metering/stripe-client";
import { createStripeMeter, type MeterAnswer, meterIdentifier } from "../../src/metering/stripe-meter";
import { Secret } from "../../src/secret";
import { type StripeSimulator, startStripeSimulator } from "../../src/simulators/stripe-simulator";

let stripe: StripeSimulator;
beforeEach(async () => {
  stripe = await startStripeSimulator();
});
afterEach(() => stripe.close());

const FACT = { sessionId: newId(), resent: 0, customerId: "cus_a", value: 25, occurredAt: new Date() };

function send(apiBase = stripe.url): Promise<MeterAnswer> {
  const client = connectStripe({ secretKey: new Secret("sk_test_of_the_meter_tests"), apiBase });
  return createStripeMeter(client, "ai_tokens").send(FACT);
}

const requests = () => stripe.account.journal.messages().length;
const later = (reason: string, known = false) => ({ outcome: "LATER", reason, known, retryAfterSeconds: null });

test.each<[number, string, string, boolean]>([
  [503, '{"message":"no healthy upstream"}', "METER_UNAVAILABLE", false],
  [503, '"Service Unavailable"', "METER_UNAVAILABLE", false],
  [503, "null", "METER_UNAVAILABLE", false],
  [503, '{"error":"Service Unavailable"}', "METER_UNAVAILABLE", false],
  [502, "<html>Bad Gateway</html>", "METER_UNAVAILABLE", false],
  [504, "{}", "METER_UNAVAILABLE", false],
  [500, "[]", "METER_UNAVAILABLE", false],
  [409, "{}", "CONFLICT", false],
  [429, '{"message":"API rate limit exceeded"}', "RATE_LIMITED", true],
  [429, "slow down", "RATE_LIMITED", true],
  [401, "{}", "KEY_REFUSED", true],
  [403, '{"message":"blocked by policy"}', "KEY_REFUSED", true],
  [404, '{"message":"no Route matched"}', "NOT_STRIPE", false],
  [404, '{"error":"Not Found","path":"/v1/billing/meter_events"}', "NOT_STRIPE", false],
  [404, '{"error":{"code":404,"message":"an event already exists"}}', "NOT_STRIPE", false],
  [400, '{"error":"an event already exists"}', "NOT_STRIPE", false],
  [407, "true", "NOT_STRIPE", false],
  [302, "{}", "NOT_STRIPE", false],
  [302, '{"error":{"type":"invalid_request_error","message":"moved"}}', "NOT_STRIPE", false],
  [204, "", "NOT_STRIPE", false],
  [200, "{}", "NOT_STRIPE", false],
  [200, "1", "NOT_STRIPE", false],
  [200, "<html>Log in to this network</html>", "NOT_STRIPE", false],
  [200, '{"error":{"type":"invalid_request_error","message":"no"}}', "NOT_STRIPE", false],
  [200, '{"object":"billing.meter_event","identifier":"ses_of_somebody_else"}', "NOT_STRIPE", false],
  [200, `{"object":"billing.meter","identifier":"${meterIdentifier(FACT)}"}`, "NOT_STRIPE", false],
])("%i with %s, which is not Stripe's, delivers nothing and refuses nothing", async (status, body, reason, known) => {
  stripe.account.faults.set({ proxyAnswers: [{ status, body }] });
  expect(await send()).toEqual(later(reason, known));
  expect(await send()).toEqual({ outcome: "DELIVERED" });
  expect(stripe.account.ledger.events).toMatchObject([{ identifier: meterIdentifier(FACT), value: 25 }]);
});

test("a page that Stripe itself does not have refuses the event", async () => {
  const body = '{"error":{"type":"invalid_request_error","message":"Unrecognized request URL"}}';
  stripe.account.faults.set({ proxyAnswers: [{ status: 404, body }] });
  expect(await send()).toEqual({ outcome: "REFUSED", reason: "HTTP_404" });
});

test("an answer that is lost is not asked for again: what a second request is told would not be of the first", async () => {
  stripe.account.faults.set({ next: ["lost", 429] });
  expect(await send()).toEqual(later("NO_ANSWER"));
  expect([requests(), stripe.account.ledger.events.length]).toEqual([1, 1]);
});

test("one send is one request, whatever is wrong with it", async () => {
  for (const fate of ["cut", 409, 429, 500, 503] as const) {
    const before = requests();
    stripe.account.faults.set({ next: [fate] });
    expect(await send()).toMatchObject({ outcome: "LATER" });
    expect([fate, requests() - before]).toEqual([fate, 1]);
  }
});

test("Stripe is reached at an IPv6 address too", async () => {
  await stripe.close();
  stripe = await startStripeSimulator({ host: "::1" });
  expect(stripe.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect(await send()).toEqual({ outcome: "DELIVERED" });
});
