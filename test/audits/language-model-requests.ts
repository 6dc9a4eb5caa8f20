import assert from "node:assert/strict";
import type { AssistantBlock, Message, UserBlock } from "../../src/providers/language-model";
import type { Audit } from "./language-model-harness";
import { askWell, lastRequest, scripted, TOOLS, textOf } from "./language-model-harness";

export const REQUEST_AUDITS: Audit[] = [
  {
    id: "REQUEST-01",
    must: "MUST send exactly its model id, the system text and the limit of tokens",
    async run(harness) {
      await askWell(harness, [{ text: "well" }], { system: "Speak like a pirate.", maxOutputTokens: 321 });
      const { modelId, system, maxOutputTokens } = harness.readBody(lastRequest(harness).body);
      assert.deepEqual([modelId, system, maxOutputTokens], [harness.modelId, "Speak like a pirate.", 321]);
    },
  },
  {
    id: "REQUEST-02",
    must: "MUST offer the tools exactly as given, in their order",
    async run(harness) {
      await askWell(harness, [{ text: "well" }], { tools: TOOLS });
      assert.deepEqual(harness.readBody(lastRequest(harness).body).tools, TOOLS);
    },
  },
  {
    id: "REQUEST-03",
    must: "MUST accept a request without tools and without a system text",
    async run(harness) {
      await askWell(harness, [{ text: "well" }], { tools: [], system: "" });
      const { tools, system } = harness.readBody(lastRequest(harness).body);
      assert.deepEqual([tools, system], [[], ""]);
    },
  },
  {
    id: "REQUEST-04",
    must: "MUST NOT send a temperature or another way of sampling",
    async run(harness) {
      await askWell(harness, [{ text: "well" }]);
      const { body } = lastRequest(harness);
      assert.ok(typeof body === "object" && body !== null);
      for (const name of ["temperature", "top_p", "top_k"]) assert.ok(!(name in body), `${name} was sent`);
    },
  },
];

export const HISTORY_AUDITS: Audit[] = [
  accepts("HISTORY-01", "a tool's round trip", [
    user(text("Any leads in Rome?")),
    assistant(text("Let me look."), call("toolu_01")),
    user(result("toolu_01", { leads: ["Ada", "Grace"] })),
    assistant(text("Two of them.")),
  ]),
  accepts("HISTORY-02", "tool ids of another provider's shape, however odd", [
    user(text("Any leads?")),
    assistant(call("call:1|fc/ü=="), call("call:1|fc/ü="), call("functions.find_leads:0"), call("x".repeat(200))),
    user(
      result("functions.find_leads:0", 0),
      result("call:1|fc/ü=", []),
      result("call:1|fc/ü==", {}),
      result("x".repeat(200), "long"),
    ),
    assistant(text("None.")),
  ]),
  accepts("HISTORY-03", "neighbours of the same role", [
    user(text("First.")),
    user(text("Second.")),
    assistant(text("One.")),
    assistant(text("Two."), call("toolu_a"), call("toolu_b")),
    user(result("toolu_a", "one")),
    user(result("toolu_b", "two")),
    user(text("And then?")),
    assistant(text("That is all.")),
  ]),
  accepts("HISTORY-04", "tool results that stand behind text", [
    user(text("Any leads?")),
    assistant(call("toolu_late")),
    user(text("Hurry up."), result("toolu_late", "none")),
    assistant(text("None.")),
  ]),
  accepts("HISTORY-05", "tool results of every kind, failed and empty ones too", [
    user(text("Try them all.")),
    assistant(...["a", "b", "c", "d", "e", "f"].map((id) => call(id))),
    user(
      result("a", ""),
      result("b", null),
      result("c", false),
      result("d", [1, { two: "2" }]),
      result("e", "", true),
      result("f", "It is broken.", true),
    ),
    assistant(text("Done.")),
  ]),
  accepts("HISTORY-06", "blank texts", [
    user(text("Hello.")),
    assistant(text(""), text(" \n"), call("toolu_blank")),
    user(text(""), result("toolu_blank", "ok")),
    assistant(text("")),
    user(text("Still there?")),
    assistant(text("Yes.")),
  ]),
  {
    id: "HISTORY-07",
    must: "MUST go on after a tool's result of the same script",
    async run(harness) {
      const question = scripted({ tool: "now" }, { text: "unused" });
      const messages = [question, assistant(call("toolu_07")), user(result("toolu_07", "noon"))];
      assert.equal(textOf(await askWell(harness, [], { messages })), "Done.");
    },
  },
];

function accepts(id: string, what: string, history: Message[]): Audit {
  return {
    id,
    must: `MUST make a request that the provider accepts from a history with ${what}`,
    async run(harness) {
      const outcome = await askWell(harness, [], { messages: [...history, scripted({ text: "understood" })] });
      assert.equal(textOf(outcome), "understood");
    },
  };
}

function user(...content: UserBlock[]): Message {
  return { role: "user", content };
}

function assistant(...content: AssistantBlock[]): Message {
  return { role: "assistant", content };
}

function text(value: string): { type: "text"; text: string } {
  return { type: "text", text: value };
}

function call(id: string): AssistantBlock {
  return { type: "tool-call", id, name: "find_leads", arguments: { city: "Rome" } };
}

function result(
  toolCallId: string,
  value: Extract<UserBlock, { type: "tool-result" }>["result"],
  isError = false,
): UserBlock {
  return { type: "tool-result", toolCallId, result: value, isError };
}
