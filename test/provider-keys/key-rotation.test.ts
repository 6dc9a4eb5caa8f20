// The ring changes while keys are stored: which ring keys are still needed, and how they are relieved.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";

import { newId } from "../../src/ids";
import { KeyRing, type KeyWrapper } from "../../src/provider-keys/key-ring";
import { describeLostRingKey, findLostRingKeys } from "../../src/provider-keys/lost-ring-keys";
import { ProviderKeyEntity } from "../../src/provider-keys/provider-key.entity";
import { ProviderKeyEventEntity } from "../../src/provider-keys/provider-key-event.entity";
import type { KeyActor, ProviderKeys } from "../../src/provider-keys/provider-keys";
import { revokeLostKeys } from "../../src/provider-keys/revoke-lost-keys";
import { rewrapKeys } from "../../src/provider-keys/rewrap-keys";
import { SecretBox } from "../../src/provider-keys/secret-box";
import type { LlmProvider } from "../../src/providers/language-model";
import { Secret } from "../../src/secret";
import { CLAUDE_KEY, type KeyFixture, OPENAI_KEY, OTHER_CLAUDE_KEY, openKeyFixture, rejection } from "./key-fixture";

/** More than are read at once. */
const MANY = 450;

const OLD = { id: "old", key: randomBytes(32) };
const NEW = { id: "new", key: randomBytes(32) };
const oldBox = new SecretBox(new KeyRing(OLD));
const bothBox = new SecretBox(new KeyRing(NEW, [OLD]));
const newBox = new SecretBox(new KeyRing(NEW));

let fixture: KeyFixture;
let before: ProviderKeys;
beforeAll(async () => {
  fixture = await openKeyFixture();
  before = fixture.server({ secretBox: oldBox });
});
afterAll(() => fixture.close());
beforeEach(async () => {
  await fixture.dataSource.query("DELETE FROM provider_keys");
});

const rows = () => fixture.dataSource.manager.find(ProviderKeyEntity, { order: { id: "ASC" } });

async function storeOld(provider: LlmProvider = "CLAUDE"): Promise<KeyActor> {
  const actor = await fixture.newActor();
  await before.configure(actor, provider, provider === "CLAUDE" ? CLAUDE_KEY : OPENAI_KEY);
  return actor;
}

/** Keys of as many workspaces, each another one. */
async function storeMany(): Promise<string[]> {
  const plaintexts = Array.from({ length: MANY }, (_, index) => `sk-ant-api03-number-${index}`);
  const stored = plaintexts.map(async (plaintext, index) => {
    const context = { workspaceId: `many-${index}`, provider: "CLAUDE" as const, id: newId(), version: 1 };
    return {
      ...context,
      sealedKey: await oldBox.seal(new Secret(plaintext), context),
      maskedKey: "sk-ant-…",
      fingerprint: "old:",
      status: "ACTIVE" as const,
      models: [],
      configuredAt: new Date(),
    };
  });
  await fixture.dataSource.query(
    "INSERT INTO workspaces (id, name) SELECT 'many-' || n, '' FROM generate_series(0, $1 - 1) AS n ON CONFLICT DO NOTHING",
    [MANY],
  );
  await fixture.dataSource.manager.insert(ProviderKeyEntity, await Promise.all(stored));
  return plaintexts;
}

async function changeSealed(actor: KeyActor, change: (parts: string[]) => string[]): Promise<void> {
  const { workspaceId } = actor;
  const key = await fixture.dataSource.manager.findOneByOrFail(ProviderKeyEntity, { workspaceId });
  const sealedKey = change(key.sealedKey.split(".")).join(".");
  await fixture.dataSource.manager.update(ProviderKeyEntity, { id: key.id }, { sealedKey });
}

/** As many characters, all others. */
const spoil = (text = "") => "A".repeat(text.length);

test("a ring that has every key in use has lost none, whatever else it has", async () => {
  expect(await findLostRingKeys(fixture.dataSource, newBox)).toEqual([]);
  await storeOld();
  expect(await findLostRingKeys(fixture.dataSource, oldBox)).toEqual([]);
  expect(await findLostRingKeys(fixture.dataSource, bothBox)).toEqual([]);
});

test("a ring key that is gone is lost by its name, with how many keys need it", async () => {
  await storeOld("CLAUDE");
  await storeOld("OPENAI");
  const [lost, ...others] = await findLostRingKeys(fixture.dataSource, newBox);
  expect(others).toEqual([]);
  expect(lost).toEqual({ id: "old", reason: "MISSING", keys: 2 });
  expect(lost && describeLostRingKey(lost)).toBe(
    'KEY_ENCRYPTION_KEYS lacks the ring key "old", which 2 stored provider keys were sealed with. Bring it back, behind a new one of ' +
      "another id if you like; it may leave once `npx waypath keys rotate` has run. Where it is lost for good, " +
      "`npx waypath keys rotate --revoke-lost old` deletes what it sealed.",
  );
});

test("another key of the same id is no less lost, and tells nothing by being tried", async () => {
  await storeOld();
  const impostor = new SecretBox(new KeyRing({ id: "old", key: randomBytes(32) }));
  const stored = await rows();
  const [lost] = await findLostRingKeys(fixture.dataSource, impostor);
  expect(lost).toEqual({ id: "old", reason: "DIFFERENT", keys: 1 });
  expect(lost && describeLostRingKey(lost)).toContain(
    'The ring key "old" in KEY_ENCRYPTION_KEYS is not the one that 1 stored provider key was sealed with.',
  );
  expect(await rows()).toEqual(stored);
});

test("a few rows that were damaged lose no ring key: they fail alone, when they are used", async () => {
  await storeOld();
  for (const damage of [
    ([format = "", id = "", wrapped, body = ""]: string[]) => [format, id, spoil(wrapped), body],
    () => ["no sealed key at all"],
    () => ["wp0", "gone", "AAAA", "AAAA"],
  ]) {
    await changeSealed(await storeOld(), damage);
  }
  expect(await findLostRingKeys(fixture.dataSource, oldBox)).toEqual([]);
});

test("every key is wrapped anew, and then opens without the old ring key", async () => {
  const plaintexts = await storeMany();
  const stored = await rows();
  expect(await rewrapKeys(fixture.dataSource, bothBox)).toEqual({ rewrapped: MANY, current: 0, failed: [] });

  const now = await rows();
  // Only what the data key is wrapped with is another: the sealed text is the same to the last byte, and so is all the rest.
  const bodyAlone = (key: ProviderKeyEntity) => ({ ...key, sealedKey: key.sealedKey.split(".")[3] });
  expect(now.map(bodyAlone)).toEqual(stored.map(bodyAlone));
  const opened = await Promise.all(now.map((key) => newBox.open(key.sealedKey, key)));
  expect(opened.map((secret) => secret.use((text) => text)).sort()).toEqual(plaintexts.sort());

  expect(await findLostRingKeys(fixture.dataSource, newBox)).toEqual([]);
  expect(await rewrapKeys(fixture.dataSource, bothBox)).toEqual({ rewrapped: 0, current: MANY, failed: [] });
  expect(await rewrapKeys(fixture.dataSource, newBox)).toEqual({ rewrapped: 0, current: MANY, failed: [] });
  expect(await rows()).toEqual(now);
});

test("no provider key is opened for it: one whose sealed text was destroyed is wrapped anew like any other", async () => {
  await changeSealed(await storeOld(), ([format = "", id = "", wrapped = "", body]) => [
    format,
    id,
    wrapped,
    spoil(body),
  ]);
  expect(await rewrapKeys(fixture.dataSource, bothBox)).toEqual({ rewrapped: 1, current: 0, failed: [] });
  const [key] = await rows();
  expect(key?.sealedKey).toMatch(/^wp1\.new\.[\w-]+\.A+$/);
});

test("two at once do it once", async () => {
  await storeMany();
  const results = await Promise.all([1, 2, 3].map(() => rewrapKeys(fixture.dataSource, bothBox)));
  expect(results.reduce((sum, { rewrapped }) => sum + rewrapped, 0)).toBe(MANY);
  expect(results.flatMap(({ failed }) => failed)).toEqual([]);
  expect(await findLostRingKeys(fixture.dataSource, newBox)).toEqual([]);
});

/** A ring that lets something happen between the reading of a key and its writing, once. */
function ringWith(meanwhile: () => Promise<unknown>): KeyWrapper {
  const ring = new KeyRing(NEW, [OLD]);
  let pending: (() => Promise<unknown>) | undefined = meanwhile;
  return {
    primaryKeyId: ring.primaryKeyId,
    keyIds: ring.keyIds,
    unwrap: (wrapped, context) => ring.unwrap(wrapped, context),
    authenticate: (message, keyId) => ring.authenticate(message, keyId),
    async wrap(dataKey, context) {
      const happens = pending;
      pending = undefined;
      await happens?.();
      return ring.wrap(dataKey, context);
    },
  };
}

test.each([
  ["a server that has the new ring", bothBox, 0],
  ["a server that still has the old one", oldBox, 1],
])("a key that %s replaces meanwhile is not brought back", async (_name, secretBox, rewrapped) => {
  const actor = await storeOld();
  const replace = () => fixture.server({ secretBox }).configure(actor, "CLAUDE", OTHER_CLAUDE_KEY);
  const result = await rewrapKeys(fixture.dataSource, new SecretBox(ringWith(replace)));
  expect(result).toEqual({ rewrapped, current: 0, failed: [] });
  const [key] = await rows();
  expect(key).toMatchObject({ version: 2, maskedKey: "sk-ant-…9Lm2" });
  expect(key && (await newBox.open(key.sealedKey, key)).use((text) => text)).toBe(OTHER_CLAUDE_KEY);
});

test("a key that is revoked meanwhile stays revoked", async () => {
  const actor = await storeOld();
  const revoke = () => before.revoke(actor, "CLAUDE");
  const result = await rewrapKeys(fixture.dataSource, new SecretBox(ringWith(revoke)));
  expect(result).toEqual({ rewrapped: 0, current: 0, failed: [] });
  expect(await rows()).toEqual([]);
});

test("what cannot be wrapped anew is named and left as it is, and holds up no other", async () => {
  const third = { id: "third", key: randomBytes(32) };
  const lost = await fixture.newActor();
  await fixture.server({ secretBox: new SecretBox(new KeyRing(third)) }).configure(lost, "OPENAI", OPENAI_KEY);
  const damaged = await storeOld();
  await changeSealed(damaged, () => ["no sealed key at all"]);
  await storeOld();
  const stored = await rows();

  const { failed, ...counts } = await rewrapKeys(fixture.dataSource, bothBox);
  expect(counts).toEqual({ rewrapped: 1, current: 0 });
  expect(failed).toEqual([
    {
      workspaceId: lost.workspaceId,
      provider: "OPENAI",
      reason: 'The key ring has no key "third", which sealed this key.',
    },
    { workspaceId: damaged.workspaceId, provider: "CLAUDE", reason: "The sealed key has an unknown format." },
  ]);
  expect((await rows()).slice(0, 2)).toEqual(stored.slice(0, 2));
});

test("a key service that is away is no unreadable key: it is said, and what was done stays done", async () => {
  await storeOld();
  const away = new SecretBox(ringWith(() => Promise.reject(new Error("The key service does not answer."))));
  expect(String(await rejection(rewrapKeys(fixture.dataSource, away)))).toContain("does not answer");
  expect(await rewrapKeys(fixture.dataSource, bothBox)).toMatchObject({ rewrapped: 1 });
});

test("what only a lost ring key could open can be given up, and its workspace sees that it was", async () => {
  const [first, second] = [await storeOld(), await storeOld()];
  const kept = await fixture.newActor();
  await fixture.server({ secretBox: bothBox }).configure(kept, "CLAUDE", CLAUDE_KEY);

  // A ring key that does open is not lost, whatever it is called.
  expect(await revokeLostKeys(fixture.dataSource, bothBox, "old")).toBe(0);
  expect(await revokeLostKeys(fixture.dataSource, newBox, "new")).toBe(0);
  expect(await rows()).toHaveLength(3);

  expect(await revokeLostKeys(fixture.dataSource, newBox, "old")).toBe(2);
  expect((await rows()).map(({ workspaceId }) => workspaceId)).toEqual([kept.workspaceId]);
  for (const { workspaceId } of [first, second]) {
    const trail = await fixture.dataSource.manager.find(ProviderKeyEventEntity, {
      where: { workspaceId },
      order: { id: "DESC" },
    });
    expect(trail[0]).toMatchObject({ action: "REVOKED", actorId: null, maskedKey: "sk-ant-…x4Qz" });
  }
  expect(await findLostRingKeys(fixture.dataSource, newBox)).toEqual([]);
});
