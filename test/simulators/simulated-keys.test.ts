import Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "@jest/globals";
import OpenAI from "openai";
import { startOpenAiSimulator } from "../../src/simulators/openai-simulator";
import type { ProviderSimulator } from "../../src/simulators/provider-simulator";
import { maskSimulatedKey } from "../../src/simulators/simulated-keys";
import { anthropicClient, apiError, asking, closeLater, errorOf, KEY, simulatedAnthropic } from "./simulated-client";

const HELLO = asking([{ role: "user", content: "Hello" }]);

/** What listing models and calling one come to with this key: `works`, or the error. */
async function triedWith(key: string) {
  const { simulator } = await simulatedAnthropic();
  const client = anthropicClient(simulator, key);
  return {
    listing: await errorOf(client.models.list()),
    call: await errorOf(client.messages.create({ ...HELLO, stream: true })),
  };
}

test.each(["sk-ant-x", KEY])("a key of the right shape works: %s", async (key) => {
  expect(await triedWith(key)).toEqual({ listing: null, call: null });
});

test.each(["sk-proj-0123456789", "sk-ant-", "sk-ant-with space", `sk-ant-${"x".repeat(506)}`, "password"])(
  "a key of another shape is refused as the documentation has it: %s",
  async (key) => {
    const { simulator } = await simulatedAnthropic();
    const error = await apiError(anthropicClient(simulator, key).models.list());
    expect(error).toBeInstanceOf(Anthropic.AuthenticationError);
    expect(error.error).toEqual({
      type: "error",
      error: { type: "authentication_error", message: "invalid x-api-key" },
      request_id: error.requestID,
    });
  },
);

test("no key at all is refused", async () => {
  const { simulator } = await simulatedAnthropic();
  const response = await fetch(`${simulator.url}/v1/models`, { headers: { "anthropic-version": "2026-10-21" } });
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ error: { type: "authentication_error" } });
  expect(simulator.journal.requests).toMatchObject([{ keyMasked: null, outcome: "refused" }]);
});

test("-rejected-: refused everywhere, with the key in the message", async () => {
  const key = "sk-ant-demo-rejected-0001";
  const refused = { status: 401, type: "authentication_error", apiMessage: `invalid x-api-key: ${key}` };
  expect(await triedWith(key)).toMatchObject({ listing: refused, call: refused });
});

test("-forbidden-: may not list models, but calls them", async () => {
  const { listing, call } = await triedWith("sk-ant-demo-forbidden-0001");
  expect(listing).toMatchObject({ status: 403, type: "permission_error" });
  expect(call).toBeNull();
});

test("-ratelimited-: 429 with retry-after everywhere", async () => {
  const { simulator } = await simulatedAnthropic();
  const client = anthropicClient(simulator, "sk-ant-demo-ratelimited-0001");
  for (const error of [await apiError(client.models.list()), await apiError(client.messages.create(HELLO))]) {
    expect(error).toMatchObject({ status: 429, type: "rate_limit_error" });
    expect(error.headers?.get("retry-after")).toBe("1");
  }
});

test("-broken-: 500 everywhere", async () => {
  const broken = { status: 500, type: "api_error" };
  expect(await triedWith("sk-ant-demo-broken-0001")).toMatchObject({ listing: broken, call: broken });
});

test("-silent-: never answers, and notices when the client gives up", async () => {
  const { simulator } = await simulatedAnthropic();
  const client = anthropicClient(simulator, "sk-ant-demo-silent-0001");
  expect(await errorOf(client.models.list({}, { timeout: 100 }))).toBeInstanceOf(Anthropic.APIConnectionTimeoutError);
  expect(await errorOf(client.messages.create(HELLO, { timeout: 100 }))).toBeInstanceOf(
    Anthropic.APIConnectionTimeoutError,
  );
  await simulator.journal.waitFor((entry) => entry.method === "GET" && entry.outcome === "aborted");
  await simulator.journal.waitFor((entry) => entry.method === "POST" && entry.outcome === "aborted");
});

test("-nocredit-: lists models, but cannot pay for a call", async () => {
  const { listing, call } = await triedWith("sk-ant-demo-nocredit-0001");
  expect(listing).toBeNull();
  expect(call).toMatchObject({
    status: 400,
    type: "invalid_request_error",
    apiMessage: expect.stringContaining("Your credit balance is too low"),
  });
});

test("a key can be rejected and accepted again while the simulator runs", async () => {
  const { simulator, client } = await simulatedAnthropic();
  simulator.rejectKey(KEY);
  expect(await apiError(client.models.list())).toMatchObject({ status: 401 });
  simulator.acceptKey(KEY);
  expect((await client.models.list()).data).not.toHaveLength(0);
});

test("OpenAI's simulator takes keys in the same way, in OpenAI's words", async () => {
  const simulator = closeLater(await startOpenAiSimulator());
  const listing = (key: string) => errorOf(openAi(simulator, key).models.list());
  expect(await listing("sk-proj-0001")).toBeNull();
  expect(await listing(KEY)).toMatchObject({ status: 401, code: "invalid_api_key" });
  expect(await listing("password")).toMatchObject({ status: 401, code: "invalid_api_key" });
  expect(await listing("sk-demo-rejected-0001")).toMatchObject({
    status: 401,
    type: "invalid_request_error",
    code: "invalid_api_key",
    message: expect.stringContaining("sk-demo-rejected-0001"),
  });
  expect(await listing("sk-demo-forbidden-0001")).toMatchObject({ status: 403 });
  expect(await listing("sk-demo-ratelimited-0001")).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
  expect(await listing("sk-demo-broken-0001")).toMatchObject({ status: 500, type: "server_error" });
  expect(await listing("sk-demo-nocredit-0001")).toBeNull();
  expect(await errorOf(openAi(simulator, "sk-demo-silent-0001").models.list({ timeout: 100 }))).toBeInstanceOf(
    OpenAI.APIConnectionError,
  );
  const noCredit = openAi(simulator, "sk-demo-nocredit-0001").responses.create({ model: "gpt-5.2", input: "Hi" });
  expect(await errorOf(noCredit)).toMatchObject({
    status: 429,
    type: "insufficient_quota",
    code: "insufficient_quota",
  });
  simulator.rejectKey("sk-proj-0001");
  expect(await listing("sk-proj-0001")).toMatchObject({ status: 401 });
});

test("OpenAI's simulator repeats a key that it does not know masked, and takes none in another header", async () => {
  const simulator = closeLater(await startOpenAiSimulator());
  const refused = { type: "invalid_request_error", param: null, code: "invalid_api_key" };
  const error = await errorOf(openAi(simulator, KEY).models.list());
  expect(error).toMatchObject({ error: { ...refused, message: "Incorrect API key provided: sk-ant-…0001" } });
  const response = await fetch(`${simulator.url}/models`, { headers: { "x-api-key": "sk-proj-0001" } });
  expect(response.status).toBe(401);
  expect(response.headers.get("x-request-id")).toMatch(/^req_/);
  expect(await response.json()).toEqual({ error: { ...refused, message: "You didn't provide an API key" } });
});

test("a masked key shows its first seven and last four characters, a short one less", () => {
  expect(maskSimulatedKey("sk-ant-api03-abcdefx4Qz")).toBe("sk-ant-…x4Qz");
  expect(maskSimulatedKey("sk-ant-abcdefgh")).toBe("sk-ant-…");
});

function openAi(simulator: ProviderSimulator, apiKey: string): OpenAI {
  return new OpenAI({ apiKey, baseURL: simulator.url, maxRetries: 0, logLevel: "off" });
}
