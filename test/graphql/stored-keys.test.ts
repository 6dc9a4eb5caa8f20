// What becomes of a key that is stored: checked again, replaced, revoked.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";

import { ProviderKeyEntity } from "../../src/provider-keys/provider-key.entity";
import { startTestServer, type TestServer } from "../support/test-server";
import { configure, keyEvents, revoke, setMode, updatePolicy, verify } from "./manage-workspace";
import { CLAUDE, OPENAI, PROVIDERS } from "./provider-cases";
import { newWorkspace, type Person, type TestWorkspace } from "./test-workspace";

const CONNECTED = "{ workspace { connectedPlatforms } }";

let server: TestServer;
let workspace: TestWorkspace;
let admin: Person;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.close());

beforeEach(async () => {
  workspace = newWorkspace(server);
  admin = await workspace.admin();
  server.anthropic.journal.clear();
  server.openAi.journal.clear();
});

afterEach(() => {
  jest.restoreAllMocks();
});

function simulatorOf({ provider }: { provider: string }) {
  return provider === "CLAUDE" ? server.anthropic : server.openAi;
}

/** What the two providers were asked, each request once. */
function asked(): string[] {
  const requests = [...server.anthropic.journal.requests, ...server.openAi.journal.requests];
  return requests.map(({ method, path }) => `${method} ${path}`);
}

async function storedKeys(): Promise<ProviderKeyEntity[]> {
  return server.dataSource.getRepository(ProviderKeyEntity).findBy({ workspaceId: workspace.id });
}

describe.each(PROVIDERS)("a key for $name", (of) => {
  test("that was checked before is checked again on request", async () => {
    await configure(admin, of.provider, of.key);
    const owner = await workspace.owner();

    const accepted = await verify(owner, of.provider);
    expect(accepted.userErrors).toEqual([]);
    expect(accepted.provider).toMatchObject({ status: "ACTIVE", lastError: null, configuredBy: { name: "The admin" } });

    simulatorOf(of).rejectKey(of.key);
    const rejected = await verify(owner, of.provider);
    expect(rejected.userErrors).toEqual([]);
    expect(rejected.provider).toMatchObject({
      status: "INVALID",
      maskedKey: of.masked,
      lastError: `${of.name} rejected the key. Create a new one there and configure it here.`,
    });
    expect((await admin.ask(CONNECTED)).workspace.connectedPlatforms).toEqual([of.provider]);

    simulatorOf(of).acceptKey(of.key);
    const acceptedAgain = await verify(owner, of.provider);
    expect(acceptedAgain.provider).toMatchObject({
      status: "ACTIVE",
      lastError: null,
      models: accepted.provider.models,
    });
    expect(asked()).toEqual(Array(4).fill("GET /v1/models"));
  });

  test("that cannot be checked now stays as it is", async () => {
    await configure(admin, of.provider, of.key);
    const [before] = await storedKeys();
    jest.spyOn(AbortSignal, "timeout").mockImplementationOnce(() => AbortSignal.abort());

    expect(await verify(admin, of.provider)).toEqual({
      provider: null,
      userErrors: [
        {
          code: "PROVIDER_UNREACHABLE",
          field: null,
          message: `${of.name} did not answer within 10 seconds, so the key could not be checked. Try again.`,
        },
      ],
    });
    expect(await storedKeys()).toEqual([before]);
  });

  test("that was never stored cannot be verified", async () => {
    expect(await verify(admin, of.provider)).toEqual({
      provider: null,
      userErrors: [
        { code: "NOT_FOUND", field: null, message: `No key for ${of.name} is stored. Configure one first.` },
      ],
    });
    expect(asked()).toEqual([]);
  });

  test("is gone once revoked, and revoking is safe to repeat", async () => {
    await configure(admin, of.provider, of.key);
    await setMode(admin, "campaign", of.mode);
    await setMode(admin, "analyst", "METERED");

    const first = await revoke(admin, of.provider);
    expect(first).toEqual({
      provider: {
        provider: of.provider,
        status: "NOT_CONFIGURED",
        maskedKey: null,
        lastError: null,
        models: [],
        configuredBy: null,
        configuredAt: null,
        lastVerifiedAt: null,
      },
      affectedBuddies: [{ slug: "campaign" }],
      userErrors: [],
    });
    expect(await storedKeys()).toEqual([]);
    expect((await admin.ask(CONNECTED)).workspace.connectedPlatforms).toEqual([]);

    expect(await revoke(admin, of.provider)).toEqual(first);
    expect((await keyEvents(admin)).map(({ action }) => action)).toEqual(["REVOKED", "CONFIGURED"]);
    expect(asked()).toEqual(["GET /v1/models"]);
  });

  test("affects whoever follows the workspace's default, once it is revoked", async () => {
    await configure(admin, of.provider, of.key);
    await setMode(admin, "campaign", "METERED");
    await updatePolicy(admin, { defaultMode: of.mode });

    const { affectedBuddies } = await revoke(admin, of.provider);

    expect(affectedBuddies).toEqual([{ slug: "orchestrator" }, { slug: "analyst" }, { slug: "copywriter" }]);
  });
});

test("a replacement that fails leaves the old key at work; one that succeeds takes over", async () => {
  await configure(admin, "CLAUDE", CLAUDE.key);
  await setMode(admin, "campaign", "BYOK_CLAUDE");
  const before = await storedKeys();

  for (const mark of ["rejected", "ratelimited", "broken"]) {
    expect((await configure(admin, "CLAUDE", CLAUDE.marked(mark))).provider).toBeNull();
  }
  expect((await configure(admin, "CLAUDE", OPENAI.key)).provider).toBeNull();
  expect(await storedKeys()).toEqual(before);
  const turn = await admin.runTurn({ buddy: "campaign", message: "Does the old key still work?" });
  expect(turn).toMatchObject({ status: "COMPLETED", route: { payer: "WORKSPACE", maskedKey: CLAUDE.masked } });

  await configure(admin, "CLAUDE", "sk-ant-api03-that-replaces-it-9Lm2");
  const next = await admin.runTurn({ buddy: "campaign", message: "And the new one?" });
  expect(next).toMatchObject({ status: "COMPLETED", route: { payer: "WORKSPACE", maskedKey: "sk-ant-…9Lm2" } });

  expect(server.anthropic.journal.messages().map(({ keyMasked }) => keyMasked)).toEqual([
    "sk-ant-…x4Qz",
    "sk-ant-…9Lm2",
  ]);
});
