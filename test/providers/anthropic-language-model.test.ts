import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { z } from "zod";
import { connectAnthropic } from "../../src/providers/anthropic/anthropic-connection";
import type { ToolDefinition } from "../../src/providers/language-model";
import { Secret } from "../../src/secret";
import { startAnthropicSimulator } from "../../src/simulators/anthropic-simulator";
import { languageModelAudits } from "../audits/language-model";
import type { DocumentedRefusal, LanguageModelHarness } from "../audits/language-model-harness";
import { ask, failureOf, lastRequest, scripted } from "../audits/language-model-harness";

const REFUSALS: DocumentedRefusal[] = [
  { status: 400, type: "invalid_request_error", code: "INTERNAL", retryable: false },
  {
    status: 400,
    type: "invalid_request_error",
    message: "prompt is too long: 200001 tokens > 200000 maximum",
    code: "CONTEXT_TOO_LONG",
    retryable: false,
  },
  {
    status: 400,
    type: "invalid_request_error",
    message: "input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000",
    code: "CONTEXT_TOO_LONG",
    retryable: false,
  },
  {
    status: 400,
    type: "invalid_request_error",
    message: "Your credit balance is too low to access the Anthropic API.",
    code: "PROVIDER_QUOTA_EXCEEDED",
    retryable: false,
  },
  { status: 401, type: "authentication_error", code: "PROVIDER_AUTHENTICATION_FAILED", retryable: false },
  { status: 402, type: "billing_error", code: "PROVIDER_QUOTA_EXCEEDED", retryable: false },
  { status: 403, type: "permission_error", code: "PROVIDER_AUTHENTICATION_FAILED", retryable: false },
  { status: 404, type: "not_found_error", code: "PROVIDER_UNAVAILABLE", retryable: false },
  { status: 413, type: "request_too_large", code: "CONTEXT_TOO_LONG", retryable: false },
  { status: 429, type: "rate_limit_error", code: "PROVIDER_RATE_LIMITED", retryable: true },
  { status: 500, type: "api_error", code: "PROVIDER_UNAVAILABLE", retryable: true },
  { status: 504, type: "timeout_error", code: "PROVIDER_UNAVAILABLE", retryable: true },
  { status: 529, type: "overloaded_error", code: "PROVIDER_UNAVAILABLE", retryable: true },
];

const sentBody = z.object({
  model: z.string(),
  max_tokens: z.number(),
  system: z.array(z.object({ type: z.literal("text"), text: z.string() })).optional(),
  tools: z
    .array(z.object({ name: z.string(), description: z.string(), input_schema: z.record(z.string(), z.json()) }))
    .optional(),
});

const sentMessages = z.object({ messages: z.array(z.object({ content: z.array(z.record(z.string(), z.json())) })) });

const breakpoints = z.object({ type: z.literal("ephemeral") });

let harness: LanguageModelHarness;
let held = 0;
const audits = languageModelAudits({ refusals: REFUSALS });

beforeAll(async () => {
  const simulator = await startAnthropicSimulator();
  harness = {
    provider: "CLAUDE",
    modelId: "claude-sonnet-4-6",
    simulator,
    connect: (apiKey, baseUrl = simulator.url) => connectAnthropic({ apiKey: new Secret(apiKey), baseUrl }),
    apiKey: (trait) => `sk-ant-${trait}-0123456789abcdef`,
    refusals: REFUSALS,
    reportsUsageEarly: true,
    alwaysTellsReasoning: false,
    reasonsUnasked: false,
    ownReasoning: async () => ({
      type: "reasoning",
      provider: "CLAUDE",
      data: { type: "thinking", thinking: "Let me see.", signature: randomUUID() },
    }),
    readBody(body) {
      const { model, max_tokens, system = [], tools = [] } = sentBody.parse(body);
      return {
        modelId: model,
        system: system.map(({ text }) => text).join(""),
        maxOutputTokens: max_tokens,
        tools: tools.map(
          ({ name, description, input_schema }): ToolDefinition => ({ name, description, inputSchema: input_schema }),
        ),
        reasoning: sentMessages
          .parse(body)
          .messages.flatMap(({ content }) => content.filter(({ type }) => type === "thinking")),
      };
    },
  };
});

afterAll(async () => {
  await harness.simulator.close();
  process.stdout.write(`Claude: ${held} of ${audits.length} MUST sentences hold\n`);
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

test("caching is asked for at the end of the tools, of the system text and of the conversation, and nowhere else", async () => {
  await ask(harness, [], {
    messages: [
      { role: "user", content: [{ type: "text", text: "Hello." }] },
      { role: "assistant", content: [{ type: "text", text: "Hello!" }] },
      scripted({ text: "well" }),
    ],
  });
  const block = z.object({ cache_control: breakpoints.optional() });
  const { tools, system, messages } = z
    .object({
      tools: z.array(block),
      system: z.array(block),
      messages: z.array(z.object({ content: z.array(block) })),
    })
    .parse(lastRequest(harness).body);
  const marked = (blocks: z.infer<typeof block>[]) => blocks.map(({ cache_control }) => cache_control !== undefined);
  expect(marked(tools)).toEqual([false, true]);
  expect(marked(system)).toEqual([true]);
  expect(messages.map(({ content }) => marked(content))).toEqual([[false], [false], [true]]);
});
