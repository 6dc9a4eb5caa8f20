import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";

import { RequestError } from "../../src/errors";
import { ProviderKeyEntity } from "../../src/provider-keys/provider-key.entity";
import { ProviderKeyEventEntity } from "../../src/provider-keys/provider-key-event.entity";
import type { KeyActor } from "../../src/provider-keys/provider-keys";
import { RingKeyMissingError, SealedKeyUnreadableError } from "../../src/provider-keys/sealed-key-unreadable-error";
import { SecretBox } from "../../src/provider-keys/secret-box";
import type { KeyProbe } from "../../src/providers/language-model";
import { UserEntity } from "../../src/workspaces/user.entity";
import { WorkspaceEntity } from "../../src/workspaces/workspace.entity";
import {
  ACCEPTED,
  CLAUDE_KEY,
  type KeyFixture,
  newRing,
  OPENAI_KEY,
  OTHER_CLAUDE_KEY,
  openKeyFixture,
  rejection,
  SONNET,
  UNREACHABLE,
} from "./key-fixture";

let fixture: KeyFixture;
let actor: KeyActor;

beforeAll(async () => {
  fixture = await openKeyFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  fixture.answerProbes(() => ACCEPTED);
  fixture.probed.length = 0;
  fixture.log.length = 0;
  actor = await fixture.newActor();
});

const stored = () => fixture.keys.find(actor.workspaceId, "CLAUDE");

async function storedKey(): Promise<ProviderKeyEntity> {
  const key = await stored();
  if (key === null) throw new Error("No key is stored.");
  return key;
}

async function plaintext(key: ProviderKeyEntity): Promise<string> {
  return (await fixture.keys.open(key)).use((text) => text);
}

/** Oldest first. */
async function trail(): Promise<[action: string, maskedKey: string, actorId: string | null][]> {
  const { rows } = await fixture.keys.events(actor.workspaceId, { first: 100 });
  return rows.reverse().map(({ action, maskedKey, actorId }) => [action, maskedKey, actorId]);
}

/** Holds every probe until it is told what they find. */
function holdProbes(): { asked: Promise<void>; answer(probe: KeyProbe): void } {
  let answer: (probe: KeyProbe) => void = () => undefined;
  let ask: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const held = new Promise<KeyProbe>((resolve) => {
    answer = resolve;
  });
  fixture.answerProbes(() => {
    ask();
    return held;
  });
  return { asked, answer };
}

function expectRequestError(error: unknown, code: string, sentence: RegExp): void {
  expect(error).toBeInstanceOf(RequestError);
  expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) });
}

test("a key that the provider accepts is stored sealed, with what it can use", async () => {
  const before = Date.now();
  const key = await fixture.keys.configure(actor, "CLAUDE", ` ${CLAUDE_KEY}\n`);
  expect(fixture.probed).toEqual([CLAUDE_KEY]);
  expect(key).toEqual(await stored());
  expect(key).toMatchObject({
    workspaceId: actor.workspaceId,
    provider: "CLAUDE",
    version: 1,
    maskedKey: "sk-ant-…x4Qz",
    status: "ACTIVE",
    lastError: null,
    models: [SONNET],
    configuredBy: actor.userId,
    lastUsedAt: null,
  });
  expect(key.configuredAt.getTime()).toBeGreaterThanOrEqual(before);
  expect(key.lastVerifiedAt).toEqual(key.configuredAt);
  expect(key.sealedKey).toMatch(/^wp1\.k1\./);
  expect(await plaintext(key)).toBe(CLAUDE_KEY);
  expect(await trail()).toEqual([["CONFIGURED", "sk-ant-…x4Qz", actor.userId]]);
});

test("a key that may not list models is stored as limited", async () => {
  fixture.answerProbes(() => ({ outcome: "LIMITED" }));
  const key = await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  expect(key).toMatchObject({ status: "LIMITED", models: [], lastError: null });
  expect(await stored()).toEqual(key);
});

test.each<[string, KeyProbe, string, RegExp]>([
  ["rejects", { outcome: "REJECTED" }, "INVALID_PROVIDER_KEY", /^Claude rejected the key, so nothing was stored\./],
  ["cannot check", UNREACHABLE, "PROVIDER_UNREACHABLE", /^Claude did not answer\. Nothing was stored\.$/],
])("of a first key that the provider %s nothing is stored", async (_verb, probe, code, sentence) => {
  fixture.answerProbes(() => probe);
  expectRequestError(await rejection(fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY)), code, sentence);
  expect(await stored()).toBeNull();
  expect(await trail()).toEqual([]);
  expect(fixture.log.join("")).not.toMatch(/x4Qz/);
});

test.each<[string, KeyProbe]>([
  ["rejects", { outcome: "REJECTED" }],
  ["cannot check", UNREACHABLE],
])("a replacement that the provider %s leaves the old key as it was", async (_verb, probe) => {
  const key = await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  fixture.answerProbes(() => probe);
  await rejection(fixture.keys.configure(actor, "CLAUDE", OTHER_CLAUDE_KEY));
  expect(await stored()).toEqual(key);
  expect(await plaintext(key)).toBe(CLAUDE_KEY);
  expect(await trail()).toHaveLength(1);
});

test("a text of the wrong shape is shown to no provider", async () => {
  const error = await rejection(fixture.keys.configure(actor, "CLAUDE", OPENAI_KEY));
  expectRequestError(error, "BAD_USER_INPUT", /looks like a key for OpenAI/);
  expect(fixture.probed).toEqual([]);
});

test("while a replacement is being checked the old key serves", async () => {
  await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  const probes = holdProbes();
  const replacing = fixture.keys.configure(actor, "CLAUDE", OTHER_CLAUDE_KEY);
  await probes.asked;
  expect(await plaintext(await storedKey())).toBe(CLAUDE_KEY);
  probes.answer(ACCEPTED);
  await replacing;
  expect(await plaintext(await storedKey())).toBe(OTHER_CLAUDE_KEY);
});

test("a replacement keeps the row, raises its version and forgets what was known of the old key", async () => {
  const old = await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  await fixture.keys.reportUse(old, "REJECTED");
  const key = await fixture.keys.configure(actor, "CLAUDE", OTHER_CLAUDE_KEY);
  expect(key).toEqual(await stored());
  expect(key).toMatchObject({ id: old.id, version: 2, maskedKey: "sk-ant-…9Lm2", status: "ACTIVE", lastError: null });
  expect(key.lastUsedAt).toBeNull();
  expect(await plaintext(key)).toBe(OTHER_CLAUDE_KEY);
  expect((await trail()).map(([action, masked]) => [action, masked])).toEqual([
    ["CONFIGURED", "sk-ant-…x4Qz"],
    ["REJECTED", "sk-ant-…x4Qz"],
    ["REPLACED", "sk-ant-…9Lm2"],
  ]);
  expect(await rejection(fixture.keys.open({ ...key, sealedKey: old.sealedKey }))).toBeInstanceOf(
    SealedKeyUnreadableError,
  );
});

test("keys configured at the same moment become versions one after the other, and the last one stays", async () => {
  const suffixes = Array.from({ length: 16 }, (_, index) => `n${100 + index}`);
  const configured = await Promise.all(
    suffixes.map((suffix) => fixture.keys.configure(actor, "CLAUDE", `sk-ant-api03-at-once-${suffix}`)),
  );
  expect(configured.map(({ version }) => version).sort((a, b) => a - b)).toEqual(suffixes.map((_, index) => index + 1));
  expect(new Set(configured.map(({ id }) => id)).size).toBe(1);

  const key = await storedKey();
  expect(key).toEqual(configured.find(({ version }) => version === suffixes.length));
  expect((await plaintext(key)).slice(-4)).toBe(key.maskedKey.slice(-4));

  const entries = await trail();
  expect(entries.map(([action]) => action)).toEqual(
    suffixes.map((_, index) => (index === 0 ? "CONFIGURED" : "REPLACED")),
  );
  expect(entries.map(([, masked]) => masked.slice(-4)).sort()).toEqual(suffixes);
  expect(entries.at(-1)?.[1]).toBe(key.maskedKey);
});

test("configuring and revoking at the same moment leave a trail that tells the story", async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0 ? fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY) : fixture.keys.revoke(actor, "CLAUDE"),
    ),
  );
  let present = false;
  for (const [action] of await trail()) {
    expect(action === "CONFIGURED").toBe(!present);
    present = action !== "REVOKED";
  }
  const key = await stored();
  expect(key !== null).toBe(present);
  if (key !== null) expect(await plaintext(key)).toBe(CLAUDE_KEY);
});

test("checking a stored key keeps what the provider says of it", async () => {
  const key = await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);

  fixture.answerProbes(() => ({ outcome: "REJECTED" }));
  const rejected = await fixture.keys.verify(actor, "CLAUDE");
  expect(rejected).toEqual(await stored());
  expect(rejected).toMatchObject({
    id: key.id,
    version: 1,
    status: "INVALID",
    lastError: "Claude rejected the key. Create a new one there and configure it here.",
    models: [SONNET],
  });

  fixture.answerProbes(() => ({ outcome: "LIMITED" }));
  expect(await fixture.keys.verify(actor, "CLAUDE")).toMatchObject({ status: "LIMITED", lastError: null, models: [] });

  const opus = { id: "claude-opus-4-6", displayName: "Claude Opus 4.6" };
  fixture.answerProbes(() => ({ outcome: "ACCEPTED", models: [opus] }));
  const active = await fixture.keys.verify(actor, "CLAUDE");
  expect(active).toMatchObject({ status: "ACTIVE", lastError: null, models: [opus], sealedKey: key.sealedKey });
  expect(active?.lastVerifiedAt?.getTime()).toBeGreaterThanOrEqual(rejected?.lastVerifiedAt?.getTime() ?? Infinity);

  expect(fixture.probed).toEqual([CLAUDE_KEY, CLAUDE_KEY, CLAUDE_KEY, CLAUDE_KEY]);
  expect((await trail()).map(([action, , actorId]) => [action, actorId])).toEqual(
    ["CONFIGURED", "REJECTED", "VERIFIED", "VERIFIED"].map((action) => [action, actor.userId]),
  );
});

test("a check that does not get through changes nothing", async () => {
  const key = await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  fixture.answerProbes(() => UNREACHABLE);
  const error = await rejection(fixture.keys.verify(actor, "CLAUDE"));
  expectRequestError(error, "PROVIDER_UNREACHABLE", /^Claude did not answer\.$/);
  expect(await stored()).toEqual(key);
  expect(await trail()).toHaveLength(1);
});

test("checking where no key is stored says what to do", async () => {
  const error = await rejection(fixture.keys.verify(actor, "CLAUDE"));
  expectRequestError(error, "NOT_FOUND", /^No key for Claude is stored\. Configure one first\.$/);
  expect(fixture.probed).toEqual([]);
});

test("what a check says of a key that was replaced meanwhile does not mark the new one", async () => {
  await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  const probes = holdProbes();
  const checking = fixture.keys.verify(actor, "CLAUDE");
  await probes.asked;
  fixture.answerProbes(() => ACCEPTED);
  const replacement = await fixture.keys.configure(actor, "CLAUDE", OTHER_CLAUDE_KEY);
  probes.answer({ outcome: "REJECTED" });
  expect(await checking).toEqual(replacement);
  expect(await stored()).toEqual(replacement);
  expect((await trail()).map(([action]) => action)).toEqual(["CONFIGURED", "REPLACED"]);
});

test("a key revoked while it is checked stays revoked", async () => {
  await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  const probes = holdProbes();
  const checking = fixture.keys.verify(actor, "CLAUDE");
  await probes.asked;
  await fixture.keys.revoke(actor, "CLAUDE");
  probes.answer(ACCEPTED);
  expect(await checking).toBeNull();
  expect(await stored()).toBeNull();
  expect((await trail()).map(([action]) => action)).toEqual(["CONFIGURED", "REVOKED"]);
});

test("a key whose check outlasted its workspace is not stored", async () => {
  const probes = holdProbes();
  const configuring = fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  await probes.asked;
  await fixture.dataSource.manager.update(WorkspaceEntity, { id: actor.workspaceId }, { disabledAt: new Date() });
  probes.answer(ACCEPTED);
  expectRequestError(await rejection(configuring), "UNAUTHENTICATED", /^The workspace is disabled/);
  expect(await stored()).toBeNull();
  expect(await trail()).toEqual([]);
});

test("revoking erases the row, and can be repeated", async () => {
  const key = await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  const other = await fixture.keys.configure(actor, "OPENAI", OPENAI_KEY);
  await fixture.keys.revoke(actor, "CLAUDE");
  await fixture.keys.revoke(actor, "CLAUDE");
  expect(await fixture.keys.list(actor.workspaceId)).toEqual([other]);
  expect((await trail()).map(([action, masked]) => [action, masked])).toEqual([
    ["CONFIGURED", "sk-ant-…x4Qz"],
    ["CONFIGURED", "sk-…Tt77"],
    ["REVOKED", "sk-ant-…x4Qz"],
  ]);
  // Never the same id and version again: what was cached for the revoked key cannot serve the next one.
  expect((await fixture.keys.configure(actor, "CLAUDE", OTHER_CLAUDE_KEY)).id).not.toBe(key.id);
});

test("revoking at the same moment is one entry of the trail", async () => {
  await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  await Promise.all(Array.from({ length: 10 }, () => fixture.keys.revoke(actor, "CLAUDE")));
  expect((await trail()).map(([action]) => action)).toEqual(["CONFIGURED", "REVOKED"]);
});

test("a workspace sees its own keys alone, in a stable order", async () => {
  const openAi = await fixture.keys.configure(actor, "OPENAI", OPENAI_KEY);
  const claude = await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  const neighbour = await fixture.newActor();
  await fixture.keys.configure(neighbour, "CLAUDE", OTHER_CLAUDE_KEY);
  expect(await fixture.keys.list(actor.workspaceId)).toEqual([claude, openAi]);
  expect(await fixture.keys.find(neighbour.workspaceId, "OPENAI")).toBeNull();

  await fixture.keys.revoke(neighbour, "CLAUDE");
  expect(await fixture.keys.list(actor.workspaceId)).toEqual([claude, openAi]);
});

test("equal keys have equal fingerprints, also in two workspaces", async () => {
  const key = await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  const neighbour = await fixture.newActor();
  const same = await fixture.keys.configure(neighbour, "CLAUDE", CLAUDE_KEY);
  const different = await fixture.keys.configure(neighbour, "CLAUDE", OTHER_CLAUDE_KEY);
  expect(same.fingerprint).toBe(key.fingerprint);
  expect(different.fingerprint).not.toBe(key.fingerprint);
});

test("a key that no longer opens is marked and said so, and works again once it opens", async () => {
  await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  const elsewhere = fixture.server({ secretBox: new SecretBox(newRing("k1")) });
  fixture.probed.length = 0;

  const error = await rejection(elsewhere.open(await storedKey()));
  expect(error).toBeInstanceOf(SealedKeyUnreadableError);
  const marked = await storedKey();
  expect(marked).toMatchObject({
    status: "INVALID",
    lastError: "The stored key can no longer be decrypted. Configure it again.",
  });
  expect(await elsewhere.verify(actor, "CLAUDE")).toEqual(marked);
  expect(fixture.probed).toEqual([]);
  expect(await trail()).toHaveLength(1);
  expect(fixture.log.join("")).toMatch(/"level":"error".*unreadable/);

  expect(await fixture.keys.verify(actor, "CLAUDE")).toMatchObject({ status: "ACTIVE", lastError: null });
});

test("a key that this server's ring is behind is not blamed for it: it stays as it is, and whoever asks is told", async () => {
  await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  const stored = await storedKey();
  const behind = fixture.server({ secretBox: new SecretBox(newRing("k2")) });

  expect(await rejection(behind.open(stored))).toBeInstanceOf(RingKeyMissingError);
  expect(await rejection(behind.verify(actor, "CLAUDE"))).toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  expect(await storedKey()).toEqual(stored);
  expect(fixture.log.join("")).toMatch(/"level":"error".*restart it with the new ring/);
});

test("ciphertext copied from another workspace's row does not open", async () => {
  const neighbour = await fixture.newActor();
  const theirs = await fixture.keys.configure(neighbour, "CLAUDE", OTHER_CLAUDE_KEY);
  const { id } = await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  await fixture.dataSource.manager.update(ProviderKeyEntity, { id }, { sealedKey: theirs.sealedKey });
  expect(await rejection(fixture.keys.open(await storedKey()))).toBeInstanceOf(SealedKeyUnreadableError);
  expect(await stored()).toMatchObject({ status: "INVALID" });
});

test("a ciphertext read before the key was replaced or wrapped anew does not mark what is stored now", async () => {
  const old = await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  const stale = fixture.server({ secretBox: new SecretBox(newRing("k2")) });

  const rewrapped = await fixture.secretBox.rewrap(old.sealedKey, old);
  await fixture.dataSource.manager.update(ProviderKeyEntity, { id: old.id }, { sealedKey: rewrapped });
  expect(await rejection(stale.open(old))).toBeInstanceOf(SealedKeyUnreadableError);
  expect(await stored()).toMatchObject({ status: "ACTIVE" });

  const replacement = await fixture.keys.configure(actor, "CLAUDE", OTHER_CLAUDE_KEY);
  expect(await rejection(stale.open(old))).toBeInstanceOf(SealedKeyUnreadableError);
  expect(await stored()).toEqual(replacement);
});

test("a key service that is away marks nothing", async () => {
  const key = await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  const away = newRing("k1");
  away.unwrap = () => Promise.reject(new Error("The key service does not answer."));
  const server = fixture.server({ secretBox: new SecretBox(away) });
  expect(await rejection(server.verify(actor, "CLAUDE"))).not.toBeInstanceOf(RequestError);
  expect(await stored()).toEqual(key);
});

test("once the person who stored it is gone the key works on, and the trail keeps the entry", async () => {
  await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  await fixture.dataSource.manager.delete(UserEntity, { id: actor.userId });
  expect(await stored()).toMatchObject({ status: "ACTIVE", configuredBy: null });
  expect(await trail()).toEqual([["CONFIGURED", "sk-ant-…x4Qz", null]]);
});

test("the trail is read in pages, newest first, and by its own workspace alone", async () => {
  const neighbour = await fixture.newActor();
  for (let count = 0; count < 5; count += 1) {
    await fixture.keys.configure(actor, "CLAUDE", CLAUDE_KEY);
    await fixture.keys.configure(neighbour, "CLAUDE", CLAUDE_KEY);
  }
  const read: ProviderKeyEventEntity[] = [];
  const sizes: [number, boolean][] = [];
  for (let afterId: string | undefined; ; afterId = read.at(-1)?.id) {
    const { rows, hasNextPage } = await fixture.keys.events(actor.workspaceId, { first: 2, afterId });
    read.push(...rows);
    sizes.push([rows.length, hasNextPage]);
    if (!hasNextPage) break;
  }
  expect(sizes).toEqual([
    [2, true],
    [2, true],
    [1, false],
  ]);
  expect(new Set(read.map(({ id }) => id)).size).toBe(5);
  expect(read.every(({ workspaceId }) => workspaceId === actor.workspaceId)).toBe(true);
  expect(read.map(({ action }) => action)).toEqual(["REPLACED", "REPLACED", "REPLACED", "REPLACED", "CONFIGURED"]);
  const times = read.map(({ at }) => at.getTime());
  expect(times).toEqual([...times].sort((a, b) => b - a));
  expect((await fixture.keys.events(actor.workspaceId, { first: 5 })).hasNextPage).toBe(false);
});

test("neither the database nor the log ever held a key's plaintext", async () => {
  const canary = "sk-ant-api03-canary-4f1e9c77d2-x4Qz";
  await fixture.keys.configure(actor, "CLAUDE", canary);
  await fixture.keys.verify(actor, "CLAUDE");
  await fixture.keys.reportUse(await storedKey(), "REJECTED");
  fixture.answerProbes(() => ({ outcome: "REJECTED" }));
  await fixture.keys.verify(actor, "CLAUDE");
  const refusal = await rejection(fixture.keys.configure(actor, "CLAUDE", canary));
  await rejection(fixture.server({ secretBox: new SecretBox(newRing("k1")) }).open(await storedKey()));
  const dump = JSON.stringify([
    await fixture.dataSource.query("SELECT * FROM provider_keys"),
    await fixture.dataSource.query("SELECT * FROM provider_key_events"),
    fixture.log,
    String(refusal),
  ]);
  expect(dump).toContain("sk-ant-…x4Qz");
  expect(dump).not.toContain("canary");
  expect(dump).not.toContain(Buffer.from(canary).toString("base64").slice(0, 20));
});

test("the tables are what the entities say: there is nothing to synchronize", async () => {
  const { upQueries } = await fixture.dataSource.driver.createSchemaBuilder().log();
  expect(upQueries.map(({ query }) => query)).toEqual([]);
  expect(fixture.dataSource.hasMetadata(ProviderKeyEventEntity)).toBe(true);
});
