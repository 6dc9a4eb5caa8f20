// The line to Stripe in trouble: what comes back is not Stripe's word, or comes from a second request.
import { afterEach, beforeEach, expect, test } from "@jest/globals";

import { isDelivered, type Ledger, openLedger, taken } from "./ledger-fixture";

let ledger: Ledger;
beforeEach(async () => {
  ledger = await openLedger();
});
afterEach(() => ledger.close());

test("what a proxy answers in Stripe's place is no delivery, whatever it says", async () => {
  const { id: workspaceId } = await ledger.workspace();
  await ledger.bill(workspaceId, 50);
  await ledger.bill(workspaceId, 60);
  const answers: [number, string][] = [
    [503, '{"message":"no healthy upstream"}'],
    [503, '"Service Unavailable"'],
    [404, "{}"],
  ];
  ledger.stripe.account.faults.set({ proxyAnswers: answers.map(([status, body]) => ({ status, body })) });
  ledger.startRelay();
  const rows = await ledger.rowsOnce(isDelivered);
  expect(taken(ledger).map(({ value }) => value)).toEqual([50, 60]);
  expect(rows.map(({ tries }) => tries)).toEqual([4, 1]);
});

test("a rate limit after an answer that was lost leaves the event as tried as it was", async () => {
  const { id: workspaceId } = await ledger.workspace();
  const id = await ledger.bill(workspaceId, 50);
  ledger.stripe.account.faults.set({ next: ["lost", 429] });
  ledger.startRelay();
  await ledger.rowsOnce(({ lastError }) => lastError === "RATE_LIMITED");
  expect(await ledger.row(id)).toMatchObject({ firstTriedAt: expect.any(Date) });
});
