import { randomBytes } from "node:crypto";
import type { DataSource } from "typeorm";

import { createDataSource } from "../../src/database/data-source";
import { newId } from "../../src/ids";
import { createLogger } from "../../src/logger";
import { KeyRing } from "../../src/provider-keys/key-ring";
import { ProviderKeyEntity } from "../../src/provider-keys/provider-key.entity";
import { ProviderKeyEventEntity } from "../../src/provider-keys/provider-key-event.entity";
import { ProviderKeys, type ProviderKeysDependencies } from "../../src/provider-keys/provider-keys";
import { SecretBox } from "../../src/provider-keys/secret-box";
import type { KeyProbe, LlmProvider } from "../../src/providers/language-model";
import { UserEntity } from "../../src/workspaces/user.entity";
import { WorkspaceEntity } from "../../src/workspaces/workspace.entity";
import { createTestDatabase } from "../support/database";

export const CLAUDE_KEY = "sk-ant-api03-first-key-of-the-workspace-x4Qz";
export const OTHER_CLAUDE_KEY = "sk-ant-api03-second-key-of-the-workspace-9Lm2";
export const OPENAI_KEY = "sk-proj-only-key-of-the-workspace-Tt77";

export const SONNET = { id: "claude-sonnet-4-6", displayName: "Claude Sonnet 4.6" };
export const ACCEPTED: KeyProbe = { outcome: "ACCEPTED", models: [SONNET] };
export const UNREACHABLE: KeyProbe = { outcome: "UNREACHABLE", reason: "Claude did not answer." };

export interface KeyFixture {
  dataSource: DataSource;
  secretBox: SecretBox;
  keys: ProviderKeys;
  /** Every line that was logged. */
  log: string[];
  /** What the provider says of a key from now on: by default `ACCEPTED`. */
  answerProbes(answer: (apiKey: string, provider: LlmProvider) => KeyProbe | Promise<KeyProbe>): void;
  /** The plaintext of each key that the provider was asked about, in order. */
  probed: string[];
  /** The same database seen by a server with other parts. */
  server(parts: Partial<ProviderKeysDependencies>): ProviderKeys;
  /** A workspace of its own with one user. */
  newActor(): Promise<{ workspaceId: string; userId: string }>;
  close(): Promise<void>;
}

/** A database of its own, and a service whose provider answers as it is told. */
export async function openKeyFixture(): Promise<KeyFixture> {
  const database = await createTestDatabase();
  const dataSource = createDataSource({
    url: database.url,
    entities: [WorkspaceEntity, UserEntity, ProviderKeyEntity, ProviderKeyEventEntity],
  });
  await dataSource.initialize();

  const log: string[] = [];
  const probed: string[] = [];
  let answer: (apiKey: string, provider: LlmProvider) => KeyProbe | Promise<KeyProbe> = () => ACCEPTED;
  const dependencies: ProviderKeysDependencies = {
    dataSource,
    secretBox: new SecretBox(newRing("k1")),
    connect: (provider, apiKey) => ({
      probeKey: async () =>
        apiKey.use((plaintext) => {
          probed.push(plaintext);
          return answer(plaintext, provider);
        }),
    }),
    logger: createLogger("trace", { write: (line) => log.push(line) }),
  };
  return {
    dataSource,
    secretBox: dependencies.secretBox,
    keys: new ProviderKeys(dependencies),
    log,
    probed,
    answerProbes: (next) => {
      answer = next;
    },
    server: (parts) => new ProviderKeys({ ...dependencies, ...parts }),
    newActor: async () => {
      const workspaceId = `w-${randomBytes(6).toString("hex")}`;
      const userId = newId();
      await dataSource.manager.insert(WorkspaceEntity, { id: workspaceId, name: "A workspace" });
      await dataSource.manager.insert(UserEntity, { id: userId, workspaceId, sub: "somebody", name: "Somebody" });
      return { workspaceId, userId };
    },
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}

/** A ring of one new key. */
export function newRing(id: string): KeyRing {
  return new KeyRing({ id, key: randomBytes(32) });
}

/** The error that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("It was not rejected.");
    },
    (error: unknown) => error,
  );
}
