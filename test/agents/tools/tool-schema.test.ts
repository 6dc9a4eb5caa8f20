import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020";

import { prepareTool } from "../../../src/agents/tools/prepare-tool";
import { SCHEMA_READING_MS } from "../../../src/agents/tools/tool-limits";
import { createLogger } from "../../../src/logger";
import type { JsonObject, JsonValue } from "../../../src/providers/language-model";
import { within } from "../../support/busy-machine";

function prepare(inputSchema: unknown) {
  const warnings: string[] = [];
  const logger = createLogger("debug", { write: (line) => warnings.push(JSON.parse(line).reason) });
  const tool = { name: "t", description: "", inputSchema: inputSchema as JsonObject, call: async () => null };
  const prepared = prepareTool(tool, logger);
  // Asked for again, it is not made again, and nothing is said again.
  expect(prepareTool(tool, logger)).toBe(prepared);
  expect(warnings).toHaveLength(prepared === null ? 1 : 0);
  if (prepared !== null) expectAccepted(prepared.definition.inputSchema);
  return { offered: prepared?.definition.inputSchema, check: prepared?.checkArguments, reason: warnings[0] };
}

/** What both providers ask of a tool's schema, as far as it is known. */
function expectAccepted(schema: JsonObject): void {
  expect(schema.type).toBe("object");
  expect(typeof schema.properties).toBe("object");
  const atRoot = ["$ref", "$schema", "oneOf", "anyOf", "allOf", "enum", "not", "const", "if"];
  expect(Object.keys(schema).filter((keyword) => atRoot.includes(keyword))).toEqual([]);
  expect(new Ajv2020({ strict: false, validateFormats: false }).validateSchema(schema)).toBe(true);
  const visit = (value: JsonValue): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Array.isArray(value)) {
      expect(value).not.toHaveProperty("pattern");
      expect(value).not.toHaveProperty("patternProperties");
      if (value.type === "array") expect(value.items).toBeInstanceOf(Object);
      const { properties } = value;
      if (typeof properties === "object" && properties !== null && !("type" in value && value.type === "string")) {
        for (const name of Object.keys(properties)) expect(name).toMatch(/^[a-zA-Z0-9_.-]{1,64}$/);
      }
    }
    for (const each of Object.values(value)) visit(each);
  };
  visit(schema);
}

describe("an acceptable schema is made of", () => {
  test.each<[string, unknown, JsonObject]>([
    ["nothing", undefined, { type: "object", properties: {} }],
    ["null", null, { type: "object", properties: {} }],
    ["an empty one", {}, { type: "object", properties: {} }],
    [
      "a root without a type",
      { properties: { a: { type: "string" } }, required: ["a"] },
      { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
    ],
    ["a root that may be null", { type: ["object", "null"] }, { type: "object", properties: {} }],
    [
      "one of an old draft, with foreign keywords",
      {
        $schema: "http://json-schema.org/draft-04/schema#",
        $id: "https://example.com/a",
        $async: true,
        type: "object",
        properties: { at: { type: "string", format: "date-time", "x-order": 1 }, a: { nullable: true } },
      },
      { type: "object", properties: { at: { type: "string", format: "date-time" }, a: {} } },
    ],
    [
      "a tuple of draft 7",
      { type: "object", properties: { a: { type: "array", items: [{ type: "string" }], additionalItems: false } } },
      { type: "object", properties: { a: { type: "array", prefixItems: [{ type: "string" }], items: { not: {} } } } },
    ],
    [
      "arrays that do not say of what",
      { type: "object", properties: { a: { type: "array" }, b: { type: ["array", "null"], items: true } } },
      { type: "object", properties: { a: { type: "array", items: {} }, b: { type: ["array", "null"], items: {} } } },
    ],
    [
      "patterns, in words",
      {
        type: "object",
        properties: { a: { type: "string", description: "A slug.", pattern: "^(?!x)[\\p{L}]+$" }, b: { pattern: "b" } },
      },
      {
        type: "object",
        properties: {
          a: { type: "string", description: "A slug. Pattern: ^(?!x)[\\p{L}]+$" },
          b: { description: "Pattern: b" },
        },
      },
    ],
    [
      "properties by pattern: what they allow is not forbidden",
      { type: "object", patternProperties: { "^x-": { type: "string" } }, additionalProperties: false },
      { type: "object", properties: {} },
    ],
    [
      "a root that is a reference",
      {
        $ref: "#/definitions/a",
        definitions: { a: { type: "object", properties: { b: { $ref: "#/definitions/b" } } }, b: { type: "string" } },
      },
      {
        type: "object",
        properties: { b: { $ref: "#/definitions/b" } },
        definitions: { a: { type: "object", properties: { b: { $ref: "#/definitions/b" } } }, b: { type: "string" } },
      },
    ],
    [
      "a choice at the root",
      {
        oneOf: [
          { type: "object", properties: { kind: { const: "a" }, a: { type: "string" } }, required: ["kind", "a"] },
          { type: "object", properties: { kind: { const: "b" }, b: { type: "array" } }, required: ["kind"] },
        ],
      },
      {
        type: "object",
        properties: {
          kind: { anyOf: [{ const: "a" }, { const: "b" }] },
          a: { type: "string" },
          b: { type: "array", items: {} },
        },
        required: ["kind"],
      },
    ],
    [
      "parts at the root",
      {
        type: "object",
        properties: { a: { type: "string" } },
        additionalProperties: false,
        allOf: [{ $ref: "#/$defs/p" }, { anyOf: [{ required: ["a", "b"] }, { required: ["b"] }] }],
        $defs: { p: { properties: { a: { type: "string" }, b: true }, required: ["a"] } },
        not: { required: ["c"] },
      },
      {
        type: "object",
        properties: { a: { type: "string" }, b: {} },
        required: ["a", "b"],
        $defs: { p: { properties: { a: { type: "string" }, b: {} }, required: ["a"] } },
      },
    ],
    [
      "one with an optional property that cannot be named",
      { type: "object", properties: { "filter[id]": { type: "string" }, a: { type: "string" } }, required: ["a"] },
      { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
    ],
    [
      "a property called __proto__",
      JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}'),
      JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}'),
    ],
    [
      "texts that providers refuse",
      { type: "object", properties: { a: { type: "string", description: "a\0b\ud800" } } },
      { type: "object", properties: { a: { type: "string", description: "ab\ufffd" } } },
    ],
  ])("%s", (_what, given, offered) => {
    expect(prepare(given).offered).toEqual(offered);
  });
});

describe("a tool is left out, after one warning, when its schema", () => {
  const nested = (depth: number): unknown =>
    depth === 0 ? {} : { type: "object", properties: { a: nested(depth - 1) } };

  test.each<[string, unknown, string]>([
    ["is a text", "object", "it holds something that is not a schema"],
    ["is a list", [{ type: "object" }], "it holds something that is not a schema"],
    ["is false", false, "its root is not an object"],
    ["is of an array", { type: "array", items: {} }, "its root is not an object"],
    ["is of a string", { type: "string" }, "its root is not an object"],
    [
      "has a type that does not exist",
      { type: "object", properties: { a: { type: "strin" } } },
      "it is no valid JSON Schema",
    ],
    ["has properties of the wrong shape", { type: "object", properties: 5 }, "it is no valid JSON Schema"],
    [
      "has a text among its properties",
      { type: "object", properties: { type: "object" } },
      "it holds something that is not a schema",
    ],
    [
      "means what draft 4 meant",
      { type: "object", properties: { a: { exclusiveMinimum: true } } },
      "it is no valid JSON Schema",
    ],
    [
      "refers to another file",
      { type: "object", properties: { a: { $ref: "https://example.com/a.json" } } },
      "it refers to a schema elsewhere",
    ],
    [
      "refers to nothing",
      { type: "object", properties: { a: { $ref: "#/$defs/a" } } },
      "can't resolve reference #/$defs/a from id #",
    ],
    ["is nothing but itself", { $ref: "#" }, "a $ref in it leads nowhere"],
    [
      "refers in a circle",
      { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } },
      "a $ref in it leads nowhere",
    ],
    [
      "refers into what the providers do not take",
      {
        type: "object",
        anyOf: [{ properties: { a: { type: "string" } } }],
        properties: { b: { $ref: "#/anyOf/0/properties/a" } },
      },
      "a $ref in it leads nowhere",
    ],
    [
      "requires a property that cannot be named",
      { type: "object", properties: { $top: {} }, required: ["$top"] },
      "it requires a property whose name the providers refuse",
    ],
    ["is nested too deeply", nested(30), "it is nested too deeply"],
    ["is too long", { type: "object", description: "x".repeat(40_000) }, "it is too long"],
    [
      "contains itself",
      (() => {
        const a: Record<string, unknown> = {};
        a.properties = { a };
        return a;
      })(),
      "it cannot be read",
    ],
    [
      "is of a thousand layers",
      JSON.parse(`${'{"not":'.repeat(1000)}{}${"}".repeat(1000)}`),
      "it is nested too deeply",
    ],
  ])("%s", (_what, given, reason) => {
    expect(prepare(given)).toMatchObject({ offered: undefined, reason });
  });
});

describe("arguments are held against the whole schema, not only against what is offered", () => {
  test("choices at the root", () => {
    const { check } = prepare({
      anyOf: [
        { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
        { type: "object", properties: { b: { type: "string" } }, required: ["b"] },
      ],
    });
    expect(check?.({ b: "" })).toBeNull();
    expect(check?.({})).toContain('"a" is missing; "b" is missing');
  });

  test("patterns, and nested places by their names", () => {
    const { check } = prepare({
      type: "object",
      properties: { list: { type: "array", items: { type: "object", properties: { "a/b": { pattern: "^x$" } } } } },
    });
    expect(check?.({ list: [{ "a/b": "x" }] })).toBeNull();
    expect(check?.({ list: [{ "a/b": "x" }, { "a/b": "y" }] })).toBe(
      'The arguments do not fit: "list.1.a/b" must match pattern "^x$". Correct them and call again.',
    );
  });

  test.each<[JsonObject, JsonValue, string]>([
    [{ enum: ["x", "y"] }, "z", '"a" must be one of ["x","y"]'],
    [{ const: 1 }, 2, '"a" must be 1'],
    [{ type: ["string", "null"] }, 2, '"a" must be of type string or null'],
    [{ type: "object", unevaluatedProperties: false }, { b: 1 }, '"a.b" is not known'],
    [{ prefixItems: [{ type: "string" }], items: false }, ["", 1], '"a" must NOT have more than 1 items'],
    [{ type: "string", format: "no-such-format" }, "anything", ""],
    [{ pattern: "(?P<python>x)" }, "anything", ""],
  ])("%j of %j: %s", (schema, value, problem) => {
    const { check } = prepare({ type: "object", properties: { a: schema } });
    expect(check?.({ a: value }) ?? "").toContain(problem);
    if (problem === "") expect(check?.({ a: value })).toBeNull();
  });

  test("no more is said than a model needs", () => {
    const names = Array.from({ length: 50 }, (_, index) => `name${index}`);
    const { check } = prepare({ type: "object", required: names });
    expect(check?.({})).toMatch(/"name4" is missing; and more\./);
    const long = prepare({ type: "object", properties: { a: { enum: ["x".repeat(5000)] } } });
    expect(long.check?.({ a: "" })?.length).toBeLessThan(500);
  });
});

describe("a hostile schema costs little time", () => {
  test("in a regular expression that backtracks without end", () => {
    const { check } = prepare({ type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } });
    expect(within(500, () => check?.({ a: `${"a".repeat(60)}!` }))).toBe(
      "The arguments are too complicated to be checked. Send simpler ones.",
    );
    expect(check?.({ a: "aaa" })).toBeNull();
  });

  test("in branches that double at every level", () => {
    const { check } = prepare({
      type: "object",
      properties: { a: { anyOf: [{ $ref: "#" }, { $ref: "#" }, { $ref: "#" }] } },
      not: { required: ["b"] },
    });
    let args: JsonObject = { b: 1 };
    for (let depth = 0; depth < 60; depth += 1) args = { a: args };
    expect(within(500, () => check?.(args))).toContain("too complicated");
  });

  test("in a reference to itself that takes nothing away", () => {
    const { check } = prepare({
      type: "object",
      properties: { a: { $ref: "#/$defs/a" } },
      $defs: { a: { allOf: [{ $ref: "#/$defs/a" }] } },
    });
    expect(check?.({ a: 1 })).toContain("too complicated");
    expect(check?.({})).toBeNull();
  });

  test("in choices of choices of choices at its root", () => {
    const choices = (of: number) => ({ anyOf: Array.from({ length: 60 }, () => ({ $ref: `#/$defs/a${of}` })) });
    const layers = Array.from({ length: 6 }, (_, layer) => [`a${layer}`, choices(layer + 1)]);
    const schema = { ...choices(0), $defs: { ...Object.fromEntries(layers), a6: { properties: { a: {} } } } };
    const { reason } = within(SCHEMA_READING_MS * 2, () => prepare(schema));
    expect(reason).toBe("it takes too long to read");
  });

  test("in being compiled", () => {
    const wide = Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`p${index}`, { anyOf: [{ type: "string" }, { type: "null" }] }]),
    );
    within(SCHEMA_READING_MS * 3, () => prepare({ type: "object", properties: wide }));
  });
});
