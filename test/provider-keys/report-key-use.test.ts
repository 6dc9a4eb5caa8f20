import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";

import { ProviderKeyEntity, type ProviderKeyStatus } from "../../src/provider-keys/provider-key.entity";
import type { KeyActor } from "../../src/provider-keys/provider-keys";
import type { KeyUse } from "../../src/provider-keys/report-key-use";
import { ACCEPTED, CLAUDE_KEY, type KeyFixture, OTHER_CLAUDE_KEY, openKeyFixture } from "./key-fixture";

let fixture: KeyFixture;
let actor: KeyActor;
let key: ProviderKeyEntity;

beforeAll(async () => {
  fixture = await openKeyFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  fixture.answerProbes(() => ACCEPTED);
  actor = await fixture.newActor();
  key = await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
});

const LONG_AGO = new Date("2026-01-01T00:00:00Z");
const manager = () => fixture.dataSource.manager;
const stored = () => manager().findOneByOrFail(ProviderKeyEntity, { id: key.id });
const set = (columns: Partial<Pick<ProviderKeyEntity, "status" | "lastError" | "lastUsedAt" | "lastVerifiedAt">>) =>
  manager().update(ProviderKeyEntity, { id: key.id }, columns);

async function actions(): Promise<[action: string, actorId: string | null][]> {
  const { rows } = await fixture.keys.events(actor.workspaceId, { first: 100 });
  return rows.reverse().map(({ action, actorId }) => [action, actorId]);
}

/** Changes whenever the row is written. */
async function rowVersion(): Promise<unknown> {
  return fixture.dataSource.query("SELECT xmin, ctid FROM provider_keys WHERE id = $1", [key.id]);
}

/** How long ago, in milliseconds, by this process's clock. */
const age = (instant: Date | null) => Date.now() - (instant?.getTime() ?? 0);

const REJECTED = /^Claude rejected the key\./;
const QUOTA = /^Claude refused a call because the account's quota or credit is used up\./;

test.each<[ProviderKeyStatus, KeyUse, ProviderKeyStatus, RegExp | null]>([
  ["ACTIVE", "ACCEPTED", "ACTIVE", null],
  ["ACTIVE", "REJECTED", "INVALID", REJECTED],
  ["ACTIVE", "QUOTA_EXCEEDED", "QUOTA_EXCEEDED", QUOTA],
  ["INVALID", "ACCEPTED", "ACTIVE", null],
  ["INVALID", "QUOTA_EXCEEDED", "QUOTA_EXCEEDED", QUOTA],
  ["QUOTA_EXCEEDED", "ACCEPTED", "ACTIVE", null],
  ["QUOTA_EXCEEDED", "REJECTED", "INVALID", REJECTED],
  ["LIMITED", "REJECTED", "INVALID", REJECTED],
  ["LIMITED", "QUOTA_EXCEEDED", "QUOTA_EXCEEDED", QUOTA],
])("%s, then %s in a turn, is %s", async (status, use, next, lastError) => {
  await set({
    status,
    lastError: status === "ACTIVE" || status === "LIMITED" ? null : "What it was before.",
    lastVerifiedAt: LONG_AGO,
  });
  await fixture.keys.reportUse(key, use);
  const now = await stored();
  expect(now.status).toBe(next);
  if (lastError === null) expect(now.lastError).toBeNull();
  else expect(now.lastError).toMatch(lastError);
  expect(age(now.lastUsedAt)).toBeLessThan(10_000);
  // A refusal for quota says nothing of the key itself.
  expect(age(now.lastVerifiedAt) < 10_000).toBe(use !== "QUOTA_EXCEEDED");
  expect(now.models).toEqual(key.models);
  expect(await actions()).toEqual([["CONFIGURED", actor.userId], ...(use === "REJECTED" ? [["REJECTED", null]] : [])]);
});

test("a key that may not list models stays limited, also after it was refused for a while", async () => {
  fixture.answerProbes(() => ({ outcome: "LIMITED" }));
  key = await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  for (const use of ["ACCEPTED", "REJECTED", "ACCEPTED", "QUOTA_EXCEEDED"] as const) {
    await fixture.keys.reportUse(key, use);
  }
  expect(await stored()).toMatchObject({ status: "QUOTA_EXCEEDED" });
  await fixture.keys.reportUse(key, "ACCEPTED");
  expect(await stored()).toMatchObject({ status: "LIMITED", lastError: null, models: [] });
});

test("a hundred turns that fail at once are one entry of the trail", async () => {
  await Promise.all(Array.from({ length: 100 }, () => fixture.keys.reportUse(key, "REJECTED")));
  expect(await stored()).toMatchObject({ status: "INVALID" });
  expect(await actions()).toEqual([
    ["CONFIGURED", actor.userId],
    ["REJECTED", null],
  ]);
  await fixture.keys.reportUse(key, "ACCEPTED");
  await fixture.keys.reportUse(key, "REJECTED");
  expect((await actions()).map(([action]) => action)).toEqual(["CONFIGURED", "REJECTED", "REJECTED"]);
});

test.each<[KeyUse, ProviderKeyStatus]>([
  ["ACCEPTED", "ACTIVE"],
  ["ACCEPTED", "LIMITED"],
  ["REJECTED", "INVALID"],
  ["QUOTA_EXCEEDED", "QUOTA_EXCEEDED"],
])("%s of a key that is %s writes once a minute", async (use, status) => {
  await set({ status, lastUsedAt: new Date(Date.now() - 40_000) });
  const before = await rowVersion();
  await Promise.all(Array.from({ length: 10 }, () => fixture.keys.reportUse(key, use)));
  expect(await rowVersion()).toEqual(before);

  await set({ lastUsedAt: new Date(Date.now() - 61_000) });
  await fixture.keys.reportUse(key, use);
  expect(age((await stored()).lastUsedAt)).toBeLessThan(10_000);
  const written = await rowVersion();
  await fixture.keys.reportUse(key, use);
  expect(await rowVersion()).toEqual(written);
});

test.each<[KeyUse, ProviderKeyStatus]>([
  ["ACCEPTED", "INVALID"],
  ["ACCEPTED", "ACTIVE"],
  ["REJECTED", "ACTIVE"],
  ["QUOTA_EXCEEDED", "ACTIVE"],
])("%s of a key that has been replaced does not touch the new one, which is %s", async (use, status) => {
  await fixture.keys.configure(actor, "CLAUDE", OTHER_CLAUDE_KEY);
  await set({ status });
  const replacement = await stored();
  await fixture.keys.reportUse(key, use);
  expect(await stored()).toEqual(replacement);
  expect((await actions()).map(([action]) => action)).toEqual(["CONFIGURED", "REPLACED"]);
});

test.each<KeyUse>(["ACCEPTED", "REJECTED", "QUOTA_EXCEEDED"])(
  "%s of a revoked key brings nothing back",
  async (use) => {
    await fixture.keys.revoke(actor, "CLAUDE");
    await fixture.keys.reportUse(key, use);
    expect(await fixture.keys.list(actor.workspaceId)).toEqual([]);
    expect((await actions()).map(([action]) => action)).toEqual(["CONFIGURED", "REVOKED"]);
  },
);
