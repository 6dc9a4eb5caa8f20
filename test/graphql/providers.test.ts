// The custody of provider keys through the API: the real server and the real SDKs, with both providers simulated.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";

import { ProviderKeyEntity } from "../../src/provider-keys/provider-key.entity";
import { ProviderKeyEventEntity } from "../../src/provider-keys/provider-key-event.entity";
import { PROBE_TIMEOUT_MS } from "../../src/providers/probe-key";
import { startTestServer, type TestServer } from "../support/test-server";
import { newWorkspace, type Person, type TestWorkspace } from "./test-workspace";

const FRAGMENTS = `
  fragment Integration on ProviderIntegration {
    provider status maskedKey lastError models { id provider } configuredBy { name } configuredAt lastVerifiedAt
  }
  fragment Problem on UserError { code field message }
`;
const CONFIGURE = `mutation ($input: ConfigureProviderInput!) {
  configureProvider(input: $input) { provider { ...Integration } userErrors { ...Problem } }
} ${FRAGMENTS}`;
const VERIFY = `mutation ($input: VerifyProviderInput!) {
  verifyProvider(input: $input) { provider { ...Integration } userErrors { ...Problem } }
} ${FRAGMENTS}`;
const REVOKE = `mutation ($input: RevokeProviderInput!) {
  revokeProvider(input: $input) { provider { ...Integration } affectedBuddies { slug } userErrors { ...Problem } }
} ${FRAGMENTS}`;
const INTEGRATIONS = `{ workspace { connectedPlatforms providers { provider status maskedKey } } }`;
const KEY_EVENTS = `query ($first: Int, $after: String) { workspace { keyEvents(first: $first, after: $after) {
  edges { cursor node { id provider action maskedKey actor { name } } }
  nodes { id }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
} } }`;
const SET_MODE = `mutation ($input: SetBuddyModelInput!) { setBuddyModel(input: $input) { userErrors { message } } }`;

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

const LENGTH = "A key has 8 to 512 characters: copy the key alone, and all of it.";
const CHARACTERS =
  "A key is printable ASCII characters without a space or line break: copy the key alone, and all of it.";

const CLAUDE = {
  provider: "CLAUDE",
  name: "Claude",
  mode: "BYOK_CLAUDE",
  key: "sk-ant-api03-of-the-workspace-x4Qz",
  masked: "sk-ant-…x4Qz",
  marked: (mark: string) => `sk-ant-api03-${mark}-0001`,
  model: { id: "claude-sonnet-4-6", provider: "CLAUDE" },
  wrongShapes: [
    ["empty", "", 'This is not a key for Claude. A key for Claude begins with "sk-ant-".'],
    ["a password", "correct horse", 'This is not a key for Claude. A key for Claude begins with "sk-ant-".'],
    ["too short", "sk-ant-", LENGTH],
    ["too long", "sk-ant-".padEnd(513, "0"), LENGTH],
    ["two words", "sk-ant-api03 0001", CHARACTERS],
    [
      "OpenAI's",
      "sk-proj-somebodys-0001",
      'This looks like a key for OpenAI: configure it there. A key for Claude begins with "sk-ant-".',
    ],
  ],
} as const;
const OPENAI = {
  provider: "OPENAI",
  name: "OpenAI",
  mode: "BYOK_OPENAI",
  key: "sk-proj-of-the-workspace-Tt77",
  masked: "sk-…Tt77",
  marked: (mark: string) => `sk-proj-${mark}-0001`,
  model: { id: "gpt-4.1", provider: "OPENAI" },
  wrongShapes: [
    ["empty", "", 'This is not a key for OpenAI. A key for OpenAI begins with "sk-" but not with "sk-ant-".'],
    [
      "a password",
      "correct horse",
      'This is not a key for OpenAI. A key for OpenAI begins with "sk-" but not with "sk-ant-".',
    ],
    ["too short", "sk-1234", LENGTH],
    ["too long", "sk-".padEnd(513, "0"), LENGTH],
    ["two words", "sk-proj 0001", CHARACTERS],
    [
      "Claude's",
      "sk-ant-somebodys-0001",
      'This looks like a key for Claude: configure it there. A key for OpenAI begins with "sk-" but not with "sk-ant-".',
    ],
  ],
} as const;
const PROVIDERS = [CLAUDE, OPENAI];

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

async function configure(person: Person, provider: string, apiKey: string) {
  return (await person.ask(CONFIGURE, { input: { provider, apiKey } })).configureProvider;
}

async function verify(person: Person, provider: string) {
  return (await person.ask(VERIFY, { input: { provider } })).verifyProvider;
}

async function revoke(person: Person, provider: string) {
  return (await person.ask(REVOKE, { input: { provider } })).revokeProvider;
}

async function setMode(buddy: string, mode: string): Promise<void> {
  const { setBuddyModel } = await admin.ask(SET_MODE, { input: { buddy, mode } });
  expect(setBuddyModel.userErrors).toEqual([]);
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
    expect((await admin.ask(INTEGRATIONS)).workspace.connectedPlatforms).toEqual([of.provider]);

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
    await setMode("campaign", of.mode);
    await setMode("analyst", "METERED");

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
    expect((await admin.ask(INTEGRATIONS)).workspace.connectedPlatforms).toEqual([]);

    expect(await revoke(admin, of.provider)).toEqual(first);
    expect((await keyEvents(admin)).map(({ action }) => action)).toEqual(["REVOKED", "CONFIGURED"]);
    expect(asked()).toEqual(["GET /v1/models"]);
  });

  test("affects whoever follows the workspace's default, once it is revoked", async () => {
    await configure(admin, of.provider, of.key);
    await setMode("campaign", "METERED");
    const POLICY = `mutation ($input: UpdateRoutingPolicyInput!) { updateRoutingPolicy(input: $input) { userErrors { message } } }`;
    await admin.ask(POLICY, { input: { defaultMode: of.mode } });

    const { affectedBuddies } = await revoke(admin, of.provider);

    expect(affectedBuddies).toEqual([{ slug: "orchestrator" }, { slug: "analyst" }, { slug: "copywriter" }]);
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

test("a replacement that fails leaves the old key at work; one that succeeds takes over", async () => {
  await configure(admin, "CLAUDE", CLAUDE.key);
  await setMode("campaign", "BYOK_CLAUDE");
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

test("the trail tells what was done to a key, and by whom, newest first", async () => {
  const owner = await workspace.owner();
  await configure(admin, "CLAUDE", CLAUDE.key);
  await setMode("campaign", "BYOK_CLAUDE");
  await verify(owner, "CLAUDE");
  server.anthropic.rejectKey(CLAUDE.key);
  await verify(admin, "CLAUDE");
  server.anthropic.acceptKey(CLAUDE.key);
  await admin.runTurn({ buddy: "campaign", message: "The key works again." });
  server.anthropic.rejectKey(CLAUDE.key);
  const failed = await admin.runTurn({ buddy: "campaign", message: "And now it does not." });
  server.anthropic.acceptKey(CLAUDE.key);
  expect(failed.error.code).toBe("PROVIDER_AUTHENTICATION_FAILED");
  await configure(owner, "CLAUDE", "sk-ant-api03-that-replaces-it-9Lm2");
  await configure(admin, "CLAUDE", CLAUDE.marked("rejected"));
  await revoke(owner, "CLAUDE");
  await configure(admin, "OPENAI", OPENAI.key);

  const trail = await keyEvents(admin);
  expect(trail.map(({ provider, action, maskedKey, actor }) => [provider, action, maskedKey, actor?.name])).toEqual([
    ["OPENAI", "CONFIGURED", "sk-…Tt77", "The admin"],
    ["CLAUDE", "REVOKED", "sk-ant-…9Lm2", "The owner"],
    ["CLAUDE", "REPLACED", "sk-ant-…9Lm2", "The owner"],
    ["CLAUDE", "REJECTED", "sk-ant-…x4Qz", undefined],
    ["CLAUDE", "REJECTED", "sk-ant-…x4Qz", "The admin"],
    ["CLAUDE", "VERIFIED", "sk-ant-…x4Qz", "The owner"],
    ["CLAUDE", "CONFIGURED", "sk-ant-…x4Qz", "The admin"],
  ]);
});

test("the trail comes in pages, and entries that are added meanwhile move nothing", async () => {
  await configure(admin, "CLAUDE", CLAUDE.key);
  for (let count = 0; count < 4; count += 1) await verify(admin, "CLAUDE");
  const all = (await keyEvents(admin)).map(({ id }) => id);
  expect(new Set(all).size).toBe(5);

  const pages: string[][] = [];
  let after: string | null = null;
  for (let more = true; more; ) {
    const { keyEvents } = (await admin.ask(KEY_EVENTS, { first: 2, after })).workspace;
    pages.push(keyEvents.nodes.map(({ id }: { id: string }) => id));
    expect(keyEvents.pageInfo).toEqual({
      hasNextPage: pages.length < 3,
      hasPreviousPage: pages.length > 1,
      startCursor: keyEvents.edges[0].cursor,
      endCursor: keyEvents.edges.at(-1).cursor,
    });
    after = keyEvents.pageInfo.endCursor;
    more = keyEvents.pageInfo.hasNextPage;
    await verify(admin, "CLAUDE");
  }

  expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
  expect(pages.flat()).toEqual(all);
});

interface KeyEvent {
  id: string;
  provider: string;
  action: string;
  maskedKey: string;
  actor: { name: string } | null;
}

async function keyEvents(person: Person): Promise<KeyEvent[]> {
  const { workspace } = await person.ask(KEY_EVENTS);
  return workspace.keyEvents.edges.map(({ node }: { node: KeyEvent }) => node);
}
