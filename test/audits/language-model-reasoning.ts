import assert from "node:assert/strict";
import type { AssistantBlock, Message, ReasoningBlock } from "../../src/providers/language-model";
import type { Audit, LanguageModelHarness } from "./language-model-harness";
import { askWell, lastRequest, scripted, textOf } from "./language-model-harness";

export const REASONING_AUDITS: Audit[] = [
  {
    id: "REASONING-01",
    must: "MUST hand back its own reasoning as it was given, within the turn that it belongs to",
    async run(harness) {
      const thoughts = [await harness.ownReasoning(), await harness.ownReasoning()];
      const messages = [scripted({ tool: "now" }), ...thoughts.flatMap((own, step) => toolStep(step, own))];
      assert.deepEqual(
        await sentReasoning(harness, messages),
        thoughts.map(({ data }) => data),
      );
    },
  },
  {
    id: "REASONING-02",
    must: "MUST NOT hand back reasoning of an earlier turn, which another model or account may have made",
    async run(harness) {
      const earlier = [scripted({ tool: "now" }), ...toolStep(0, await harness.ownReasoning()), says("Noon.")];
      assert.deepEqual(await sentReasoning(harness, [...earlier, scripted({ text: "well" })]), []);
    },
  },
  {
    id: "REASONING-03",
    must: "MUST NOT hand back another provider's reasoning",
    async run(harness) {
      const provider = harness.provider === "CLAUDE" ? "OPENAI" : "CLAUDE";
      const messages = [scripted({ tool: "now" }), ...toolStep(0, { ...(await harness.ownReasoning()), provider })];
      assert.deepEqual(await sentReasoning(harness, messages), []);
    },
  },
  {
    id: "REASONING-04",
    must: "MUST emit what a model reasoned, as its own, before the tool call that it led to",
    async run(harness) {
      if (!harness.reasonsUnasked) return;
      const { parts } = await askWell(harness, [{ usage: { reasoning: 64 } }, { tool: "now" }]);
      const output = parts.filter((part) => part.type !== "usage");
      assert.deepEqual(
        output.map(({ type }) => type),
        ["reasoning", "tool-call"],
      );
      assert.ok(output[0]?.type === "reasoning" && output[0].provider === harness.provider);
    },
  },
];

/** The reasoning in a request that the provider has accepted and answered. */
async function sentReasoning(harness: LanguageModelHarness, messages: Message[]) {
  assert.notEqual(textOf(await askWell(harness, [], { messages })), "");
  return harness.readBody(lastRequest(harness).body).reasoning;
}

/** A tool call that the model has reasoned about, and its result. */
function toolStep(step: number, thought: ReasoningBlock): Message[] {
  const call: AssistantBlock = { type: "tool-call", id: `call_${step}`, name: "now", arguments: {} };
  return [
    { role: "assistant", content: [thought, call] },
    { role: "user", content: [{ type: "tool-result", toolCallId: call.id, result: "noon", isError: false }] },
  ];
}

function says(text: string): Message {
  return { role: "assistant", content: [{ type: "text", text }] };
}
