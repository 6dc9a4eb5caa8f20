import { expect, test } from "@jest/globals";

import { createModelConnections } from "../../src/agents/model-connections";
import { createLogger } from "../../src/logger";
import { ProviderKeyEntity } from "../../src/provider-keys/provider-key.entity";
import type { ProviderConnection } from "../../src/providers/language-model";
import { Secret } from "../../src/secret";

const KEY = { workspaceId: "acme", provider: "CLAUDE", id: "k", version: 1, sealedKey: "sealed" } as const;

function connections(findSealed: (ids: readonly string[]) => ReadonlySet<string> = () => new Set([KEY.sealedKey])) {
  const opened: Partial<ProviderKeyEntity>[] = [];
  const connect = (): ProviderConnection => ({
    provider: "CLAUDE",
    languageModel: () => {
      throw new Error("nobody calls it");
    },
    probeKey: async () => ({ outcome: "REJECTED" }),
  });
  const made = createModelConnections({
    platform: connect(),
    async openKey(key) {
      opened.push(key);
      return new Secret("sk-ant-opened");
    },
    connect,
    findSealed: async (ids) => findSealed(ids),
    lookEveryMs: 1,
    logger: createLogger("silent"),
  });
  const forKey = (changed: Partial<ProviderKeyEntity> = {}) =>
    made.forKey(Object.assign(new ProviderKeyEntity(), KEY, changed));
  return { forKey, opened, close: () => made.close() };
}

test("a key that is used again is not opened again", async () => {
  const { forKey, opened, close } = connections();
  expect(await forKey()).toBe(await forKey());
  expect(opened).toHaveLength(1);
  close();
});

test("a key that is no longer stored as it was is forgotten, whoever revoked or replaced it", async () => {
  let looked: (ids: readonly string[]) => void = () => undefined;
  const look = () => new Promise<readonly string[]>((resolve) => (looked = resolve));
  let stored: ReadonlySet<string> = new Set([KEY.sealedKey]);
  const { forKey, opened, close } = connections((ids) => {
    looked(ids);
    return stored;
  });
  const first = await forKey();
  expect(await look()).toEqual([KEY.id]);
  await look();
  expect(await forKey()).toBe(first);

  stored = new Set(["another"]);
  await look();
  // What it found takes effect before the next look.
  await new Promise(setImmediate);
  expect(await forKey()).not.toBe(first);
  expect(opened).toHaveLength(2);
  close();
});

test.each<[string, Partial<ProviderKeyEntity>]>([
  ["another workspace", { workspaceId: "evil" }],
  ["another provider", { provider: "OPENAI" }],
  ["another row", { id: "other" }],
  ["another version", { version: 2 }],
  ["another sealed text", { sealedKey: "garbage" }],
])("%s is no reuse: it is opened, which its seal may refuse", async (_, changed) => {
  const { forKey, opened, close } = connections();
  expect(await forKey(changed)).not.toBe(await forKey());
  expect(opened).toHaveLength(2);
  close();
});
