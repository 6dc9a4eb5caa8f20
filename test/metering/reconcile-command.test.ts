import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { makeServerHome, type ServerHome } from "../support/server-process";
import { isDelivered, type Ledger, openLedger, STRIPE_KEY } from "./ledger-fixture";

let ledger: Ledger;
let home: ServerHome;
beforeEach(async () => {
  ledger = await openLedger();
  home = makeServerHome();
});
afterEach(async () => {
  await home.close();
  await ledger.close();
});

const waypath = (args: string, more: Record<string, string> = {}) =>
  home.waypath(`billing reconcile ${args}`.split(" "), {
    DATABASE_URL: ledger.url,
    STRIPE_SECRET_KEY: STRIPE_KEY,
    STRIPE_API_BASE: ledger.stripe.url,
    ...more,
  });

const MINUTE = "2026-11-20T10:31:00.000Z";
const DAY = "--from 2026-11-20T00:00Z --to 2026-11-21T00:00Z";

async function billAndDeliver(): Promise<{ customerId: string | null; id: string }> {
  ledger.stripe.account.clock.set(Date.parse("2026-11-22T00:00Z"));
  const { id: workspaceId, customerId } = await ledger.workspace();
  const id = await ledger.bill(workspaceId, 1240, new Date("2026-11-20T10:31:12Z"));
  const relay = ledger.startRelay();
  await ledger.rowsOnce(isDelivered);
  await relay.close();
  await ledger.dataSource.query("UPDATE meter_events SET last_tried_at = now() - interval '2 hours'");
  return { customerId, id };
}

test("it says that ledger and meter agree, and ends with 0", async () => {
  await billAndDeliver();
  expect(await waypath(DAY)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/1 customer compared\.\n.*the ledger and the meter agree\.\n$/),
    stderr: "",
  });
});

test("it names customer and minute of what differs, and ends with 1", async () => {
  const { customerId, id } = await billAndDeliver();
  ledger.stripe.account.ledger.remove(id);
  const { code, stdout } = await waypath(DAY);
  expect(stdout.split("\n")[0]).toBe(`${customerId}  ${MINUTE}  ledger 1,240  meter 0  -1,240`);
  expect(stdout).toContain("they DIFFER.");
  expect(code).toBe(1);
});

test("it says what is not there yet, and ends with 2", async () => {
  await billAndDeliver();
  await ledger.dataSource.query("UPDATE meter_events SET last_tried_at = now()");
  const { id: workspaceId } = await ledger.workspace(null);
  await ledger.bill(workspaceId, 77, new Date(MINUTE));
  const { code, stdout } = await waypath(DAY);
  expect(stdout).toContain("1 event delivered within the last hour: the meter may not show it yet.\n");
  expect(stdout).toContain(`1 event (77 tokens) of workspace ${workspaceId}, which has no customer`);
  expect(stdout).toContain("NOT ALL of it is there yet.");
  expect(code).toBe(2);
});

test("what was refused is to be seen to, and counts as waiting once it is to be sent again", async () => {
  const { id } = await billAndDeliver();
  ledger.stripe.account.ledger.remove(id);
  await ledger.dataSource.query("UPDATE meter_events SET state = 'FAILED', delivered_at = NULL");
  const { code, stdout } = await waypath(DAY);
  expect(stdout).toMatch(/1 event \(1,240 tokens\) refused by the meter.+\n.+no minute differs, but NOT ALL is billed/);
  expect(code).toBe(1);

  const again = await waypath(`${DAY} --resend-refused`);
  expect(again.stdout).toContain("1 refused event to be sent again.\n");
  expect(again.stdout).toContain("1 event waiting to be sent.\n");
  expect(again.stdout).not.toContain("refused by the meter");
  expect(again.code).toBe(2);
});

test("what cannot be settled is named, and an operator decides it, once", async () => {
  const { id, customerId } = await billAndDeliver();
  const gone = customerId ?? "";
  await ledger.dataSource.query("UPDATE meter_events SET state = 'AMBIGUOUS', delivered_at = NULL");
  ledger.stripe.account.removeCustomer(gone);
  const { code, stdout } = await waypath(DAY);
  expect(stdout).toContain(`1 unanswered event cannot be settled yet:\n  ${id}  ${gone}  ${MINUTE}  1,240\n`);
  expect(code).toBe(1);

  const settle = (...args: string[]) => home.waypath(["billing", "settle", ...args], { DATABASE_URL: ledger.url });
  expect(await settle(id, "--as", "unsent")).toMatchObject({ code: 0, stdout: "It is to be sent again.\n" });
  expect(await settle(id, "--as", "delivered")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("That session has no unanswered event"),
  });
  ledger.stripe.account.addCustomer("cus_next");
  await ledger.dataSource.query("UPDATE workspaces SET stripe_customer_id = 'cus_next'");
  ledger.startRelay();
  await ledger.rowsOnce(isDelivered);
  expect(ledger.stripe.account.ledger.events).toMatchObject([
    { identifier: id, customer: gone },
    { identifier: `${id}.2`, customer: "cus_next", value: 1240 },
  ]);
});

test.each<[string, string, Record<string, string>, RegExp]>([
  ["a time that is none", "--from yesterday", {}, /must be a date, or a time in ISO 8601/],
  ["a time of this machine's own", "--from 2026-11-20T00:00", {}, /with Z or an offset/],
  ["a number", "--from 5", {}, /must be a date/],
  ["half a minute", "--from 2026-11-20T00:00:30Z", {}, /must be a whole minute/],
  ["no time at all", "", {}, /required option '--from <time>'/],
  ["an end before the start", "--from 2026-11-20T00:00Z --to 2026-11-19T00:00Z", {}, /--from must be before --to/],
  ["no account", DAY, { STRIPE_SECRET_KEY: "" }, /STRIPE_SECRET_KEY is not set/],
  ["no database", DAY, { DATABASE_URL: "" }, /DATABASE_URL is not set/],
  [
    "a meter that the account does not have",
    DAY,
    { STRIPE_METER_EVENT_NAME: "tokens" },
    /no meter with the event name/,
  ],
])("it refuses %s, and says why", async (_, args, environment, why) => {
  const { code, stderr, stdout } = await waypath(args, environment);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(why);
});

test("it says that it is Stripe that cannot be asked", async () => {
  const body = '{"error":{"type":"invalid_request_error","code":"rate_limit","message":"Too many requests"}}';
  ledger.stripe.account.faults.set({ proxyAnswers: [{ status: 429, body }] });
  const { code, stderr } = await waypath(DAY);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "Stripe could not be asked (429): Too many requests\n" });
});
