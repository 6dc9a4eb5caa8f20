import assert from "node:assert/strict";
import type { ModelFinish, ModelUsage } from "../../src/providers/language-model";
import type { SimulatedAction } from "../../src/simulators/script";
import type { Audit } from "./language-model-harness";
import { ask, askWell, textOf, toolCallsOf, usagesOf } from "./language-model-harness";

const MIXED_TEXT = "Grüße aus Köln: 12 € · 東京 · 👩‍👩‍👧 · e\u0301 · 𝕏";

export const TEXT_AUDITS: Audit[] = [
  {
    id: "TEXT-01",
    must: "MUST emit text deltas that joined are the whole text",
    async run(harness) {
      const outcome = await askWell(harness, [
        { text: "The quick brown fox jumps over the lazy dog.", every: 3, paceMs: 5 },
      ]);
      assert.equal(textOf(outcome), "The quick brown fox jumps over the lazy dog.");
      assert.ok(outcome.parts.filter((part) => part.type === "text-delta").length > 1, "it came in one piece");
    },
  },
  {
    id: "TEXT-02",
    must: "MUST NOT emit an empty text delta",
    async run(harness) {
      const outcome = await askWell(harness, [{ text: "" }, { block: "text" }, { text: "one" }, { text: "" }]);
      for (const part of outcome.parts) assert.ok(part.type !== "text-delta" || part.delta.length > 0);
      assert.equal(textOf(outcome), "one");
    },
  },
  {
    id: "TEXT-03",
    must: "MUST tell the text blocks of one call apart by blockId",
    async run(harness) {
      const { parts } = await askWell(harness, [{ text: "first block" }, { block: "text" }, { text: "second block" }]);
      const blocks = new Map<string, string>();
      for (const part of parts) {
        if (part.type === "text-delta") blocks.set(part.blockId, (blocks.get(part.blockId) ?? "") + part.delta);
      }
      assert.deepEqual([...blocks.values()], ["first block", "second block"]);
    },
  },
  {
    id: "TEXT-04",
    must: "MUST keep characters whole when packets split their bytes",
    async run(harness) {
      for (const packetBytes of [1, 2, 3, 7]) {
        assert.equal(textOf(await askWell(harness, [{ packetBytes }, { text: MIXED_TEXT }])), MIXED_TEXT);
      }
    },
  },
  {
    id: "TEXT-05",
    must: "MUST emit a delta when it arrives, not when the answer is complete",
    async run(harness) {
      const controller = new AbortController();
      const outcome = await ask(harness, [{ text: "early" }, { fault: "stall" }], {
        signal: controller.signal,
        onPart: (part) => part.type === "text-delta" && controller.abort(),
      });
      assert.equal(textOf(outcome), "early");
    },
  },
];

export const FINISH_AUDITS: Audit[] = [
  finishes("FINISH-01", "stop", "STOP"),
  finishes("FINISH-02", "max-tokens", "MAX_TOKENS"),
  finishes("FINISH-03", "refusal", "REFUSAL"),
  finishes("FINISH-04", "unknown", "OTHER"),
  {
    id: "FINISH-05",
    must: "MUST finish with TOOL_CALLS after a tool call",
    async run(harness) {
      const { finish } = await askWell(harness, [{ tool: "now" }]);
      assert.equal(finish.reason.unified, "TOOL_CALLS");
    },
  },
  finishes("FINISH-06", "content-filter", "REFUSAL"),
];

export const TOOL_AUDITS: Audit[] = [
  {
    id: "TOOL-01",
    must: "MUST emit a tool call once, with its arguments complete, though they arrive in fragments",
    async run(harness) {
      const given = { city: MIXED_TEXT, limit: 25, nested: { list: [1, "two", null, { deep: true }] } };
      const outcome = await askWell(harness, [{ tool: "find_leads", arguments: given }]);
      const calls = toolCallsOf(outcome);
      assert.equal(calls.length, 1);
      assert.equal(calls[0]?.name, "find_leads");
      assert.ok(calls[0]?.id, "a call has an id");
      assert.deepEqual(calls[0]?.arguments, given);
      assert.equal(calls[0]?.invalidArguments, undefined);
    },
  },
  {
    id: "TOOL-02",
    must: "MUST emit parallel tool calls in the model's order, each with its own id and arguments",
    async run(harness) {
      const calls = toolCallsOf(
        await askWell(harness, [
          { tool: "find_leads", arguments: { city: "Rome" } },
          { tool: "now" },
          { tool: "find_leads", arguments: { city: "Oslo" } },
        ]),
      );
      assert.deepEqual(
        calls.map(({ name, arguments: given }) => [name, given]),
        [
          ["find_leads", { city: "Rome" }],
          ["now", {}],
          ["find_leads", { city: "Oslo" }],
        ],
      );
      assert.equal(new Set(calls.map(({ id }) => id)).size, 3);
    },
  },
  badArguments("TOOL-03", "arguments that are no JSON", '{"city": "Ro'),
  badArguments("TOOL-04", "arguments that are a JSON array", '["Rome"]'),
  badArguments("TOOL-05", "arguments that are a JSON string", '"Rome"'),
  badArguments("TOOL-06", "arguments that are null", "null"),
  {
    id: "TOOL-07",
    must: "MUST take no arguments at all for an empty object",
    async run(harness) {
      const [call] = toolCallsOf(await askWell(harness, [{ tool: "now", rawArguments: "" }]));
      assert.deepEqual(call?.arguments, {});
      assert.equal(call?.invalidArguments, undefined);
    },
  },
  {
    id: "TOOL-08",
    must: "MUST keep text before a tool call before it",
    async run(harness) {
      const { parts } = await askWell(harness, [{ text: "Let me look." }, { tool: "now" }]);
      const kinds = parts.map(({ type }) => type).filter((type) => type !== "usage");
      assert.equal(kinds.indexOf("tool-call"), kinds.length - 1);
      assert.ok(kinds.length > 1, "the text came too");
    },
  },
];

export const USAGE_AUDITS: Audit[] = [
  {
    id: "USAGE-01",
    must: "MUST report input without cache reads and writes, and both of them apart",
    async run(harness) {
      const { finish } = await askWell(harness, [
        { usage: { input: 120, cacheRead: 3_000, cacheWrite: 400, output: 55 } },
        { text: "counted" },
      ]);
      assert.deepEqual(counts(finish.usage), [120, 3_000, 400, 55]);
    },
  },
  {
    id: "USAGE-02",
    must: "MUST report reasoning tokens where the provider tells them",
    async run(harness) {
      const { finish } = await askWell(harness, [
        { usage: { input: 10, output: 90, reasoning: 64 } },
        { text: "thought" },
      ]);
      assert.equal(finish.usage.reasoningTokens, 64);
      assert.equal(finish.usage.outputTokens, 90);
    },
  },
  {
    id: "USAGE-03",
    must: "MUST report null, never 0, where the provider does not tell reasoning tokens",
    async run(harness) {
      const { finish } = await askWell(harness, [{ usage: { input: 10, output: 90 } }, { text: "said at once" }]);
      assert.equal(finish.usage.reasoningTokens, harness.alwaysTellsReasoning ? 0 : null);
    },
  },
  {
    id: "USAGE-04",
    must: "MUST NOT count a usage that is reported twice twice, and the finish carries the last one",
    async run(harness) {
      const outcome = await askWell(harness, [
        { usage: { input: 200, cacheRead: 10, cacheWrite: 20, output: 30 } },
        { text: "one two three" },
        { usage: { input: 200, cacheRead: 10, cacheWrite: 20, output: 70 } },
        { text: "four" },
      ]);
      assert.deepEqual(counts(outcome.finish.usage), [200, 10, 20, 70]);
      const reported = usagesOf(outcome);
      assert.deepEqual(reported.at(-1), outcome.finish.usage);
    },
  },
  {
    id: "USAGE-05",
    must: "MUST emit counts that only ever grow",
    async run(harness) {
      const usages = usagesOf(await askWell(harness, [{ text: "some words to count here" }]));
      assert.ok(usages.length > 0, "no usage was emitted");
      usages.reduce((earlier, later) => {
        counts(later).forEach((count, index) => {
          assert.ok(count >= (counts(earlier)[index] ?? 0), "a count shrank");
        });
        return later;
      });
    },
  },
  {
    id: "USAGE-06",
    must: "MUST emit the counts as soon as the provider tells them, so that a cancelled call can be billed",
    async run(harness) {
      if (!harness.reportsUsageEarly) return;
      const controller = new AbortController();
      const outcome = await ask(
        harness,
        [{ usage: { input: 500, cacheRead: 7, cacheWrite: 9 } }, { text: "first words" }, { fault: "stall" }],
        { signal: controller.signal, onPart: (part) => part.type === "text-delta" && controller.abort() },
      );
      assert.equal(outcome.parts[0]?.type, "usage");
      assert.deepEqual(counts(usagesOf(outcome)[0]).slice(0, 3), [500, 7, 9]);
    },
  },
];

type Finishing = Extract<SimulatedAction, { finish: string }>["finish"];

function finishes(id: string, finish: Finishing, unified: ModelFinish["reason"]["unified"]): Audit {
  return {
    id,
    must: `MUST finish with ${unified}, and with the provider's own word, when it says "${finish}"`,
    async run(harness) {
      const outcome = await askWell(harness, [{ text: "partly" }, { finish }]);
      assert.equal(outcome.finish.reason.unified, unified);
      assert.ok(outcome.finish.reason.raw.length > 0);
      assert.equal(textOf(outcome), "partly");
    },
  };
}

function badArguments(id: string, what: string, rawArguments: string): Audit {
  return {
    id,
    must: `MUST hand on ${what} as invalidArguments, as they are`,
    async run(harness) {
      const [call] = toolCallsOf(await askWell(harness, [{ tool: "find_leads", rawArguments }]));
      assert.deepEqual(call?.arguments, {});
      assert.equal(call?.invalidArguments, rawArguments);
    },
  };
}

function counts(usage: ModelUsage | undefined): number[] {
  assert.ok(usage, "no usage");
  return [usage.inputTokens, usage.cacheReadTokens, usage.cacheWriteTokens, usage.outputTokens];
}
