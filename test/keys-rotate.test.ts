// The ring of KEY_ENCRYPTION_KEYS changes under servers that run: real processes, as an operator has them.
import { randomBytes } from "node:crypto";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";

import { loadConfig } from "../src/config";
import { createDataSource } from "../src/database/data-source";
import { ENTITIES } from "../src/entities";
import { newId } from "../src/ids";
import { parseKeyRing } from "../src/provider-keys/key-ring";
import { ProviderKeyEntity } from "../src/provider-keys/provider-key.entity";
import { registerRingKeys } from "../src/provider-keys/registered-ring-keys";
import { SecretBox } from "../src/provider-keys/secret-box";
import { Secret } from "../src/secret";
import { simulate } from "../src/simulators/script";
import { issueToken } from "../src/workspaces/issue-token";
import { WorkspaceEntity } from "../src/workspaces/workspace.entity";
import { createTestDatabase, type TestDatabase } from "./support/database";
import { makeServerHome, type ServerProcess } from "./support/server-process";
import { CHAT_TURN, collect, connect, post, streamOf } from "./support/test-client";

const AUTH_JWT_SECRET = "a-shared-secret-of-at-least-32-characters";
const ringKey = (id: string) => `${id}:${randomBytes(32).toString("base64")}`;
const [OLD, NEW, IMPOSTOR] = [ringKey("old"), ringKey("new"), ringKey("old")];
/** Enough that a server opens keys all the while: one that it has opened it keeps for a while. */
const WORKSPACES = Array.from({ length: 120 }, (_, index) => `workspace-${index}`);
const keyOf = (workspaceId: string) => `sk-ant-api03-of-${workspaceId}-${workspaceId.slice(-2)}zz`;

/** Turns that run at the same moment. */
const AT_ONCE = 6;
/** For a test that starts several processes one after the other, in milliseconds. */
const PATIENCE_MS = 120_000;

const home = makeServerHome();
let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await createDataSource({ url: database.url, entities: ENTITIES, poolSize: 1 }).initialize();
});
afterAll(async () => {
  await home.close();
  await dataSource.destroy();
  await database.drop();
});

let running: ServerProcess[] = [];
afterEach(async () => {
  for (const server of running) server.kill("SIGTERM");
  await Promise.all(running.map((server) => server.ended));
  running = [];
});
beforeEach(() => dataSource.query("TRUNCATE workspaces, ring_keys CASCADE"));

const environment = (ring?: string) => ({
  DATABASE_URL: database.url,
  AUTH_JWT_SECRET,
  ...(ring === undefined ? {} : { KEY_ENCRYPTION_KEYS: ring }),
});
const rotate = (ring: string, ...more: string[]) => home.waypath(["keys", "rotate", ...more], environment(ring));
const token = (workspaceId: string) =>
  issueToken(
    { method: "HS256", secret: new Secret(AUTH_JWT_SECRET), issuer: undefined, audience: undefined },
    { workspaceId, subject: "owner", role: "OWNER", expiresInSeconds: 3600 },
  );

/** Keys as a server with this ring has stored them. */
async function storeKeys(ring: string | Secret, workspaceIds: readonly string[]): Promise<void> {
  const box = new SecretBox(parseKeyRing(ring));
  for (const workspaceId of workspaceIds) {
    const context = { workspaceId, provider: "CLAUDE" as const, id: newId(), version: 1 };
    const secret = new Secret(keyOf(workspaceId));
    await dataSource.manager.insert(WorkspaceEntity, { id: workspaceId, name: workspaceId });
    await dataSource.manager.insert(ProviderKeyEntity, {
      ...context,
      sealedKey: await box.seal(secret, context),
      maskedKey: "sk-ant-…",
      fingerprint: await box.fingerprint(secret),
      status: "ACTIVE",
      models: [{ id: "claude-sonnet-4-6", displayName: "Claude Sonnet 4.6" }],
      configuredAt: new Date(),
    });
  }
}

async function start(ring?: string): Promise<{ url: string; stop(): Promise<void> }> {
  const server = home.start(environment(ring));
  running.push(server);
  const { url } = await server.ready();
  return {
    url,
    async stop() {
      server.kill("SIGTERM");
      expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
    },
  };
}

async function configure(url: string, workspaceId: string): Promise<void> {
  const { data } = await post(
    url,
    await token(workspaceId),
    `mutation ($apiKey: String!) { configureProvider(input: { provider: CLAUDE, apiKey: $apiKey }) { userErrors { message } } }`,
    { apiKey: keyOf(workspaceId) },
  );
  expect(data.configureProvider.userErrors).toEqual([]);
}

/** One turn on the workspace's own key, and how it ended. */
async function turn(url: string, workspaceId: string): Promise<string> {
  const client = connect(url, await token(workspaceId));
  const message = simulate([[{ repeat: "word ", times: 5, paceMs: 10 }]]);
  const buddyModels = [{ buddy: "orchestrator", mode: "BYOK_CLAUDE" }];
  const events = await collect(streamOf(client, CHAT_TURN, { input: { message, buddyModels } }));
  await client.dispose();
  const { status, route, error } = events.at(-1).session;
  return [status, route.payer, error?.code ?? ""].join(" ").trim();
}

/** Turns in all workspaces, some at a time, once through and on until it is told to stop: then how each of them ended. */
function load(url: string) {
  let stopped = false;
  const ends: string[] = [];
  const lanes = Array.from({ length: AT_ONCE }, async (_, lane) => {
    const visited = WORKSPACES.filter((_workspace, index) => index % AT_ONCE === lane);
    for (let turns = 0; turns < visited.length || !stopped; turns += 1) {
      ends.push(await turn(url, visited[turns % visited.length] ?? ""));
    }
  });
  return {
    async stop() {
      stopped = true;
      await Promise.all(lanes);
      return ends;
    },
  };
}

async function storedKeys(): Promise<ProviderKeyEntity[]> {
  return dataSource.manager.find(ProviderKeyEntity, { order: { id: "ASC" } });
}

test(
  "the ring is rotated under a running load: no turn fails, and the old ring key may go",
  async () => {
    await storeKeys(OLD, WORKSPACES);
    // Every server has both before anything is wrapped anew. Just started, this one has opened no key yet.
    const server = await start(`${NEW},${OLD}`);
    const turns = load(server.url);
    const rotated = await rotate(`${NEW},${OLD}`);
    // Replaced while turns run: it is wrapped with the new ring key from the start.
    await configure(server.url, "workspace-0");
    expect(rotated).toEqual({
      code: 0,
      signal: null,
      stderr: "",
      stdout: `Wrapped 120 provider keys anew with the ring key "new"; 0 had been before.\n`,
    });
    expect(new Set(await turns.stop())).toEqual(new Set(["COMPLETED WORKSPACE"]));
    await server.stop();
    expect(await rotate(`${NEW},${OLD}`)).toMatchObject({
      code: 0,
      stdout: `Wrapped 0 provider keys anew with the ring key "new"; 120 had been before.\n`,
    });

    const next = await start(NEW);
    expect(new Set(await load(next.url).stop())).toEqual(new Set(["COMPLETED WORKSPACE"]));
    const box = new SecretBox(parseKeyRing(NEW));
    for (const key of await storedKeys()) {
      const opened = await box.open(key.sealedKey, key);
      expect(opened.use((plaintext) => plaintext)).toBe(keyOf(key.workspaceId));
      expect(key.status).toBe("ACTIVE");
    }
  },
  PATIENCE_MS,
);

test(
  "a ring key that is still in use is refused removal by its name, and so is another one in its place",
  async () => {
    await storeKeys(OLD, ["workspace-1", "workspace-2"]);
    const stored = await storedKeys();

    const removed = await home.start(environment(NEW)).ended;
    expect(removed.code).toBe(1);
    expect(removed.stderr).toMatch(
      /^Waypath did not start\. The configuration cannot be used:\nKEY_ENCRYPTION_KEYS lacks the ring key "old", which 2 stored provider keys were sealed with\. Bring it back, .+`npx waypath keys rotate`.+\n$/,
    );
    const replaced = await home.start(environment(`${NEW},${IMPOSTOR}`)).ended;
    expect(replaced.code).toBe(1);
    expect(replaced.stderr).toContain(
      'The ring key "old" in KEY_ENCRYPTION_KEYS is not the one that 2 stored provider keys were sealed with.',
    );
    for (const { stdout, stderr } of [removed, replaced]) {
      for (const entry of [OLD, NEW, IMPOSTOR]) expect(stdout + stderr).not.toContain(entry.split(":")[1]);
    }

    expect(await rotate(IMPOSTOR)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^The ring key "old" .+ No key was wrapped anew\.\n$/),
    });
    // A server has it since, one that lacks the old one never began.
    const box = new SecretBox(parseKeyRing(NEW));
    expect(await registerRingKeys(dataSource, box)).toEqual([]);
    const lost = await rotate(NEW);
    expect(lost).toMatchObject({
      code: 1,
      stdout: 'Wrapped 0 provider keys anew with the ring key "new"; 0 had been before.\n',
    });
    expect(lost.stderr).toContain("2 provider keys could not be wrapped anew:\n");
    expect(lost.stderr).toContain('  workspace-1, Claude: The key ring has no key "old", which sealed this key.\n');
    expect(lost.stderr).toContain('  workspace-2, Claude: The key ring has no key "old", which sealed this key.\n');
    expect(await storedKeys()).toEqual(stored);
    expect(await turn((await start(OLD)).url, "workspace-1")).toBe("COMPLETED WORKSPACE");
  },
  PATIENCE_MS,
);

test(
  "nothing is wrapped with a first key that no server has, as where an environment is not the servers' own",
  async () => {
    await storeKeys(OLD, ["workspace-1"]);
    const stored = await storedKeys();
    const unheard = ringKey("unheard");
    const refused = {
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^No server has the ring key "unheard" in its ring\. .+ restart the servers/),
    };
    expect(await rotate(`${unheard},${OLD}`)).toMatchObject(refused);
    await (await start(`${unheard},${OLD}`)).stop();
    // Of the same name, and another key.
    expect(await rotate(`${ringKey("unheard")},${OLD}`)).toMatchObject(refused);
    expect(await storedKeys()).toEqual(stored);
    expect(await rotate(`${unheard},${OLD}`)).toMatchObject({ code: 0, stderr: "" });
  },
  PATIENCE_MS,
);

test(
  "a server does not begin with another ring key under an id that a running one has, before anything is stored too",
  async () => {
    const first = await start(OLD);
    const other = await home.start(environment(IMPOSTOR)).ended;
    expect(other.code).toBe(1);
    expect(other.stderr).toContain(
      'The ring key "old" in KEY_ENCRYPTION_KEYS is not the one that other servers on this database have.',
    );
    await first.stop();
    expect((await home.start(environment(IMPOSTOR)).ended).code).toBe(1);
    await dataSource.query("UPDATE ring_keys SET seen_at = seen_at - interval '301 seconds'");
    await (await start(IMPOSTOR)).stop();
  },
  PATIENCE_MS,
);

test(
  "a ring key that is lost for good can be given up, and then the server starts",
  async () => {
    await storeKeys(OLD, ["workspace-1"]);
    await (await start(OLD)).stop();
    // Whoever has it may only lack it in this environment.
    expect(await rotate(NEW, "--revoke-lost", "old", "--yes")).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^Nothing was done\. A server .+ has the ring key "old": it is not lost\./),
    });
    await dataSource.query("UPDATE ring_keys SET seen_at = seen_at - interval '301 seconds'");
    expect(await rotate(NEW, "--revoke-lost", "old")).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^Nothing was done\. .+ add --yes to do it\.\n$/),
    });
    expect(await rotate(NEW, "--revoke-lost", "old", "--yes")).toMatchObject({
      code: 0,
      stderr: "",
      stdout:
        'Revoked 1 provider key that only the lost ring key "old" could open.\n' +
        'Wrapped 0 provider keys anew with the ring key "new"; 0 had been before.\n',
    });
    const { url } = await start(NEW);
    const { data } = await post(
      url,
      await token("workspace-1"),
      "{ workspace { connectedPlatforms keyEvents { nodes { action actor { name } } } } }",
    );
    expect(data.workspace).toEqual({
      connectedPlatforms: [],
      keyEvents: { nodes: [{ action: "REVOKED", actor: null }] },
    });
  },
  PATIENCE_MS,
);

test(
  "in development too: a ring that was deleted beside a database that stays is missed, and can be brought back",
  async () => {
    const file = join(home.dataDirectory, "key-encryption-keys");
    const made = loadConfig({ DATA_DIR: home.dataDirectory }).keyEncryptionKeys;
    await storeKeys(made, ["workspace-1"]);
    const stored = await storedKeys();

    copyFileSync(file, `${file}.kept`);
    rmSync(file);
    const { code, stderr } = await home.start(environment()).ended;
    expect(code).toBe(1);
    expect(stderr).toContain(
      'The ring key "development" in KEY_ENCRYPTION_KEYS is not the one that 1 stored provider key was sealed with.',
    );
    expect(stderr).toContain("the file key-encryption-keys in DATA_DIR");
    expect(await storedKeys()).toEqual(stored);

    copyFileSync(`${file}.kept`, file);
    expect(await turn((await start()).url, "workspace-1")).toBe("COMPLETED WORKSPACE");
  },
  PATIENCE_MS,
);
