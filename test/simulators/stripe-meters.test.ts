import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "@jest/globals";
import Stripe from "stripe";
import { control, meterEvent, simulatedStripe, stripeError } from "./simulated-stripe-client";

const HOUR = 3_600;
const MIDNIGHT = Date.parse("2026-11-24T00:00:00Z") / 1000;
const NOW = () => (MIDNIGHT + 20 * HOUR) * 1000;

describe("meters", () => {
  test("are listed, so that one is found by its event name", async () => {
    const { client } = await simulatedStripe({ eventNames: ["ai_tokens", "seats"] });
    const { data, has_more, url } = await client.billing.meters.list({ status: "active" });
    expect([has_more, url]).toEqual([false, "/v1/billing/meters"]);
    expect(data.map(({ event_name }) => event_name)).toEqual(["seats", "ai_tokens"]);
    const meter = data.find(({ event_name }) => event_name === "ai_tokens");
    expect(meter).toMatchObject({
      id: expect.stringMatching(/^mtr_test_\w+$/),
      object: "billing.meter",
      status: "active",
      default_aggregation: { formula: "sum" },
      customer_mapping: { event_payload_key: "stripe_customer_id", type: "by_id" },
      value_settings: { event_payload_key: "value" },
    });
    expect(await client.billing.meters.retrieve(meter?.id ?? "")).toEqual(meter);
  });

  test("are told apart by status", async () => {
    const { client } = await simulatedStripe({ eventNames: ["ai_tokens", "seats"] });
    const [seats] = (await client.billing.meters.list()).data;
    await client.billing.meters.deactivate(seats?.id ?? "");
    const names = async (status: "active" | "inactive") =>
      (await client.billing.meters.list({ status })).data.map(({ event_name }) => event_name);
    expect(await names("active")).toEqual(["ai_tokens"]);
    expect(await names("inactive")).toEqual(["seats"]);
  });

  test("come in pages, which the SDK can walk", async () => {
    const eventNames = Array.from({ length: 25 }, (_, index) => `event_${index}`);
    const { client } = await simulatedStripe({ eventNames });
    const first = await client.billing.meters.list();
    expect([first.data.length, first.has_more]).toEqual([10, true]);
    const all = await client.billing.meters.list({ limit: 10 }).autoPagingToArray({ limit: 100 });
    expect(all.map(({ event_name }) => event_name)).toEqual(eventNames.toReversed());
    const before = await client.billing.meters.list({ limit: 2, ending_before: all[4]?.id ?? "" });
    expect(before.data).toEqual(all.slice(2, 4));
    expect(await stripeError(client.billing.meters.list({ limit: 101 }))).toMatchObject({ param: "limit" });
  });
});

describe("event summaries", () => {
  async function withEvents() {
    const simulated = await simulatedStripe({ now: NOW });
    const { client } = simulated;
    const events: [seconds: number, value: string, customer: string][] = [
      [MIDNIGHT - 1, "1", "cus_a"],
      [MIDNIGHT, "10", "cus_a"],
      [MIDNIGHT + 59, "100", "cus_a"],
      [MIDNIGHT + 60, "1000", "cus_a"],
      [MIDNIGHT + 5 * HOUR, "10000", "cus_a"],
      [MIDNIGHT, "7", "cus_b"],
    ];
    for (const [timestamp, value, customer] of events) {
      await client.billing.meterEvents.create(
        meterEvent({ value, customer, timestamp, identifier: `${customer}_${value}` }),
      );
    }
    const [meter] = (await client.billing.meters.list()).data;
    const list = (parameters: Partial<Stripe.Billing.MeterListEventSummariesParams>) =>
      client.billing.meters.listEventSummaries(meter?.id ?? "", {
        customer: "cus_a",
        start_time: MIDNIGHT,
        end_time: MIDNIGHT + 24 * HOUR,
        ...parameters,
      });
    return { ...simulated, meter, list };
  }

  test("sum up a range, its start included and its end not", async () => {
    const { list, meter } = await withEvents();
    const { data, has_more } = await list({ end_time: MIDNIGHT + 60 });
    expect(has_more).toBe(false);
    expect(data).toEqual([
      {
        id: expect.stringMatching(/^mtrusg_test_/),
        object: "billing.meter_event_summary",
        aggregated_value: 110,
        start_time: MIDNIGHT,
        end_time: MIDNIGHT + 60,
        livemode: false,
        meter: meter?.id,
      },
    ]);
    expect((await list({ customer: "cus_b" })).data).toMatchObject([{ aggregated_value: 7 }]);
    expect((await list({ customer: "cus_c" })).data).toEqual([]);
  });

  test("go by hours or days, the newest first, and leave out the empty ones", async () => {
    const { list } = await withEvents();
    expect((await list({ value_grouping_window: "hour" })).data).toMatchObject([
      { aggregated_value: 10_000, start_time: MIDNIGHT + 5 * HOUR, end_time: MIDNIGHT + 6 * HOUR },
      { aggregated_value: 1_110, start_time: MIDNIGHT, end_time: MIDNIGHT + HOUR },
    ]);
    const days = await list({ value_grouping_window: "day", start_time: MIDNIGHT - 24 * HOUR, limit: 1 });
    expect(days).toMatchObject({ has_more: true, data: [{ aggregated_value: 11_110, start_time: MIDNIGHT }] });
    const rest = await list({
      value_grouping_window: "day",
      start_time: MIDNIGHT - 24 * HOUR,
      starting_after: days.data[0]?.id ?? "",
    });
    expect(rest).toMatchObject({ has_more: false, data: [{ aggregated_value: 1, end_time: MIDNIGHT }] });
  });

  test.each<[string, Partial<Stripe.Billing.MeterListEventSummariesParams>, object]>([
    ["a start within a minute", { start_time: MIDNIGHT + 1 }, { param: "start_time" }],
    ["an end within a minute", { end_time: MIDNIGHT + 90 }, { param: "end_time" }],
    ["hours from within one", { start_time: MIDNIGHT + 60, value_grouping_window: "hour" }, { param: "start_time" }],
    ["days to within one", { end_time: MIDNIGHT + HOUR, value_grouping_window: "day" }, { param: "end_time" }],
    ["an end before its start", { end_time: MIDNIGHT - 60 }, { param: "end_time" }],
    ["no customer", { customer: undefined }, { code: "parameter_missing", param: "customer" }],
    ["an unknown customer", { customer: "someone" }, { code: "resource_missing", param: "customer" }],
  ])("are refused with %s", async (_, parameters, expected) => {
    const { list } = await withEvents();
    expect(await stripeError(Promise.resolve(list(parameters)))).toMatchObject({ statusCode: 400, ...expected });
  });

  test("may lag behind what was taken", async () => {
    const { list, account } = await withEvents();
    account.faults.set({ summaryLagMs: 60_000 });
    expect((await list({})).data).toEqual([]);
    account.clock.advance(60_000);
    expect((await list({})).data).toMatchObject([{ aggregated_value: 11_110 }]);
  });
});

describe("an adjustment", () => {
  const cancel = (identifier: string) => ({ event_name: "ai_tokens", type: "cancel" as const, cancel: { identifier } });

  test("cancels an event, whose identifier stays taken", async () => {
    const { client, ledger } = await simulatedStripe();
    await client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" }));
    expect(await client.billing.meterEventAdjustments.create(cancel("ses_1"))).toMatchObject({
      object: "billing.meter_event_adjustment",
      cancel: { identifier: "ses_1" },
      status: "pending",
    });
    expect(ledger.sumOf("cus_a")).toBe(0);
    await stripeError(client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" })));
  });

  test("is refused for an event that is not there, or is older than 24 hours", async () => {
    const { client, account } = await simulatedStripe();
    await stripeError(client.billing.meterEventAdjustments.create(cancel("ses_1")));
    await client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" }));
    account.clock.advance(25 * HOUR * 1000);
    await stripeError(client.billing.meterEventAdjustments.create(cancel("ses_1")));
  });
});

describe("an error report", () => {
  const SECRET = "whsec_simulated";

  async function withWebhook(status: number) {
    const received: { body: string; signature: string }[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      received.push({
        body: Buffer.concat(chunks).toString("utf8"),
        signature: String(request.headers["stripe-signature"]),
      });
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const close = () => {
      server.close();
      server.closeAllConnections();
    };
    return { received, close, destination: { webhookUrl: `http://127.0.0.1:${port}/webhook`, secret: SECRET } };
  }

  test("comes as a signed thin notification, whose event names the identifiers", async () => {
    const { client, account, ledger } = await simulatedStripe();
    const { received, close, destination } = await withWebhook(200);
    await client.billing.meterEvents.create(meterEvent({ identifier: "ses_1" }));
    const report = { identifiers: ["ses_1"], code: "meter_event_customer_not_found", errorCount: 3 };
    const { id, status } = await account.reportErrors({ ...report, ...destination });
    close();
    expect(status).toBe(200);
    expect(ledger.sumOf("cus_a")).toBe(0);

    const [{ body, signature } = { body: "", signature: "" }] = received;
    expect(body).not.toContain("ses_1");
    const notification = client.parseEventNotification(body, signature, SECRET);
    if (notification.type !== "v1.billing.meter.error_report_triggered") throw new Error(notification.type);
    expect(notification).toMatchObject({ id, livemode: false });
    const event = await notification.fetchEvent();
    expect(event.data.reason).toEqual({
      error_count: 3,
      error_types: [
        {
          code: "meter_event_customer_not_found",
          error_count: 3,
          sample_errors: [{ error_message: expect.any(String), request: { identifier: "ses_1" } }],
        },
      ],
    });
    expect(await notification.fetchRelatedObject()).toMatchObject({ event_name: "ai_tokens" });
    expect(() => client.parseEventNotification(body, signature, "whsec_other")).toThrow(
      Stripe.errors.StripeSignatureVerificationError,
    );
  });

  test("can be delivered again, and asked for from another process", async () => {
    const { simulator, account } = await simulatedStripe();
    const { received, close, destination } = await withWebhook(503);
    const body = { identifiers: ["ses_1"], code: "meter_event_invalid_value", ...destination };
    const response = await control(simulator, "POST", "error-reports", body);
    const { id, status } = await response.json();
    expect(status).toBe(503);
    expect(await account.reports.deliver(id, destination)).toBe(503);
    close();
    expect(received.map((delivery) => delivery.body)).toEqual([received[0]?.body, received[0]?.body]);
  });
});
