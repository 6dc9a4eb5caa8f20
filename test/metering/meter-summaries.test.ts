import { connect, createServer } from "node:net";
import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { createMeterSummaries } from "../../src/metering/meter-summaries";
import { connectStripe } from "../../src/metering/stripe-client";
import { Secret } from "../../src/secret";
import { type StripeSimulator, startStripeSimulator } from "../../src/simulators/stripe-simulator";

let stripe: StripeSimulator;
beforeEach(async () => {
  stripe = await startStripeSimulator();
});
afterEach(() => stripe.close());

const FROM = new Date("2026-11-20T00:00Z");
const TO = new Date("2026-11-21T00:00Z");

function open(apiBase = stripe.url) {
  const client = connectStripe({ secretKey: new Secret("sk_test_of_the_summary_tests"), apiBase });
  return createMeterSummaries(client, "ai_tokens");
}

const requests = () => stripe.account.journal.requests.length;

test("reading is tried again after server faults, whoever answers them", async () => {
  const { faults } = stripe.account;
  faults.set({ proxyAnswers: ['"Service Unavailable"', "<html>", "{}"].map((body) => ({ status: 503, body })) });
  const summaries = await open();
  expect(requests()).toBe(4);
  faults.set({ proxyAnswers: [{ status: 500, body: "null" }] });
  expect(await summaries.total("cus_a", FROM, TO)).toBe(0);
  expect(requests()).toBe(6);
});

test("reading is tried again after a connection that was reset", async () => {
  let connections = 0;
  const line = createServer((socket) => {
    connections += 1;
    socket.on("error", () => undefined);
    if (connections < 3) socket.once("data", () => socket.resetAndDestroy());
    else socket.pipe(connect(Number(new URL(stripe.url).port), "127.0.0.1")).pipe(socket);
  });
  await new Promise<void>((resolve) => line.listen(0, "127.0.0.1", resolve));
  const address = line.address();
  if (address === null || typeof address === "string") throw new Error("it listens on no port");
  await open(`http://127.0.0.1:${address.port}`);
  expect([connections, requests()]).toEqual([3, 1]);
  line.close();
});

test.each<[string, number, string, number, RegExp]>([
  ["a rate limit", 429, '{"error":{"type":"api_error","message":"Too many requests"}}', 1, /^Stripe .+429.+Too many/],
  ["a proxy's rate limit", 429, '{"message":"Too many requests"}', 1, /^Stripe .+429.+not Stripe's/],
  [
    "a refused key",
    401,
    '{"error":{"type":"invalid_request_error","message":"Invalid API Key"}}',
    1,
    /^Stripe .+401.+Key/,
  ],
  ["an outage", 503, '"Service Unavailable"', 4, /^Stripe .+503.+not Stripe's/],
  ["a page of somebody else", 200, "<html>", 1, /^Stripe .+200.+not Stripe's/],
  ["an object of somebody else", 200, "{}", 1, /^Stripe .+200.+not Stripe's/],
])("%s says that it is Stripe's, and what it was", async (_, status, body, times, message) => {
  const answers = Array.from({ length: times }, () => ({ status, body }));
  stripe.account.faults.set({ proxyAnswers: answers });
  await expect(open()).rejects.toThrow(message);
  const summaries = await open();
  stripe.account.faults.set({ proxyAnswers: answers });
  await expect(summaries.hours("cus_a", FROM, TO)).rejects.toThrow(message);
});
