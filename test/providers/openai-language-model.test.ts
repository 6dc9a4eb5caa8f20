import assert from "node:assert/strict";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { z } from "zod";
import type { ToolDefinition } from "../../src/providers/language-model";
import { connectOpenAi } from "../../src/providers/openai/openai-connection";
import { Secret } from "../../src/secret";
import { startOpenAiSimulator } from "../../src/simulators/openai-simulator";
import { languageModelAudits } from "../audits/language-model";
import type { DocumentedRefusal, LanguageModelHarness } from "../audits/language-model-harness";
import { ask, askWell, failureOf, lastRequest } from "../audits/language-model-harness";

const REFUSALS: DocumentedRefusal[] = [
  { status: 400, type: "invalid_request_error", code: "INTERNAL", retryable: false },
  { status: 400, type: "context_length_exceeded", code: "CONTEXT_TOO_LONG", retryable: false },
  {
    status: 400,
    type: "invalid_request_error",
    message: "Your organization must be verified to stream this model.",
    code: "PROVIDER_UNAVAILABLE",
    retryable: false,
  },
  { status: 401, type: "invalid_api_key", code: "PROVIDER_AUTHENTICATION_FAILED", retryable: false },
  { status: 403, type: "invalid_request_error", code: "PROVIDER_AUTHENTICATION_FAILED", retryable: false },
  { status: 403, type: "model_not_found", code: "PROVIDER_UNAVAILABLE", retryable: false },
  { status: 404, type: "model_not_found", code: "PROVIDER_UNAVAILABLE", retryable: false },
  { status: 413, type: "invalid_request_error", code: "CONTEXT_TOO_LONG", retryable: false },
  { status: 429, type: "rate_limit_exceeded", code: "PROVIDER_RATE_LIMITED", retryable: true },
  { status: 429, type: "insufficient_quota", code: "PROVIDER_QUOTA_EXCEEDED", retryable: false },
  { status: 500, type: "server_error", code: "PROVIDER_UNAVAILABLE", retryable: true },
  { status: 503, type: "server_error", code: "PROVIDER_UNAVAILABLE", retryable: true },
  { status: 504, type: "server_error", code: "PROVIDER_UNAVAILABLE", retryable: true },
];

const sentBody = z.object({
  model: z.string(),
  max_output_tokens: z.number(),
  instructions: z.string().optional(),
  input: z.array(z.looseObject({ type: z.string() })),
  tools: z
    .array(z.object({ name: z.string(), description: z.string(), parameters: z.record(z.string(), z.json()) }))
    .optional(),
});

const reasoningItem = z.object({ id: z.string(), encrypted_content: z.string() });

let harness: LanguageModelHarness;
let held = 0;
const audits = languageModelAudits({ refusals: REFUSALS });

beforeAll(async () => {
  const simulator = await startOpenAiSimulator();
  harness = {
    provider: "OPENAI",
    modelId: "gpt-5.2",
    simulator,
    connect: (apiKey, baseUrl = simulator.url) => connectOpenAi({ apiKey: new Secret(apiKey), baseUrl }),
    apiKey: (trait) => `sk-${trait}-0123456789abcdef`,
    refusals: REFUSALS,
    reportsUsageEarly: false,
    alwaysTellsReasoning: true,
    reasonsUnasked: true,
    async ownReasoning() {
      const { parts } = await askWell(harness, [{ usage: { reasoning: 8 } }, { tool: "now" }]);
      const reasoning = parts.find((part) => part.type === "reasoning");
      assert.ok(reasoning);
      return reasoning;
    },
    readBody(body) {
      const { model, max_output_tokens, instructions = "", tools = [], input } = sentBody.parse(body);
      return {
        modelId: model,
        system: instructions,
        maxOutputTokens: max_output_tokens,
        tools: tools.map(
          ({ name, description, parameters }): ToolDefinition => ({ name, description, inputSchema: parameters }),
        ),
        reasoning: input.filter(({ type }) => type === "reasoning").map((item) => reasoningItem.parse(item)),
      };
    },
  };
});

afterAll(async () => {
  await harness.simulator.close();
  process.stdout.write(`OpenAI: ${held} of ${audits.length} MUST sentences hold\n`);
});

test.each(audits.map((audit) => [audit.id, audit.must, audit] as const))("%s %s", async (_id, _must, audit) => {
  await audit.run(harness);
  held += 1;
});

test("no two sentences share an id", () => {
  expect(new Set(audits.map(({ id }) => id)).size).toBe(audits.length);
});

test("a key without credit fails as an account without credit", async () => {
  const outcome = await ask(harness, [{ text: "never" }], { apiKey: harness.apiKey("nocredit") });
  expect(failureOf(outcome, "PROVIDER_QUOTA_EXCEEDED").retryable).toBe(false);
});

test("nothing is stored at OpenAI, and reasoning is asked for sealed", async () => {
  await askWell(harness, [{ text: "well" }]);
  expect(lastRequest(harness).body).toMatchObject({ store: false, include: ["reasoning.encrypted_content"] });
});

test.each(["gpt-4.1", "gpt-4o-mini", "gpt-5.6-luna", "gpt-5.2-2025-12-11"])(
  "%s takes the same requests",
  async (modelId) => {
    const finish = askWell({ ...harness, modelId }, [{ text: "well" }], { maxOutputTokens: 1 });
    await expect(finish).resolves.toMatchObject({ finish: { reason: { unified: "STOP" } } });
  },
);
