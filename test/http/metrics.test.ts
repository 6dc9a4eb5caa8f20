import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { uuidOf } from "../../src/ids";
import { simulate } from "../../src/simulators/script";
import { type StripeSimulator, startStripeSimulator } from "../../src/simulators/stripe-simulator";
import { newWorkspace } from "../graphql/test-workspace";
import { takeAway } from "../support/database";
import { CANCEL, CHAT_TURN, collect, connect, streamOf } from "../support/test-client";
import { startTestServer, type TestServer } from "../support/test-server";
import { until } from "../support/until";

let stripe: StripeSimulator;
let server: TestServer;
beforeAll(async () => {
  stripe = await startStripeSimulator();
  server = await startTestServer({ STRIPE_SECRET_KEY: "sk_test_of_the_metrics", STRIPE_API_BASE: stripe.url });
});
afterAll(async () => {
  await server.close();
  await stripe.close();
});

/** The value of each sample, by its name and labels. */
async function metrics(): Promise<Record<string, number>> {
  const response = await fetch(`${server.url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => {
      const [name = "", value] = line.split(/ (?=\S+$)/);
      return [name, Number(value)];
    }),
  );
}

async function once(matches: (found: Record<string, number>) => boolean): Promise<Record<string, number>> {
  let found: Record<string, number> = {};
  await until(async () => {
    found = await metrics();
    return matches(found);
  });
  return found;
}

test("running turns are counted", async () => {
  const admin = await newWorkspace(server).admin();
  const client = connect(server.url, admin.token);
  expect(await metrics()).toMatchObject({ waypath_turns_running: 0 });
  const message = simulate([[{ text: "Hello" }, { fault: "stall" }]]);
  const turn = streamOf(client, CHAT_TURN, { input: { message } });
  const { value: started } = await turn.next();
  expect(await metrics()).toMatchObject({
    waypath_turns_running: 1,
    waypath_turn_log_turns: 1,
    nodejs_eventloop_lag_seconds: expect.anything(),
  });
  await admin.ask(CANCEL, { sessionId: started.sessionId });
  await collect(turn);
  await client.dispose();
  await once((found) => found.waypath_turns_running === 0);
});

test("the way of the bill is measured: what waits and for how long, what is stuck, what the meter said", async () => {
  const workspace = newWorkspace(server);
  const admin = await workspace.admin();
  const { id } = await admin.runTurn({ message: "Hello" });
  const waiting = await once((found) => (found.waypath_meter_lag_seconds ?? 0) > 0);
  expect(waiting['waypath_meter_events{state="pending"}']).toBeGreaterThan(0);

  const set = (state: string) =>
    server.dataSource.query("UPDATE meter_events SET state = $2 WHERE session_id = $1", [uuidOf("session", id), state]);
  await set("AMBIGUOUS");
  expect(await metrics()).toMatchObject({ 'waypath_meter_events{state="ambiguous"}': 1 });
  await set("FAILED");
  expect(await metrics()).toMatchObject({ 'waypath_meter_events{state="failed"}': 1 });
  await set("PENDING");

  const delivered = 'waypath_meter_answers_total{answer="delivered"}';
  expect(await metrics()).toMatchObject({ [delivered]: 0 });
  await server.dataSource.query("UPDATE workspaces SET stripe_customer_id = 'cus_m' || substr(id, 3)");
  const after = await once((found) => found['waypath_meter_events{state="pending"}'] === 0);
  expect(after[delivered]).toBeGreaterThan(0);
  expect(after.waypath_meter_lag_seconds).toBe(0);
});

test("what is lost of the traces is counted", async () => {
  expect(await metrics()).toMatchObject({
    'waypath_trace_spans_lost_total{why="dropped"}': 0,
    'waypath_trace_spans_lost_total{why="failed"}': 0,
  });
});

test("what the database knows is left out while it is away", async () => {
  const giveBack = await takeAway(server.dataSource);
  const found = await metrics();
  expect(found).toHaveProperty("waypath_turns_running");
  expect(found).not.toHaveProperty('waypath_meter_events{state="pending"}');
  expect(found).not.toHaveProperty("waypath_meter_lag_seconds");
  await giveBack();
  expect(await metrics()).toHaveProperty("waypath_meter_lag_seconds");
});
