// What a model is shown of an input schema. It may say less than the schema that arguments are held against, never more:
// one tool whose schema a provider refuses would fail the whole request.
import type { JsonObject, JsonValue } from "../../../providers/language-model";
import { isJsonObject } from "../clean-json";
import { SCHEMA_CHARACTERS } from "../tool-limits";
import { followReference, mapSubschemas, UnusableSchema } from "./json-schema";

/** Anthropic refuses a request with a property of another name. */
const PROPERTY_NAME = /^[a-zA-Z0-9_.-]{1,64}$/;

/** Both providers refuse a root that is a choice of schemas: one object takes their place. */
const ROOT_COMBINATORS = ["allOf", "anyOf", "oneOf", "not", "enum", "const", "if", "then", "else"];

/** The nesting of choices at the root. */
const ROOT_DEPTH = 8;

/** The schema as both providers take it. Throws `UnusableSchema` when that cannot be. */
export function offeredSchema(schema: JsonObject): JsonObject {
  const offered = offer(joinRoot(schema, schema, 0), "root");
  if (!isJsonObject(offered)) throw new UnusableSchema("its root is not an object");
  const whole = { ...offered, type: "object", properties: offered.properties ?? {} };
  if (JSON.stringify(whole).length > SCHEMA_CHARACTERS) throw new UnusableSchema("it is too long");
  checkReferences(whole, whole);
  return whole;
}

/** One object that takes whatever the schema takes: all properties, of which those are required that every choice requires. */
function joinRoot(root: JsonObject, schema: JsonObject, depth: number): JsonObject {
  if (depth > ROOT_DEPTH) throw new UnusableSchema("its root is nested too deeply");
  if (!ROOT_COMBINATORS.some((keyword) => keyword in schema)) return schema;
  const branches = (keyword: string) =>
    [schema[keyword] ?? []].flat().map((branch) => {
      return joinRoot(root, isJsonObject(branch) ? followReference(root, branch) : {}, depth + 1);
    });
  const all = branches("allOf");
  const choices = [branches("anyOf"), branches("oneOf")].filter((choice) => choice.length > 0);

  const properties = new Map<string, JsonValue[]>();
  for (const part of [schema, ...all, ...choices.flat()]) {
    for (const [name, property] of Object.entries(isJsonObject(part.properties) ? part.properties : {})) {
      properties.set(name, [...(properties.get(name) ?? []), property]);
    }
  }
  const required = [schema, ...all].flatMap(requiredBy);
  for (const [first, ...others] of choices) {
    required.push(...requiredBy(first).filter((name) => others.every((other) => requiredBy(other).includes(name))));
  }

  const kept = Object.entries(schema).filter(
    ([keyword]) => !ROOT_COMBINATORS.includes(keyword) && !/^(additional|unevaluated)Properties$/.test(keyword),
  );
  return {
    ...Object.fromEntries(kept),
    properties: Object.fromEntries([...properties].map(([name, variants]) => [name, anyOf(variants)])),
    required: [...new Set(required)],
  };
}

function requiredBy(schema: JsonObject | undefined): string[] {
  const required = schema?.required;
  return Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
}

function anyOf(variants: JsonValue[]): JsonValue {
  const different = [...new Map(variants.map((variant) => [JSON.stringify(variant), variant])).values()];
  const [only] = different;
  return different.length === 1 && only !== undefined ? only : { anyOf: different };
}

function offer(given: JsonValue, keyword: string): JsonValue {
  if (typeof given === "boolean" && /^(additional|unevaluated)/.test(keyword)) return given;
  if (!isJsonObject(given)) return given === false ? { not: {} } : {};
  const { pattern, patternProperties, ...schema } = mapSubschemas(given, offer);
  // OpenAI refuses many patterns that are right elsewhere; the model can read one as well in words.
  if (typeof pattern === "string") schema.description = [schema.description, `Pattern: ${pattern}`].join(" ").trim();
  if (patternProperties !== undefined) delete schema.additionalProperties;
  // OpenAI refuses an array that does not say of what.
  if ([schema.type].flat().includes("array") && !isJsonObject(schema.items)) schema.items = {};
  return isJsonObject(schema.properties) ? { ...schema, properties: namedProperties(schema) } : schema;
}

/** The properties that both providers take. One that cannot be named can be left out by the model, unless it is required. */
function namedProperties(schema: JsonObject): JsonObject {
  const required = requiredBy(schema);
  const named = Object.entries(schema.properties ?? {}).filter(([name]) => {
    if (PROPERTY_NAME.test(name)) return true;
    if (required.includes(name)) throw new UnusableSchema("it requires a property whose name the providers refuse");
    return false;
  });
  return Object.fromEntries(named);
}

/** What they led to may have been joined or left out. */
function checkReferences(root: JsonObject, schema: JsonObject): void {
  followReference(root, schema);
  mapSubschemas(schema, (subschema) => {
    if (isJsonObject(subschema)) checkReferences(root, subschema);
    return subschema;
  });
}
