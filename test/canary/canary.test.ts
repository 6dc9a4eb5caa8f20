// Keys that are driven through everything that touches keys, and then searched for in everything that came out.
import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { Anthropic } from "@anthropic-ai/sdk";
import { expect, test } from "@jest/globals";
import { OpenAI } from "openai";

import { connectAnthropic } from "../../src/providers/anthropic/anthropic-connection";
import type { ProviderConnection } from "../../src/providers/language-model";
import { connectOpenAi } from "../../src/providers/openai/openai-connection";
import { KEY_PLACEHOLDER, providerFetch } from "../../src/providers/provider-fetch";
import { Secret } from "../../src/secret";
import { type SimulatedAction, simulate } from "../../src/simulators/script";
import { startStripeSimulator } from "../../src/simulators/stripe-simulator";
import { overSocket } from "../graphql/both-doors";
import { allEvents, postChat } from "../support/event-stream";
import { post } from "../support/test-client";
import { startTracedServer, type TracedServer } from "../tracing/traced-server";
import { canary, findCanaries } from "./canary-keys";
import { knockOnSocket, knockOverHttp } from "./door-operations";
import { Evidence } from "./evidence";
import { MUTATIONS, operationsWith } from "./schema-operations";

const PROVIDERS = [
  { provider: "CLAUDE", mode: "BYOK_CLAUDE" },
  { provider: "OPENAI", mode: "BYOK_OPENAI" },
] as const;
type Provider = (typeof PROVIDERS)[number]["provider"];

const WEBHOOK_SECRET = "whsec_of_the_canaries";
const BODY_BYTES = 20_000;
/** For some hundred operations, one after the other, in milliseconds. */
const PATIENCE_MS = 120_000;

const CONFIGURE = `mutation($provider: LlmProvider!, $apiKey: String!) {
  configureProvider(input: { provider: $provider, apiKey: $apiKey }) {
    provider { id status maskedKey lastError models { id } configuredBy { name email } } userErrors { code field message } } }`;
const VERIFY = `mutation($provider: LlmProvider!) { verifyProvider(input: { provider: $provider }) {
  provider { status maskedKey lastError } userErrors { code message } } }`;
const REVOKE = `mutation($provider: LlmProvider!) { revokeProvider(input: { provider: $provider }) {
  provider { status maskedKey } affectedBuddies { slug } userErrors { code message } } }`;
const READ = `{ workspace { connectedPlatforms providers { maskedKey status lastError lastUsedAt models { id } }
  keyEvents { nodes { action maskedKey provider } } buddies { nextRoute { status route { maskedKey modelReason } } }
  agentSessions(first: 100) { nodes { text prompt traceUrl error { message } route { maskedKey } toolCalls { result errorMessage } } } } }`;

/** How a provider breaks in a turn, and what the turn ends with. */
const BROKEN_TURNS: [string, SimulatedAction[], string | null][] = [
  ["works", [{ text: "Hello" }], null],
  ["answers 403", [{ status: 403 }], "PROVIDER_AUTHENTICATION_FAILED"],
  ["answers 429", [{ status: 429, retryAfterSeconds: 60 }], "PROVIDER_RATE_LIMITED"],
  ["answers 500", [{ status: 500 }], "PROVIDER_UNAVAILABLE"],
  ["ends early", [{ text: "Half" }, { fault: "early-end" }], "PROVIDER_STREAM_BROKEN"],
  ["resets the connection", [{ text: "Half" }, { fault: "reset" }], "PROVIDER_STREAM_BROKEN"],
  ["sends an error in mid-stream", [{ text: "Half" }, { fault: "error-event" }], "PROVIDER_STREAM_BROKEN"],
  ["sends garbage", [{ text: "Half" }, { fault: "garbage" }], "PROVIDER_STREAM_BROKEN"],
  ["calls a tool that fails", [{ tool: "current_time", arguments: { timeZone: "Nowhere/None" } }], null],
];

test(
  "a key that was driven through everything is in nothing that came out",
  async () => {
    const stripe = await startStripeSimulator();
    const traced = await startTracedServer({
      LOG_LEVEL: "trace",
      LIMIT_BODY_BYTES: String(BODY_BYTES),
      LIMIT_MUTATIONS_PER_MINUTE: "1000",
      LIMIT_KEY_PROBES_PER_MINUTE: "1000",
      STRIPE_SECRET_KEY: "sk_test_of_the_canaries",
      STRIPE_API_BASE: stripe.url,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    });
    const { server, langfuse } = traced;
    const evidence = new Evidence();
    const token = await server.token({ role: "OWNER" });
    const doors = { url: server.url, token, bodyBytes: BODY_BYTES, webhookSecret: WEBHOOK_SECRET };

    await driveSchema(evidence, traced, token);
    for (const { provider, mode } of PROVIDERS) {
      await knockOverHttp(evidence, canary(provider), doors);
      await knockOnSocket(evidence, canary(provider), doors);
      await liveAndDie(evidence, traced, { provider, mode, token });
    }
    await crash(evidence, traced);
    evidence.keep("metrics", await (await fetch(`${server.url}/metrics`)).text());

    // The providers did get the keys: what is searched was really driven through.
    const used = [...server.anthropic.journal.requests, ...server.openAi.journal.requests].map(
      ({ keyMasked }) => keyMasked,
    );
    expect(used).toEqual(expect.arrayContaining(["sk-ant-…good", "sk-proj…good"]));
    await traced.close();
    await stripe.close();
    evidence.keep("log", server.logs);
    evidence.keep("traces", langfuse.traces.spans);

    expect(evidence.textOf("rows")).toContain("sealed_key");
    expect(evidence.textOf("what is shown")).toContain("sk-ant-…good");
    expect(server.logs.length).toBeGreaterThan(10);
    expect(langfuse.traces.spans.length).toBeGreaterThan(10);
    const hits = evidence.hits();
    process.stdout.write(`${evidence.operations} operations, ${hits.length} hits\n`);
    expect(hits).toEqual([]);
    expect(evidence.operations).toBeGreaterThanOrEqual(40);
  },
  PATIENCE_MS,
);

test("a canary is found as it is, in hexadecimal, and in base64 wherever it begins", () => {
  for (const before of ["", "a", "ab", "abc"]) {
    const bytes = Buffer.from(`${before}${canary("CLAUDE")}`);
    for (const encoding of ["utf8", "hex", "base64", "base64url"] as const) {
      expect({ encoding, found: findCanaries(`"${bytes.toString(encoding)}"`).length > 0 }).toEqual({
        encoding,
        found: true,
      });
    }
  }
  expect(findCanaries("sk-ant-…good")).toEqual([]);
});

/** The key in every place of every field at the schema's roots. */
async function driveSchema(evidence: Evidence, { server }: TracedServer, token: string): Promise<void> {
  const key = canary("CLAUDE");
  const mutations = operationsWith(key, "mutation");
  for (const name of MUTATIONS) expect(mutations.filter((operation) => operation.name.includes(name))).not.toEqual([]);
  for (const { name, query, variables } of [...mutations, ...operationsWith(key, "query")]) {
    await evidence.drive(name, () => post(server.url, token, query, variables));
  }
  for (const { name, query, variables } of operationsWith(key, "subscription")) {
    await evidence.drive(name, () => overSocket(server, { query, variables }, token));
  }
}

/** A provider's keys from the first to the last: refused, stored, replaced, used while the provider breaks, rejected, revoked. */
async function liveAndDie(
  evidence: Evidence,
  { server, ask }: TracedServer,
  { provider, mode, token }: { provider: Provider; mode: string; token: string },
): Promise<void> {
  const send = (name: string, query: string, variables: object = {}) =>
    evidence.drive(name, () => post(server.url, token, query, { provider, ...variables }));
  const configure = async (apiKey: unknown) => {
    const { data } = await send("configureProvider", CONFIGURE, { apiKey });
    return data?.configureProvider?.userErrors[0]?.code ?? data?.configureProvider?.provider.status;
  };
  const turn = async (name: string, message: string) => {
    const input = { message, idempotencyKey: randomUUID(), buddyModels: [{ buddy: "orchestrator", mode }] };
    return (await evidence.drive(`${provider} ${name}`, () => ask(input))).at(-1);
  };
  const look = async () => {
    await evidence.drive("what is shown", () => post(server.url, token, READ));
    await keepRows(evidence, server);
  };

  expect(await configure(canary(provider, "rejected"))).toBe("INVALID_PROVIDER_KEY");
  expect(await configure(canary(provider, "ratelimited"))).toBe("PROVIDER_UNREACHABLE");
  expect(await configure(canary(provider, "broken"))).toBe("PROVIDER_UNREACHABLE");
  expect(await configure(canary(provider, "forbidden"))).toBe("LIMITED");
  expect(await configure(` ${canary(provider, "second")} `)).toBe("ACTIVE");
  expect(await configure(canary(provider === "CLAUDE" ? "OPENAI" : "CLAUDE"))).toBe("INVALID");
  await configure({ nested: canary(provider) });
  await configure(`${canary(provider)}\n${canary(provider)}`);
  await look();

  for (const [name, script, code] of BROKEN_TURNS) {
    expect(await configure(canary(provider))).toBe("ACTIVE");
    const last = await turn(name, simulate([script]));
    expect({ name, code: last.error?.code ?? null }).toEqual({ name, code });
    const failed = last.session.toolCalls.filter(
      ({ errorMessage }: { errorMessage: string | null }) => errorMessage !== null,
    );
    expect(failed).toHaveLength(script.filter((action) => "tool" in action).length);
  }
  const simulator = provider === "CLAUDE" ? server.anthropic : server.openAi;
  expect(await configure(canary(provider))).toBe("ACTIVE");
  const sent = await evidence.drive(`${provider} as server-sent events`, async () => {
    const buddyModels = [{ buddy: "orchestrator", mode }];
    return allEvents(await postChat(server.url, token, { message: "Hello", buddyModels }));
  });
  expect(sent.at(-1)?.data.session.route.mode).toBe(mode);
  simulator.rejectKey(canary(provider));
  expect((await turn("answers 401 and repeats the key", "Hello")).error.code).toBe("PROVIDER_AUTHENTICATION_FAILED");
  expect((await send("verifyProvider", VERIFY)).data.verifyProvider.provider.status).toBe("INVALID");
  await look();
  expect((await send("revokeProvider", REVOKE)).data.revokeProvider.provider.status).toBe("NOT_CONFIGURED");
  expect((await turn("is not asked after the revocation", "Hello")).session.route.mode).toBe("METERED");
  await look();
}

/** What a crash would print: whatever holds a key or worked with one, with all that is hidden in it. */
async function crash(evidence: Evidence, { server }: TracedServer): Promise<void> {
  const rejected = (provider: Provider) => new Secret(canary(provider, "rejected"));
  const connections = (["CLAUDE", "OPENAI"] as const).map(
    (provider): ProviderConnection =>
      provider === "CLAUDE"
        ? connectAnthropic({ apiKey: rejected(provider), baseUrl: server.anthropic.url })
        : connectOpenAi({ apiKey: rejected(provider), baseUrl: server.openAi.url }),
  );
  const print = (value: unknown) => inspect(value, { depth: null, showHidden: true });
  for (const connection of connections) {
    await evidence.drive("a connection, printed", async () => print(connection));
    await evidence.drive("a model, printed", async () => print(connection.languageModel("any")));
    await evidence.drive("a probe, printed", async () => print(await connection.probeKey()));
    // The provider repeats the key in what the SDK throws here.
    await evidence.drive("a call's failure, printed", async () => print(await failureOf(connection)));
  }
  const unreachable = { apiKey: KEY_PLACEHOLDER, baseURL: "http://127.0.0.1:1", maxRetries: 0 };
  for (const client of [
    new Anthropic({ ...unreachable, fetch: providerFetch(rejected("CLAUDE"), 1_000) }),
    new OpenAI({ ...unreachable, fetch: providerFetch(rejected("OPENAI"), 1_000) }),
  ]) {
    await evidence.drive("an SDK's error, printed", async () => {
      const error: unknown = await (client.models.list() as Promise<unknown>).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      return print(error);
    });
  }
}

async function failureOf(connection: ProviderConnection): Promise<unknown> {
  const { signal } = new AbortController();
  const messages = [{ role: "user" as const, content: [{ type: "text" as const, text: "Hello" }] }];
  const request = { system: "", messages, tools: [], maxOutputTokens: 100, signal };
  const error: unknown = await connection
    .languageModel("any")
    .respond(request, () => undefined)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "PROVIDER_AUTHENTICATION_FAILED" });
  return error;
}

/** Every row of every table. */
async function keepRows(evidence: Evidence, { dataSource }: TracedServer["server"]): Promise<void> {
  const tables: { name: string }[] = await dataSource.query(
    "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
  );
  for (const { name } of tables) {
    evidence.keep("rows", await dataSource.query(`SELECT row_to_json(t)::text FROM "${name}" t`));
  }
}
