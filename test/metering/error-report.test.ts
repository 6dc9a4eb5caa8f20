import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Stripe from "stripe";

import { uuidOf } from "../../src/ids";
import { resendRefused } from "../../src/metering/ledger-minutes";
import { MeterEventEntity } from "../../src/metering/meter-event.entity";
import { type StripeSimulator, startStripeSimulator } from "../../src/simulators/stripe-simulator";
import { newWorkspace } from "../graphql/test-workspace";
import { startTestServer, type TestServer } from "../support/test-server";
import { until } from "../support/until";

const SECRET = "whsec_of_the_webhook_tests";

let stripe: StripeSimulator;
let server: TestServer;
beforeAll(async () => {
  stripe = await startStripeSimulator();
  server = await startTestServer({
    STRIPE_SECRET_KEY: "sk_test_of_the_webhook_tests",
    STRIPE_API_BASE: stripe.url,
    STRIPE_WEBHOOK_SECRET: SECRET,
  });
});
afterAll(async () => {
  await server.close();
  await stripe.close();
});

const webhookUrl = () => `${server.url}/webhooks/stripe`;
const rowOf = (id: string) =>
  server.dataSource.getRepository(MeterEventEntity).findOneByOrFail({ sessionId: uuidOf("session", id) ?? "" });

/** A turn whose bill Stripe has taken. */
async function deliveredTurn(): Promise<string> {
  const workspace = newWorkspace(server);
  const token = await server.token({ workspaceId: workspace.id, stripeCustomerId: `cus_${workspace.id.slice(2)}` });
  await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: "{ viewer { role } }" }),
  });
  const admin = await workspace.admin();
  const { id } = await admin.runTurn({ message: "Hello" });
  await until(async () => (await rowOf(id)).state !== "PENDING");
  expect(await rowOf(id)).toMatchObject({ state: "DELIVERED", lastError: null });
  return id;
}

const reported = (code: string) =>
  server.logged(({ level, codes }) => level === "error" && JSON.stringify(codes) === JSON.stringify([code]));

test("a body that is too large is refused like anything else that is, and not read", async () => {
  const response = await fetch(webhookUrl(), { method: "POST", body: "x".repeat(300_000) });
  expect(response.status).toBe(413);
  expect(await response.json()).toEqual({ error: "The body is too large.", code: "BODY_TOO_LARGE" });
});

test("what Stripe could not count after all becomes FAILED, with Stripe's code and an error in the log", async () => {
  const [id, other] = [await deliveredTurn(), await deliveredTurn()];
  const report = {
    identifiers: [id, "not-ours"],
    code: "meter_event_customer_not_found",
    webhookUrl: webhookUrl(),
    secret: SECRET,
  };
  expect(await stripe.account.reportErrors(report)).toMatchObject({ status: 200 });
  expect(await rowOf(id)).toMatchObject({
    state: "FAILED",
    deliveredAt: null,
    lastError: "meter_event_customer_not_found",
  });
  expect(await rowOf(other)).toMatchObject({ state: "DELIVERED" });
  expect(await reported(report.code)).toMatchObject({ errors: 2, failed: 1 });
});

test("the same report again does no harm, even after the event was sent again", async () => {
  const id = await deliveredTurn();
  const report = { identifiers: [id], code: "archived_meter", webhookUrl: webhookUrl(), secret: SECRET };
  const { id: eventId } = await stripe.account.reportErrors(report);
  await reported(report.code);
  expect(await stripe.account.reports.deliver(eventId, report)).toBe(200);
  expect(await rowOf(id)).toMatchObject({ state: "FAILED" });

  await resendRefused(server.dataSource, new Date(0), new Date());
  await until(async () => (await rowOf(id)).state !== "PENDING");
  expect(await rowOf(id)).toMatchObject({ state: "DELIVERED", resent: 1 });
  expect(await stripe.account.reports.deliver(eventId, report)).toBe(200);
  expect(await rowOf(id)).toMatchObject({ state: "DELIVERED" });
});

test("a report on what nobody has answered for yet counts as much", async () => {
  const id = await deliveredTurn();
  await server.dataSource.query(
    "UPDATE meter_events SET state = 'AMBIGUOUS', delivered_at = NULL WHERE session_id = $1",
    [uuidOf("session", id)],
  );
  const report = { identifiers: [id], code: "no_meter", webhookUrl: webhookUrl(), secret: SECRET };
  expect(await stripe.account.reportErrors(report)).toMatchObject({ status: 200 });
  expect(await rowOf(id)).toMatchObject({ state: "FAILED", lastError: "no_meter" });
  await reported(report.code);
});

test("a report with a signature that is missing, foreign, old, or of another body is refused and changes nothing", async () => {
  const id = await deliveredTurn();
  const forged = {
    identifiers: [id],
    code: "archived_meter",
    webhookUrl: webhookUrl(),
    secret: "whsec_of_somebody_else",
  };
  expect(await stripe.account.reportErrors(forged)).toMatchObject({ status: 400 });

  const payload = JSON.stringify({
    id: "evt_1",
    object: "v2.core.event",
    type: "v1.billing.meter.error_report_triggered",
  });
  const sign = (timestamp: number, body = payload) =>
    Stripe.webhooks.generateTestHeaderString({ payload: body, secret: SECRET, timestamp });
  const now = Math.floor(Date.now() / 1000);
  const send = async (body: string, signature?: string) => {
    const headers: Record<string, string> = signature === undefined ? {} : { "stripe-signature": signature };
    const response = await fetch(webhookUrl(), { method: "POST", headers, body });
    return { status: response.status, ...((await response.json()) as { code?: string }) };
  };
  const refused = { status: 400, code: "BAD_SIGNATURE", error: "The signature does not fit the body." };
  expect(await send(payload)).toEqual(refused);
  expect(await send("", sign(now))).toEqual(refused);
  expect(await send(payload, sign(now - 3600))).toEqual(refused);
  expect(await send(`${payload} `, sign(now))).toEqual(refused);
  expect(await send("not json", sign(now, "not json"))).toEqual(refused);
  expect(await rowOf(id)).toMatchObject({ state: "DELIVERED" });
});

test("other events of Stripe's are taken and mean nothing; a report that cannot be fetched now is asked for again", async () => {
  const now = Math.floor(Date.now() / 1000);
  const send = (type: string, id: string) => {
    const payload = JSON.stringify({
      id,
      object: "v2.core.event",
      type,
      livemode: false,
      created: new Date().toISOString(),
    });
    const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp: now });
    return fetch(webhookUrl(), { method: "POST", headers: { "stripe-signature": signature }, body: payload });
  };
  expect((await send("v1.billing.meter.no_meter_found", "evt_other")).status).toBe(200);
  expect((await send("v1.billing.meter.error_report_triggered", "evt_unknown")).status).toBe(503);
});
