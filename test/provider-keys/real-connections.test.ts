// The same service behind the official SDKs, over HTTP.

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import type { KeyActor, ProviderKeys } from "../../src/provider-keys/provider-keys";
import { connectAnthropic } from "../../src/providers/anthropic/anthropic-connection";
import { connectOpenAi } from "../../src/providers/openai/openai-connection";
import { startAnthropicSimulator } from "../../src/simulators/anthropic-simulator";
import { startOpenAiSimulator } from "../../src/simulators/openai-simulator";
import type { ProviderSimulator } from "../../src/simulators/provider-simulator";
import { CLAUDE_KEY, type KeyFixture, OPENAI_KEY, OTHER_CLAUDE_KEY, openKeyFixture, rejection } from "./key-fixture";

let fixture: KeyFixture;
let anthropic: ProviderSimulator;
let openAi: ProviderSimulator;
let keys: ProviderKeys;
let actor: KeyActor;

beforeAll(async () => {
  [fixture, anthropic, openAi] = await Promise.all([
    openKeyFixture(),
    startAnthropicSimulator(),
    startOpenAiSimulator(),
  ]);
  keys = fixture.server({
    connect: (provider, apiKey) =>
      provider === "CLAUDE"
        ? connectAnthropic({ apiKey, baseUrl: anthropic.url })
        : connectOpenAi({ apiKey, baseUrl: openAi.url }),
  });
  actor = await fixture.newActor();
});
afterAll(async () => {
  await Promise.all([anthropic.close(), openAi.close(), fixture.close()]);
});

test("a key's life, from configured to revoked", async () => {
  const stored = await keys.configure(actor, "CLAUDE", CLAUDE_KEY);
  expect(stored.status).toBe("ACTIVE");
  expect(stored.models.map(({ id }) => id)).toContain("claude-sonnet-4-6");
  expect(anthropic.journal.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /v1/models"]);

  for (const [mark, code] of [
    ["rejected", "INVALID_PROVIDER_KEY"],
    ["ratelimited", "PROVIDER_UNREACHABLE"],
    ["broken", "PROVIDER_UNREACHABLE"],
  ]) {
    const text = `sk-ant-api03-${mark}-0123456789abcdef`;
    const error = await rejection(keys.configure(actor, "CLAUDE", text));
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain("0123456789abcdef");
    expect(await keys.find(actor.workspaceId, "CLAUDE")).toEqual(stored);
  }

  anthropic.rejectKey(CLAUDE_KEY);
  expect(await keys.verify(actor, "CLAUDE")).toMatchObject({ status: "INVALID", version: 1 });
  expect(await keys.configure(actor, "CLAUDE", OTHER_CLAUDE_KEY)).toMatchObject({ status: "ACTIVE", version: 2 });
  expect(await keys.configure(actor, "CLAUDE", "sk-ant-api03-forbidden-0123456789abcdef")).toMatchObject({
    status: "LIMITED",
    version: 3,
    models: [],
  });
  await keys.revoke(actor, "CLAUDE");

  const { rows } = await keys.events(actor.workspaceId, { first: 10 });
  expect(rows.map(({ action, maskedKey }) => `${action} ${maskedKey}`)).toEqual([
    "REVOKED sk-ant-…cdef",
    "REPLACED sk-ant-…cdef",
    "REPLACED sk-ant-…9Lm2",
    "REJECTED sk-ant-…x4Qz",
    "CONFIGURED sk-ant-…x4Qz",
  ]);
});

test("OpenAI's keys are asked about at OpenAI", async () => {
  const stored = await keys.configure(actor, "OPENAI", OPENAI_KEY);
  expect(stored).toMatchObject({ provider: "OPENAI", status: "ACTIVE", maskedKey: "sk-…Tt77" });
  expect(stored.models.length).toBeGreaterThan(0);
  expect(openAi.journal.requests.map(({ path }) => path)).toEqual(["/v1/models"]);
});
