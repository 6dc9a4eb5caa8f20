// Configuring provider keys through the API: the real server and the real SDKs, with both providers simulated.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";

import { ProviderKeyEntity } from "../../src/provider-keys/provider-key.entity";
import { ProviderKeyEventEntity } from "../../src/provider-keys/provider-key-event.entity";
import { PROBE_TIMEOUT_MS } from "../../src/providers/probe-key";
import { startTestServer, type TestServer } from "../support/test-server";
import { CONFIGURE, configure, keyEvents, REVOKE, revoke, VERIFY } from "./manage-workspace";
import { CLAUDE, OPENAI, PROVIDERS } from "./provider-cases";
import { newWorkspace, type Person, type TestWorkspace } from "./test-workspace";

const INTEGRATIONS = `{ workspace { connectedPlatforms providers { provider status maskedKey } } }`;

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

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

/** A provider that has the request and stays silent until the server gives up, which it then does at once. */
function giveUpOnceAsked(simulator: { journal: TestServer["anthropic"]["journal"] }): void {
  jest.spyOn(AbortSignal, "timeout").mockImplementationOnce((milliseconds) => {
    expect(milliseconds).toBe(PROBE_TIMEOUT_MS);
    const waiting = new AbortController();
    void simulator.journal.waitFor(() => true).then(() => waiting.abort());
    return waiting.signal;
  });
}

async function storedKeys(): Promise<ProviderKeyEntity[]> {
  return server.dataSource.getRepository(ProviderKeyEntity).findBy({ workspaceId: workspace.id });
}

async function expectNothingStored(): Promise<void> {
  expect(await storedKeys()).toEqual([]);
  expect(await server.dataSource.getRepository(ProviderKeyEventEntity).countBy({ workspaceId: workspace.id })).toBe(0);
  expect((await admin.ask(INTEGRATIONS)).workspace).toEqual({
    connectedPlatforms: [],
    providers: [
      { provider: "CLAUDE", status: "NOT_CONFIGURED", maskedKey: null },
      { provider: "OPENAI", status: "NOT_CONFIGURED", maskedKey: null },
    ],
  });
}

describe.each(PROVIDERS)("a key for $name", (of) => {
  test("that the provider accepts is stored, sealed, and shown masked", async () => {
    const { provider, userErrors } = await configure(admin, of.provider, `  ${of.key}\n`);

    expect(userErrors).toEqual([]);
    expect(provider).toEqual({
      provider: of.provider,
      status: "ACTIVE",
      maskedKey: of.masked,
      lastError: null,
      models: expect.arrayContaining([of.model]),
      configuredBy: { name: "The admin" },
      configuredAt: INSTANT,
      lastVerifiedAt: INSTANT,
    });
    const [stored] = await storedKeys();
    expect(stored?.sealedKey).toMatch(/^\S+$/);
    expect(JSON.stringify(stored)).not.toContain(of.key);
    const { connectedPlatforms, providers } = (await admin.ask(INTEGRATIONS)).workspace;
    expect(connectedPlatforms).toEqual([of.provider]);
    expect(providers).toContainEqual({ provider: of.provider, status: "ACTIVE", maskedKey: of.masked });
    expect(asked()).toEqual(["GET /v1/models"]);
  });

  test("that may not list models is stored as limited", async () => {
    const { provider, userErrors } = await configure(admin, of.provider, of.marked("forbidden"));

    expect(userErrors).toEqual([]);
    expect(provider).toMatchObject({ status: "LIMITED", maskedKey: of.masked.replace(/....$/, "0001"), models: [] });
    expect((await admin.ask(INTEGRATIONS)).workspace.connectedPlatforms).toEqual([of.provider]);
    expect(asked()).toEqual(["GET /v1/models"]);
  });

  test.each([
    [
      "rejected",
      "INVALID_PROVIDER_KEY",
      ["input", "apiKey"],
      "NAME rejected the key, so nothing was stored. Check that it was copied whole, or create a new one.",
    ],
    [
      "ratelimited",
      "PROVIDER_UNREACHABLE",
      null,
      "NAME is limiting requests at the moment, so the key could not be checked. Try again in a minute. Nothing was stored.",
    ],
    [
      "broken",
      "PROVIDER_UNREACHABLE",
      null,
      "NAME answered with status 500, so the key could not be checked. Try again in a few minutes. Nothing was stored.",
    ],
    [
      "silent",
      "PROVIDER_UNREACHABLE",
      null,
      "NAME did not answer within 10 seconds, so the key could not be checked. Try again. Nothing was stored.",
    ],
  ])("that is %s is not stored: %s", async (mark, code, field, message) => {
    if (mark === "silent") giveUpOnceAsked(simulatorOf(of));

    expect(await configure(admin, of.provider, of.marked(mark))).toEqual({
      provider: null,
      userErrors: [{ code, field, message: message.replace("NAME", of.name) }],
    });
    await expectNothingStored();
    expect(asked()).toEqual(["GET /v1/models"]);
  });

  test.each(of.wrongShapes)("that is %s is refused without asking anybody", async (_what, text, message) => {
    expect(await configure(admin, of.provider, text)).toEqual({
      provider: null,
      userErrors: [{ code: "INVALID", field: ["input", "apiKey"], message }],
    });
    await expectNothingStored();
    expect(asked()).toEqual([]);
  });

  test("is no business of a member's", async () => {
    await configure(admin, of.provider, of.key);
    const before = await storedKeys();
    const member = await workspace.member();

    const documents = [
      [CONFIGURE, { provider: of.provider, apiKey: of.marked("another") }],
      [VERIFY, { provider: of.provider }],
      [REVOKE, { provider: of.provider }],
    ] as const;
    for (const [document, input] of documents) {
      const { status, data, errors } = await member.answer(document, { input });
      expect([status, data, errors]).toEqual([
        200,
        null,
        [
          expect.objectContaining({
            message: "This needs the role admin or owner: ask an admin of your workspace.",
            extensions: { code: "FORBIDDEN" },
          }),
        ],
      ]);
    }

    expect(await storedKeys()).toEqual(before);
    expect(await keyEvents(admin)).toHaveLength(1);
    expect(asked()).toEqual(["GET /v1/models"]);
    const { connectedPlatforms } = (await member.ask(INTEGRATIONS)).workspace;
    expect(connectedPlatforms).toEqual([of.provider]);
  });
});

test("the two providers' keys stand side by side, in a stable order", async () => {
  for (const { provider, key } of PROVIDERS.toReversed()) await configure(admin, provider, key);

  expect((await admin.ask(INTEGRATIONS)).workspace).toEqual({
    connectedPlatforms: ["CLAUDE", "OPENAI"],
    providers: [
      { provider: "CLAUDE", status: "ACTIVE", maskedKey: CLAUDE.masked },
      { provider: "OPENAI", status: "ACTIVE", maskedKey: OPENAI.masked },
    ],
  });
  await revoke(admin, "CLAUDE");
  expect((await admin.ask(INTEGRATIONS)).workspace.connectedPlatforms).toEqual(["OPENAI"]);
});
