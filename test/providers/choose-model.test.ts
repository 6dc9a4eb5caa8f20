import { describe, expect, test } from "@jest/globals";
import { chooseOpenAiModel, type ModelNeeds } from "../../src/providers/choose-model";

const TOOLS: ModelNeeds = { tools: true, parallelTools: true };
const EVERYTHING = [
  "gpt-4o",
  "gpt-4o-mini",
  "gpt-4.1",
  "gpt-4.1-mini",
  "gpt-5.1",
  "gpt-5.2",
  "gpt-5.2-pro",
  "gpt-5.4",
  "gpt-5.4-mini",
  "gpt-5.4-nano",
  "gpt-5.6-luna",
  "gpt-5.6-sol",
  "gpt-5.6-terra",
];

describe("the choice", () => {
  test.each<[string, ModelNeeds, readonly string[], string, string]>([
    [
      "the cheapest of all",
      {},
      EVERYTHING,
      "gpt-4o-mini",
      "gpt-4o-mini is the cheapest of the 13 models that this key can use.",
    ],
    [
      "the cheapest with tools",
      TOOLS,
      ["gpt-5.2", "gpt-4.1", "gpt-4.1-mini", "gpt-5.4"],
      "gpt-4.1-mini",
      "gpt-4.1-mini is the cheapest of the 4 models that this key can use with tools and parallel tool calls.",
    ],
    [
      "the cheapest that reasons",
      { ...TOOLS, reasoning: true },
      EVERYTHING,
      "gpt-5.6-luna",
      "gpt-5.6-luna is the cheapest of the 9 models that this key can use with tools, parallel tool calls and reasoning.",
    ],
    [
      "the cheapest with room",
      { vision: true, contextWindow: 500_000 },
      ["gpt-4o-mini", "gpt-5.4-mini", "gpt-4.1-mini", "gpt-5.4"],
      "gpt-4.1-mini",
      "gpt-4.1-mini is the cheapest of the 2 models that this key can use with images and a context window of 500,000 tokens.",
    ],
    [
      "the only one that fits",
      { structuredOutput: true, reasoning: true },
      ["gpt-5.2-pro", "gpt-4.1", "gpt-5.4"],
      "gpt-5.4",
      "gpt-5.4 is the only model that this key can use with structured output and reasoning.",
    ],
    [
      "the dearest, where there is no other",
      { reasoning: true },
      ["gpt-5.2-pro"],
      "gpt-5.2-pro",
      "gpt-5.2-pro is the only model that this key can use with reasoning.",
    ],
  ])("is %s", (_what, needs, visible, modelId, reason) => {
    expect(chooseOpenAiModel({ needs, visible })).toEqual({ modelId, reason });
  });

  test.each<[string, readonly string[], string]>([
    ["the order in which a key lists its models", [...EVERYTHING].reverse(), "gpt-4o-mini"],
    [
      "models that are not known here",
      ["gpt-9-nano", "whisper-1", "gpt-image-1", "gpt-4.1-mini-audio", "gpt-4.1"],
      "gpt-4.1",
    ],
    ["models of another provider", ["claude-haiku-4-5", "gpt-4.1"], "gpt-4.1"],
    ["fine-tuned models", ["ft:gpt-4o-mini::1", "gpt-4.1"], "gpt-4.1"],
    ["a model that is listed twice", ["gpt-4.1", "gpt-4.1"], "gpt-4.1"],
  ])("does not depend on %s", (_what, visible, modelId) => {
    expect(chooseOpenAiModel({ needs: TOOLS, visible })).toMatchObject({ modelId });
  });

  test("takes a dated model for its undated one, the newest, only where the undated one is not listed", () => {
    const dated = ["gpt-4o-2024-08-06", "gpt-4o-2024-11-20", "gpt-5.2-2025-12-11"];
    expect(chooseOpenAiModel({ needs: TOOLS, visible: dated })).toEqual({
      modelId: "gpt-4o-2024-11-20",
      reason:
        "gpt-4o-2024-11-20 is the cheapest of the 2 models that this key can use with tools and parallel tool calls.",
    });
    expect(chooseOpenAiModel({ needs: TOOLS, visible: [...dated, "gpt-4o"] })).toMatchObject({ modelId: "gpt-4o" });
  });
});

describe("nothing fits", () => {
  const remedy = " Use a key with access to more models, or choose another mode for the buddy.";

  test.each<[ModelNeeds, readonly string[], string]>([
    [
      { ...TOOLS, reasoning: true },
      ["gpt-4.1", "gpt-4.1-mini", "gpt-4o"],
      "None of the 3 models that this key can use supports reasoning.",
    ],
    [
      { ...TOOLS, reasoning: true, contextWindow: 2_000_000 },
      ["gpt-4.1", "gpt-4o"],
      "None of the 2 models that this key can use supports reasoning and a context window of 2,000,000 tokens.",
    ],
    [
      { structuredOutput: true, reasoning: true },
      ["gpt-4.1", "gpt-5.2-pro"],
      "None of the 2 models that this key can use supports structured output and reasoning together.",
    ],
    [
      { ...TOOLS, reasoning: true },
      ["gpt-4.1-2025-04-14"],
      "The only model that this key can use, gpt-4.1-2025-04-14, does not support reasoning.",
    ],
    [TOOLS, ["whisper-1", "gpt-9-nano"], "This key can use none of the gpt models that are known here."],
    [{}, [], "This key can use none of the gpt models that are known here."],
  ])("%j among %j", (needs, visible, sentence) => {
    expect(chooseOpenAiModel({ needs, visible })).toEqual({ missing: `${sentence}${remedy}` });
  });
});

describe("a key that may not list its models", () => {
  test("uses the default", () => {
    expect(chooseOpenAiModel({ needs: { ...TOOLS, reasoning: true }, visible: null })).toEqual({
      modelId: "gpt-5.6-luna",
      reason: "gpt-5.6-luna is the default for keys that may not list their models.",
    });
  });

  test("has none where the default does not fit", () => {
    const { missing } = { missing: "", ...chooseOpenAiModel({ needs: { contextWindow: 9_000_000 }, visible: null }) };
    expect(missing).toMatch(/gpt-5\.6-luna, does not support a context window of 9,000,000 tokens\. Use a key/);
  });
});
