import { expect, test } from "@jest/globals";
import { DEFAULT_OPENAI_MODEL, findModel, MODEL_CATALOG } from "../../src/providers/model-catalog";

test("each model stands in the catalog once, with an id that bears no date and counts that can be", () => {
  expect(new Set(MODEL_CATALOG.map(({ id }) => id)).size).toBe(MODEL_CATALOG.length);
  for (const model of MODEL_CATALOG) {
    expect(model.id).toMatch(model.provider === "OPENAI" ? /^gpt-/ : /^claude-/);
    expect(model.id).not.toMatch(/\d{4}-\d{2}-\d{2}$|\d{8}$/);
    expect(model.maxOutput).toBeLessThan(model.contextWindow);
    expect(model.relativePrice).toBeGreaterThan(0);
  }
});

test.each([
  ["gpt-5.4-mini", "gpt-5.4-mini"],
  ["gpt-5.4-mini-2026-03-17", "gpt-5.4-mini"],
  ["claude-haiku-4-5-20251001", "claude-haiku-4-5"],
  ["gpt-5.4-mini-latest", undefined],
  ["gpt-5.4-audio-preview", undefined],
  ["", undefined],
])("%s is found as %s", (modelId, found) => {
  expect(findModel(modelId)?.id).toBe(found);
});

test("the models that Waypath starts with are known", () => {
  expect(findModel("claude-sonnet-4-6")).toMatchObject({ provider: "CLAUDE", tools: true });
  expect(findModel(DEFAULT_OPENAI_MODEL)).toMatchObject({ provider: "OPENAI", tools: true });
});
