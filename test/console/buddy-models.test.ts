import { describe, expect, test } from "@jest/globals";
import { assert, property, string } from "fast-check";

import { asInput, buddyModelsKey, readBuddyModels, writeBuddyModels } from "../../src/console/buddy-models";

const SLUGS = ["orchestrator", "campaign"];

test("the key names the workspace", () => {
  expect(buddyModelsKey("acme")).toBe("wp-buddy-models-acme");
});

test("what is kept is read as it was written, and sent as a request has it", () => {
  const models = { campaign: "BYOK_CLAUDE", orchestrator: "METERED" } as const;
  expect(writeBuddyModels(models)).toBe('{"campaign":"BYOK_CLAUDE","orchestrator":"METERED"}');
  expect(readBuddyModels(writeBuddyModels(models), SLUGS)).toEqual(models);
  expect(asInput(models)).toEqual([
    { buddy: "campaign", mode: "BYOK_CLAUDE" },
    { buddy: "orchestrator", mode: "METERED" },
  ]);
  expect(writeBuddyModels({})).toBeNull();
});

describe("what does not fit is dropped", () => {
  test.each([
    ["nothing", null, {}],
    ["no JSON", '{"campaign"', {}],
    ["a list", '["METERED"]', {}],
    ["null", "null", {}],
    ["a text", '"METERED"', {}],
    ["another mode", '{"campaign":"FREE","orchestrator":"BYOK_OPENAI"}', { orchestrator: "BYOK_OPENAI" }],
    ["an object that is no text", '{"campaign":{"toString":1}}', {}],
    ["a mode in a list", '{"campaign":["METERED"]}', {}],
    ["another buddy", '{"nobody":"METERED","campaign":"METERED"}', { campaign: "METERED" }],
    ["what objects have by nature", '{"__proto__":"METERED","constructor":"METERED"}', {}],
  ])("%s", (_name, kept, expected) => {
    expect(readBuddyModels(kept, SLUGS)).toEqual(expected);
  });

  test("whatever stands there, reading it never fails", () => {
    assert(property(string(), (text) => typeof readBuddyModels(text, SLUGS) === "object"));
  });

  test("which buddies there are may not be known yet: then none is dropped", () => {
    expect(readBuddyModels('{"nobody":"METERED"}', null)).toEqual({ nobody: "METERED" });
  });
});
