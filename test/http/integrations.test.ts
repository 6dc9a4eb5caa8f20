// The REST door to provider keys: what it answers, and that it is the same keys, people and limits as at the GraphQL doors.
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { keyEvents } from "../graphql/manage-workspace";
import { newWorkspace, type Person } from "../graphql/test-workspace";
import { startTestServer, type TestServer } from "../support/test-server";

const KEYS = { claude: "sk-ant-workspace-0001-abcd", openai: "sk-workspace-0001-wxyz" };
const BODY_BYTES = 20_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ LIMIT_BODY_BYTES: String(BODY_BYTES), ALLOWED_ORIGINS: "https://app.example.com" });
});
afterAll(() => server.close());

interface Ask {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  at?: string;
}

async function ask(
  person: { token: string } | undefined,
  path: string,
  { method = "GET", body, headers, at }: Ask = {},
) {
  const response = await fetch(`${at ?? server.url}/api/integrations${path}`, {
    method,
    headers: {
      ...(person === undefined ? {} : { authorization: `Bearer ${person.token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

const configure = (person: Person | undefined, name: string, apiKey: unknown, more: Ask = {}) =>
  ask(person, `/${name}/configure`, { method: "POST", body: { apiKey }, ...more });

test("a list costs as much as it would over GraphQL", async () => {
  const limited = await startTestServer({ LIMIT_READING_PER_MINUTE: "200" });
  const person = await newWorkspace(limited).member();
  const statuses = [];
  for (let count = 0; count < 20; count += 1) statuses.push((await ask(person, "", { at: limited.url })).status);
  expect([...new Set(statuses)]).toEqual([200, 429]);
  await limited.close();
});

test("keys are configured, listed and revoked, and they are the same as the graph's", async () => {
  const admin = await newWorkspace(server).admin();
  expect((await ask(admin, "")).body).toEqual({ connected: [] });

  for (const [name, key] of Object.entries(KEYS).reverse()) {
    const { status, body } = await configure(admin, name, key);
    expect({ status, body }).toEqual({ status: 200, body: { status: "configured", provider: name } });
  }
  expect((await ask(admin, "")).body).toEqual({ connected: ["claude", "openai"] });
  const { workspace } = await admin.ask("{ workspace { connectedPlatforms providers { maskedKey status } } }");
  expect(workspace).toEqual({
    connectedPlatforms: ["CLAUDE", "OPENAI"],
    providers: [
      { maskedKey: "sk-ant-…abcd", status: "ACTIVE" },
      { maskedKey: "sk-…wxyz", status: "ACTIVE" },
    ],
  });

  // Safe to repeat.
  for (let count = 0; count < 2; count += 1) {
    const { status, body } = await ask(admin, "/claude", { method: "DELETE" });
    expect({ status, body }).toEqual({ status: 200, body: { status: "revoked", provider: "claude" } });
  }
  expect((await ask(admin, "")).body).toEqual({ connected: ["openai"] });
  expect((await keyEvents(admin)).map(({ action, provider }) => [action, provider])).toEqual([
    ["REVOKED", "CLAUDE"],
    ["CONFIGURED", "CLAUDE"],
    ["CONFIGURED", "OPENAI"],
  ]);
});

test.each([
  ["claude", "sk-ant-some-rejected-0001"],
  ["openai", "sk-some-rejected-0001"],
])("a key that %s rejects is a 401, and the earlier one stays", async (name, rejected) => {
  const admin = await newWorkspace(server).admin();
  expect((await configure(admin, name, KEYS[name as keyof typeof KEYS])).status).toBe(200);
  const before = (await admin.ask("{ workspace { providers { maskedKey configuredAt } } }")).workspace;

  const { status, body, headers } = await configure(admin, name, rejected);
  expect({ status, body }).toEqual({
    status: 401,
    body: { error: `Invalid ${name} key`, code: "INVALID_PROVIDER_KEY" },
  });
  // The token is good: a client must not go for another one.
  expect(headers.get("www-authenticate")).toBeNull();
  expect((await admin.ask("{ workspace { providers { maskedKey configuredAt } } }")).workspace).toEqual(before);
});

describe("a request that is refused", () => {
  const noKey = { error: 'The body must be {"apiKey": "…"}, with the key as text.', code: "BAD_USER_INPUT" };
  test.each<[string, number, object, Ask]>([
    ["without a key", 400, noKey, { body: {} }],
    ["with a key that is no text", 400, noKey, { body: { apiKey: { sk: KEYS.claude } } }],
    ["with a list", 400, { error: "The body is not a JSON object.", code: "BAD_USER_INPUT" }, { body: [KEYS.claude] }],
    [
      "with a broken body",
      400,
      { error: "The request cannot be read: its address or its JSON is broken.", code: "BAD_USER_INPUT" },
      { body: `{"apiKey": "${KEYS.claude}` },
    ],
    [
      "with another provider's key",
      400,
      { error: expect.stringMatching(/^This looks like a key for OpenAI/), code: "BAD_USER_INPUT" },
      { body: { apiKey: KEYS.openai } },
    ],
    [
      "while the provider is away",
      503,
      { error: expect.stringMatching(/Nothing was stored\.$/), code: "PROVIDER_UNREACHABLE" },
      { body: { apiKey: "sk-ant-some-broken-0001" } },
    ],
    [
      "as a form",
      415,
      {
        error: "Send the body as JSON, with `Content-Type: application/json`.",
        code: "UNSUPPORTED_MEDIA_TYPE",
      },
      { body: `apiKey=${KEYS.claude}`, headers: { "content-type": "application/x-www-form-urlencoded" } },
    ],
    [
      "in another encoding",
      415,
      { error: expect.stringMatching(/^The body's encoding/), code: "UNSUPPORTED_MEDIA_TYPE" },
      { body: "x", headers: { "content-encoding": "zip" } },
    ],
    [
      "with too large a body",
      413,
      { error: "The body is larger than 20,000 bytes.", code: "BODY_TOO_LARGE" },
      { body: { apiKey: KEYS.claude.repeat(BODY_BYTES) } },
    ],
  ])("%s is a %i that says why, and stores nothing", async (_name, status, body, request) => {
    const admin = await newWorkspace(server).admin();
    const answer = await ask(admin, "/claude/configure", { method: "POST", ...request });
    expect({ status: answer.status, body: answer.body }).toEqual({ status, body });
    expect(JSON.stringify(answer.body)).not.toContain(KEYS.claude.slice(-9));
    expect((await ask(admin, "")).body).toEqual({ connected: [] });
  });

  test.each([
    ["POST", "", "GET, HEAD, OPTIONS"],
    ["DELETE", "", "GET, HEAD, OPTIONS"],
    ["GET", "/claude", "DELETE, OPTIONS"],
    ["PUT", "/claude", "DELETE, OPTIONS"],
    ["GET", "/claude/configure", "POST, OPTIONS"],
    ["PUT", "/claude/configure", "POST, OPTIONS"],
  ])("%s %s is a 405 that says what there is", async (method, path, allow) => {
    const answer = await ask(undefined, path, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe(allow);
    expect(answer.body.code).toBe("METHOD_NOT_ALLOWED");
  });

  test.each(["mistral", "CLAUDE", "Claude", "anthropic", "__proto__", "claude%20"])(
    "%s is no provider",
    async (name) => {
      const admin = await newWorkspace(server).admin();
      const expected = { error: "There is no provider of that name: it is claude or openai.", code: "NOT_FOUND" };
      for (const answer of [
        await configure(admin, name, KEYS.claude),
        await ask(admin, `/${name}`, { method: "DELETE" }),
      ]) {
        expect({ status: answer.status, body: answer.body }).toEqual({ status: 404, body: expected });
      }
    },
  );

  test("an address that cannot be read is a 400 that does not repeat it", async () => {
    const admin = await newWorkspace(server).admin();
    const answer = await configure(admin, `%E0%A4%A${KEYS.claude}`, KEYS.claude);
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe("BAD_USER_INPUT");
    expect(JSON.stringify(answer.body)).not.toContain(KEYS.claude);
  });

  test.each([
    ["no token", undefined],
    ["a token that is none", { token: "nothing" }],
  ])("with %s it is a 401 on every address, before the body is read", async (_name, person) => {
    const answers = [
      await ask(person, ""),
      await ask(person, "/claude", { method: "DELETE" }),
      await ask(person, "/claude/configure", { method: "POST", body: "{" }),
      await ask(person, "/nothing/configure", { method: "POST", body: {} }),
    ];
    for (const { status, headers, body } of answers) {
      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).toBe("Bearer");
      expect(body).toEqual({ error: expect.any(String), code: "UNAUTHENTICATED" });
    }
  });

  test("by a fault of ours, it is a 500 with an id to quote", async () => {
    const broken = await startTestServer();
    const admin = await newWorkspace(broken).admin();
    await broken.dataSource.query("ALTER TABLE provider_keys RENAME TO gone");
    const { status, body } = await ask(admin, "", { at: broken.url });
    expect(status).toBe(500);
    expect(body).toEqual({
      error: "Something went wrong on our side. Quote the request id when you report it.",
      code: "INTERNAL_SERVER_ERROR",
      requestId: expect.stringMatching(/^req_[0-9a-f]{32}$/),
    });
    await broken.logged(({ request }) => request === body.requestId);
    await broken.dataSource.query("ALTER TABLE gone RENAME TO provider_keys");
    await broken.close();
  });

  test("members look, and neither configure nor revoke", async () => {
    const workspace = newWorkspace(server);
    const [admin, member] = [await workspace.admin(), await workspace.member()];
    expect((await configure(admin, "claude", KEYS.claude)).status).toBe(200);
    for (const answer of [
      await configure(member, "claude", KEYS.claude),
      await ask(member, "/claude", { method: "DELETE" }),
    ]) {
      expect(answer.status).toBe(403);
      expect(answer.body.code).toBe("FORBIDDEN");
    }
    expect((await ask(member, "")).body).toEqual({ connected: ["claude"] });
  });
});

test("changes and checks of keys count together with those at the other doors, and say when to come again", async () => {
  const limited = await startTestServer({ LIMIT_MUTATIONS_PER_MINUTE: "4", LIMIT_KEY_PROBES_PER_MINUTE: "2" });
  const at = limited.url;
  const workspace = newWorkspace(limited);
  const [admin, owner] = [await workspace.admin(), await workspace.owner()];
  const expectTooOften = ({ status, headers, body }: Awaited<ReturnType<typeof ask>>, sentence: RegExp) => {
    expect({ status, body }).toEqual({
      status: 429,
      body: { error: expect.stringMatching(sentence), code: "RATE_LIMITED" },
    });
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  };

  expect((await configure(admin, "claude", KEYS.claude, { at })).status).toBe(200);
  await owner.ask("mutation { verifyProvider(input: { provider: CLAUDE }) { userErrors { code } } }");
  const probes = /^A workspace may have up to 2 keys checked in a minute/;
  expectTooOften(await configure(admin, "openai", KEYS.openai, { at }), probes);
  // A member's attempt counts as a change of theirs, and as no check.
  await admin.ask("mutation { updateRoutingPolicy(input: { byokFallback: FAIL }) { userErrors { code } } }");
  expect((await ask(admin, "/claude", { method: "DELETE", at })).status).toBe(200);
  const changes = /^You may make up to 4 changes in a minute/;
  expectTooOften(await ask(admin, "/claude", { method: "DELETE", at }), changes);
  expectTooOften(await configure(admin, "claude", KEYS.claude, { at }), changes);
  expect((await ask(owner, "/claude", { method: "DELETE", at })).status).toBe(200);
  await limited.close();
});

test("pages of the allowed origins may use it, others are told nothing", async () => {
  const preflight = (origin: string) =>
    ask(undefined, "/claude", { method: "OPTIONS", headers: { origin, "access-control-request-method": "DELETE" } });
  const allowed = await preflight("https://app.example.com");
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
  expect(allowed.headers.get("access-control-allow-methods")).toContain("DELETE");
  const { headers } = await preflight("https://evil.example.com");
  expect(headers.get("access-control-allow-origin")).toBeNull();
  expect(headers.get("vary")).toContain("Origin");
});
